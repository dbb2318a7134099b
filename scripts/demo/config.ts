import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { SshHost } from "./ssh-host.ts";
import { logs, type HostName } from "./world/log-line.ts";
import type { World } from "./world.ts";

export interface ConfigParts {
  /** Where leafwatch.yml and what it names are written. */
  folder: string;
  namespace: string;
  elasticsearchUrl: string;
  hosts: Readonly<Record<HostName, SshHost>>;
  /** Private key of the account that reads the logs. */
  privateKey: string;
  smtpPort: number;
  world: World;
}

/** Writes the config that the demo runs with, as an operator would. Returns its path. */
export async function writeConfig(parts: ConfigParts): Promise<string> {
  const { folder, namespace, elasticsearchUrl, hosts, world } = parts;
  const inFolder = (name: string) => join(folder, name);
  const known = Object.values(hosts).map(({ knownHostsLine }) => `${knownHostsLine}\n`);
  await writeFile(inFolder("known_hosts"), known.join(""));
  await writeFile(inFolder("id_ed25519"), parts.privateKey, { mode: 0o600 });
  await writeFile(inFolder("members.txt"), world.members.map(({ name }) => `${name}\n`).join(""));
  const host = (name: HostName) => ({
    name,
    address: hosts[name].address,
    port: hosts[name].port,
    user: hosts[name].user,
    auth: { key: inFolder("id_ed25519") },
    known_hosts_file: inFolder("known_hosts"),
    poll: "1s",
    ...(name === "dc1" && { os: "windows" }),
    logs: Object.values(logs)
      .filter((log) => log.host === name)
      .map(({ dataset, path, rotation }) => ({
        format: dataset,
        ...(rotation === "channel" ? { channel: path } : { path }),
      })),
  });
  // A cast: it is a record of the hosts' names.
  const hostNames = Object.keys(hosts) as HostName[];
  const config = {
    timezone: world.timezone,
    namespace,
    elasticsearch: { url: elasticsearchUrl },
    hosts: hostNames.map(host),
    watch: {
      rules: fileURLToPath(new URL("rules.yml", import.meta.url)),
      from: new Date(world.from).toISOString(),
    },
    notify: {
      from: "Leafwatch <leafwatch@example.org>",
      smtp: { host: "127.0.0.1", port: parts.smtpPort, tls: "off" },
      recipients: { security: ["it@example.org"], board: ["board@example.org"] },
      // Nobody is told of the events that the cluster is meant to refuse: the mails are the alerts and the report.
      operations: [],
    },
    report: { schedule: "0 8 * * MON", to: ["board"] },
    check_in: {
      weekday: "thursday",
      member: "user.name",
      roster: inFolder("members.txt"),
      match: {
        "event.dataset": logs.access.dataset,
        "url.path": "/login",
        "http.request.method": "POST",
      },
    },
  };
  const path = inFolder("leafwatch.yml");
  // The address of a server may hold a password.
  await writeFile(path, stringify(config), { mode: 0o600 });
  return path;
}
