import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "./temporary-folder.ts";
import { until } from "./poll.ts";

const program = "/usr/sbin/sshd";
const run = promisify(execFile);

/** A real OpenSSH server on a free loopback port, with keys of its own. */
export interface Sshd extends AsyncDisposable {
  port: number;
  /** The account that may log in: the one that runs the tests. */
  user: string;
  /** Path of a private key that is let in. */
  key: string;
  /** A known_hosts file that has this server's key. */
  knownHosts: string;
  /** The server's public key line, `ssh-ed25519 AAAA…`. */
  hostKey: string;
  folder: string;
  /** Ends the server with all its connections, and starts it on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** What the server wrote to its log. */
  log(): Promise<string>;
}

/** True when OpenSSH's server is installed. */
export function hasSshd(): boolean {
  return existsSync(program);
}

/** Starts a server; `config` has further lines for its sshd_config, which win over ours. */
export async function startSshd(config: readonly string[] = []): Promise<Sshd> {
  const temporary = await temporaryFolder();
  const folder = temporary.path;
  const port = await freePort();
  const { username } = userInfo();
  const file = (name: string) => join(folder, name);
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file("host")]);
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file("key")]);
  // Started by root, sshd separates privileges and wants this folder.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const hostKey = (await readFile(file("host.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
  await writeFile(file("known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
  await writeFile(file("authorized_keys"), await readFile(file("key.pub")), { mode: 0o600 });
  const lines = [
    ...config,
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${file("host")}`,
    `AuthorizedKeysFile ${file("authorized_keys")}`,
    "PidFile none",
    "StrictModes no",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "UsePAM no",
    "UseDNS no",
    "LogLevel VERBOSE",
    "MaxStartups 100",
    ...(config.some((line) => line.startsWith("Subsystem"))
      ? []
      : ["Subsystem sftp internal-sftp"]),
  ];
  await writeFile(file("sshd_config"), `${lines.join("\n")}\n`);

  let server: ReturnType<typeof spawn> | undefined;
  async function start() {
    const child = spawn(program, ["-D", "-E", file("log"), "-f", file("sshd_config")], {
      stdio: "ignore",
      detached: true,
    });
    server = child;
    await until("sshd listens", async () => {
      if (child.exitCode !== null) throw new Error(`sshd ended: ${await log()}`);
      return (await log()).includes("Server listening");
    });
  }
  async function stop() {
    if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) {
      return;
    }
    const ended = once(server, "exit");
    // Its whole process group: the processes of the connections outlive the one that listens.
    process.kill(-server.pid, "SIGKILL");
    await ended;
    await writeFile(file("log"), "");
  }
  async function log() {
    return readFile(file("log"), "utf8").catch(() => "");
  }
  await start();
  return {
    port,
    user: username,
    key: file("key"),
    knownHosts: file("known_hosts"),
    hostKey,
    folder,
    start,
    stop,
    log,
    async [Symbol.asyncDispose]() {
      await stop();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return address !== null && typeof address === "object" ? address.port : 0;
}
