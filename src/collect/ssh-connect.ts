import { readFile } from "node:fs/promises";
import type { Duplex } from "node:stream";
import ssh2, {
  Client,
  type AuthMethod,
  type ConnectConfig,
  type ServerHostKeyAlgorithm,
} from "ssh2";
import { AppError, messageOf } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { hostKeyAlgorithms, hostKeyCheck, type HostKeyCheck } from "./host-key.ts";
import { connectError } from "./ssh-errors.ts";
import type { SshTarget } from "./ssh-target.ts";
import { turns } from "./turns.ts";

// Node does not see these among the names that the CommonJS package exports.
const { utils } = ssh2;

const handshakeMs = 20_000;

/** What connecting needs beside the target. */
export interface SshDeps {
  log: Log;
  /** The way to the server through a jump host; undefined: straight. */
  dial?: (target: SshTarget, signal: AbortSignal) => Promise<Duplex>;
  /** Between two questions whether the server is still there; the third one without an answer ends it. */
  keepaliveMs?: number;
  /** How long one waits for a session where all are in use: after that, they are not going to be closed. */
  sessionWaitMs?: number;
}

/**
 * Handshakes at a time, of all hosts: hundreds at once would all be slow enough to be given up, and behind a jump
 * host they would run into its MaxStartups.
 */
const handshakes = turns(8);

/**
 * Connects and logs in. The server's key is checked before anything secret is sent.
 *
 * @throws AppError which names the host; `retryable` when a later try may succeed.
 */
export async function connectSsh(
  target: SshTarget,
  deps: SshDeps,
  signal: AbortSignal,
): Promise<Client> {
  const check = await hostKeyCheck(target, deps.log);
  let refused: AppError | undefined;
  for (;;) {
    // Outside the turn: the jump host may need one of its own.
    const sock = await deps.dial?.(target, signal);
    try {
      return await handshakes(() => enter(target, check, sock, deps, signal));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (refused && error.code === "SSH_NO_COMMON_ALGORITHM") throw refused;
      if (error.code !== "SSH_HOST_KEY_CHANGED" || !check.mayHaveAnother()) throw error;
      refused ??= error;
    }
  }
}

async function enter(
  target: SshTarget,
  check: HostKeyCheck,
  sock: Duplex | undefined,
  { keepaliveMs = 10_000 }: SshDeps,
  signal: AbortSignal,
): Promise<Client> {
  const authHandler = await authMethods(target);
  signal.throwIfAborted();
  let refused: AppError | undefined;
  let agentError: Error | undefined;
  const config: ConnectConfig = {
    host: target.address,
    port: target.port,
    username: target.user,
    ...(sock && { sock }),
    authHandler,
    readyTimeout: handshakeMs,
    // Off by default in ssh2: without it a half-open connection is never noticed.
    keepaliveInterval: keepaliveMs,
    keepaliveCountMax: 3,
    hostVerifier: (key: Buffer) => {
      refused = check.refusal(key);
      return refused === undefined;
    },
    // The names come from known_hosts; ssh2 refuses one that it does not know.
    ...(check.algorithms && {
      algorithms: { serverHostKey: supported(target, check.algorithms) },
    }),
  };
  const client = new Client();
  const onAbort = () => client.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      client.once("ready", resolve);
      client.on("error", (error: Error & { level?: string }) => {
        // An agent that does not answer is no reason not to try the next way to log in.
        if (error.level === "agent") agentError = error;
        else reject(agentError ?? error);
      });
      client.once("close", () => {
        reject(new Error("the server closed the connection before the login was done"));
      });
      client.connect(config);
    });
    await check.remember();
    // Small requests must not wait for the answers to those before them (Nagle).
    client.setNoDelay(true);
    // From here on only "close" matters; an error without a listener would end the process.
    client.removeAllListeners("error").on("error", () => undefined);
    return client;
  } catch (error) {
    client.on("error", () => undefined);
    client.destroy();
    signal.throwIfAborted();
    throw refused ?? connectError(target, error);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function supported(target: SshTarget, known: readonly string[]): ServerHostKeyAlgorithm[] {
  const usable = known.filter((name) => hostKeyAlgorithms.includes(name));
  if (usable.length > 0) return usable as ServerHostKeyAlgorithm[];
  throw new AppError(
    "SSH_NO_COMMON_ALGORITHM",
    `${target.name}: known_hosts has only keys of the type ${known.join(", ")}, which cannot be checked`,
    { hint: "add the host's ed25519, ecdsa or rsa key: ssh-keyscan -t ed25519,ecdsa,rsa" },
  );
}

async function authMethods(target: SshTarget): Promise<AuthMethod[]> {
  const { name, user, auth } = target;
  const methods: AuthMethod[] = [];
  const add = (method: AuthMethod) => methods.push(method);
  for (const path of auth.keys) {
    const key = await readKey(name, path);
    const parsed = utils.parseKey(key, auth.passphrase);
    if (parsed instanceof Error) throw keyError(name, path, parsed);
    add({ type: "publickey", username: user, key, passphrase: auth.passphrase } as AuthMethod);
  }
  if (auth.agent !== undefined) {
    add({ type: "agent", username: user, agent: auth.agent } as AuthMethod);
  }
  const { password } = auth;
  if (password !== undefined) {
    add({ type: "password", username: user, password } as AuthMethod);
    // Servers with PAM often ask instead of taking a password: what is not shown while typed is the password.
    const prompt = (
      _name: string,
      _instructions: string,
      _language: string,
      prompts: readonly { echo?: boolean }[],
      answer: (answers: string[]) => void,
    ) => {
      answer(prompts.map(({ echo }) => (echo === true ? user : password)));
    };
    add({ type: "keyboard-interactive", username: user, prompt } as AuthMethod);
  }
  if (methods.length === 0) {
    throw new AppError("SSH_NO_LOGIN", `${name}: nothing to log in with`, {
      hint: "set `auth: { key: … }`, `{ agent: true }` or `{ password: … }` for this host",
    });
  }
  return methods;
}

async function readKey(host: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new AppError(
      "SSH_KEY_UNREADABLE",
      `${host}: the key ${path} cannot be read: ${messageOf(error)}`,
      {
        hint: "check the path in `auth.key`, and that the account which runs Leafwatch may read it",
        cause: error,
      },
    );
  }
}

function keyError(host: string, path: string, error: Error): AppError {
  const locked = /passphrase|Encrypted/i.test(error.message);
  return new AppError(
    "SSH_KEY_UNREADABLE",
    `${host}: the key ${path} cannot be used: ${error.message}`,
    {
      hint: locked
        ? "the key is encrypted: set `auth.passphrase` (from ${file:…} or ${env:…}), or load it into an agent"
        : "it must be a private key in OpenSSH or PEM format",
      cause: error,
    },
  );
}
