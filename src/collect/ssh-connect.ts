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
import { hostKeyCheck } from "./host-key.ts";
import { connectError } from "./ssh-errors.ts";
import type { SshTarget } from "./ssh-target.ts";

// Node does not see these among the names that the CommonJS package exports.
const { utils } = ssh2;

const handshakeMs = 20_000;

/**
 * One try to connect and log in. The server's key is checked before anything secret is sent. `sock` is a way
 * through a jump host.
 *
 * @throws AppError which names the host; `retryable` when a later try may succeed.
 */
export async function connectSsh(
  target: SshTarget,
  sock: Duplex | undefined,
  log: Log,
  signal: AbortSignal,
): Promise<Client> {
  const check = await hostKeyCheck(target, log);
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
    keepaliveInterval: 10_000,
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

const algorithms: readonly string[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
  "ssh-rsa",
];

function supported(target: SshTarget, known: readonly string[]): ServerHostKeyAlgorithm[] {
  const usable = known.filter((name) => algorithms.includes(name));
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
