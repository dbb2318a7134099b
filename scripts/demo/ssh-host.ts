import { timingSafeEqual } from "node:crypto";
import { createServer, type AddressInfo, type Socket } from "node:net";
import ssh2, { type AuthContext, type ServerChannel } from "ssh2";
import { serveFiles, type BeforeRead } from "./sftp-files.ts";
import { createSshKeys, type SshKeys } from "./ssh-keys.ts";

/** A log host played in this process: real SSH and SFTP on loopback over a real folder, for one login. */
export interface SshHost extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: SshKeys;
  /** Line of known_hosts for this host: `[127.0.0.1]:port ssh-ed25519 AAAA…`. */
  readonly knownHostsLine: string;
  /** How many logins succeeded so far. */
  readonly logins: () => number;
  /** Cuts every connection as a network failure would; new ones are welcome. */
  readonly cut: () => void;
}

export interface SshHostOptions {
  /** Folder that clients see as `/`. */
  root: string;
  /** Default `leafwatch`. */
  user?: string;
  /** Public keys that may log in (`ssh-ed25519 AAAA…`). */
  authorizedKeys?: readonly string[];
  password?: string;
  /** Default: a new one. Given where a "reinstalled" or "restarted" host is played. */
  hostKey?: SshKeys;
  /** Default: any free one. */
  port?: number;
  /** Awaited before each read of a file. */
  beforeRead?: BeforeRead;
  /** Runs a command; without it the account may use SFTP only. `gone` is aborted when the host ends. */
  exec?: (command: string, channel: ServerChannel, gone: AbortSignal) => unknown;
}

/** Starts the host on 127.0.0.1. Disposing it cuts its connections and closes the port. */
export async function startSshHost(options: SshHostOptions): Promise<SshHost> {
  const hostKey = options.hostKey ?? createSshKeys();
  const user = options.user ?? "leafwatch";
  const sockets = new Set<Socket>();
  const gone = new AbortController();
  let logins = 0;
  const ssh = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (connection) => {
    connection
      .on("authentication", (context) => {
        if (mayLogIn(context, user, options)) context.accept();
        else context.reject(["publickey", ...(options.password ? (["password"] as const) : [])]);
      })
      .on("ready", () => {
        logins++;
        connection.on("session", (accept) => {
          const session = accept().on("sftp", (acceptSftp) => {
            serveFiles(acceptSftp(), options.root, options.beforeRead);
          });
          const { exec } = options;
          if (!exec) return;
          session.on("exec", (acceptExec, _reject, { command }) => {
            exec(command, acceptExec(), gone.signal);
          });
        });
      })
      // A client that goes away without a goodbye: nothing is left to be done for it.
      .on("error", () => undefined);
  });
  // Our own listener beside ssh2's: it knows the sockets, and only a socket can be cut without a goodbye.
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  // A cast: only a server on a pipe has no AddressInfo.
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: "127.0.0.1",
    port,
    user,
    hostKey,
    knownHostsLine: `[127.0.0.1]:${port} ${hostKey.publicKey}`,
    logins: () => logins,
    cut,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        gone.abort();
        server.close(() => {
          resolve();
        });
        cut();
      }),
  };
}

function mayLogIn(context: AuthContext, user: string, options: SshHostOptions): boolean {
  if (context.username !== user) return false;
  if (context.method === "password") {
    return options.password !== undefined && same(context.password, options.password);
  }
  if (context.method !== "publickey") return false;
  for (const line of options.authorizedKeys ?? []) {
    const key = ssh2.utils.parseKey(line);
    if (key instanceof Error || !key.getPublicSSH().equals(context.key.data)) continue;
    // Without a signature the client only asks whether the key would do.
    const { signature, blob } = context;
    return !signature || (blob !== undefined && key.verify(blob, signature, context.hashAlgo));
  }
  return false;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
