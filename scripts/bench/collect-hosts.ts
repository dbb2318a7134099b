/** The hosts of the collect bench, in a process of their own: quiet ones that now and then log the time. */
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSshHost } from "../demo/ssh-host.ts";
import { createSshKeys } from "../demo/ssh-keys.ts";

/** How to get into the hosts. */
export interface Played {
  hosts: { name: string; port: number; user: string; key: string; knownHosts: string }[];
}

const [folder = "", count = "0"] = process.argv.slice(2);
const { privateKey, publicKey } = createSshKeys();
const key = join(folder, "id");
const knownHosts = join(folder, "known_hosts");
writeFileSync(key, privateKey, { mode: 0o600 });
const hosts: Played["hosts"] = [];
const lines: string[] = [];
for (let i = 0; i < Number(count); i++) {
  const root = join(folder, `host${i}`);
  mkdirSync(root);
  writeFileSync(join(root, "app.log"), `${Date.now()}\n`);
  const host = await startSshHost({ root, authorizedKeys: [publicKey] });
  lines.push(`${host.knownHostsLine}\n`);
  hosts.push({ name: `host${i}`, port: host.port, user: host.user, key, knownHosts });
}
writeFileSync(knownHosts, lines.join(""));
process.send?.({ hosts } satisfies Played);
// Each host logs about every minute.
let turn = 0;
setInterval(() => {
  appendFileSync(join(folder, `host${turn++ % hosts.length}`, "app.log"), `${Date.now()}\n`);
}, 60_000 / hosts.length);
