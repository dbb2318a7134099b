import { AppError, messageOf } from "../lib/errors.ts";
import type { SshTarget } from "./ssh-target.ts";

/** Errors of a socket that has not become an SSH connection. */
const network = new Map([
  ["ECONNREFUSED", "nothing listens there: is sshd running, is the port right?"],
  ["ENOTFOUND", "the name is not known to DNS: check `address`"],
  ["EAI_AGAIN", "DNS does not answer: check the resolver of this machine"],
  ["EHOSTUNREACH", "there is no route to the host: is it up, is a VPN or a `jump` host needed?"],
  ["ENETUNREACH", "there is no route to the network: is a VPN or a `jump` host needed?"],
  ["ETIMEDOUT", "nothing answers there: is the host up, does a firewall drop the packets?"],
  [
    "ECONNRESET",
    "the server hung up: look into its log (MaxStartups, PerSourcePenalties, fail2ban)",
  ],
]);

/** What ssh2 reported before a connection stood, as an error that an operator can act on. */
export function connectError(target: SshTarget, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { name, address, port, user } = target;
  const message = messageOf(error);
  const code = codeOf(error);
  const at = `${name} (${address}:${port})`;
  const hint = network.get(code);
  if (hint) {
    return new AppError("SSH_UNREACHABLE", `${at} cannot be reached: ${message}`, {
      hint,
      retryable: true,
      cause: error,
    });
  }
  if (message.includes("no matching")) {
    return new AppError("SSH_NO_COMMON_ALGORITHM", `${at}: ${message.replace(/^.*?: /, "")}`, {
      hint: "the server is too old or offers other key types than known_hosts has; update it, or learn its present key with ssh-keyscan",
      cause: error,
    });
  }
  if (levelOf(error) === "client-authentication" || levelOf(error) === "agent") {
    return new AppError("SSH_LOGIN_REFUSED", `${at} refused the login of ${user}: ${message}`, {
      hint: `check \`user\` and \`auth\`; the public key must stand in ~${user}/.ssh/authorized_keys on ${name} (docs/hosts.md)`,
      cause: error,
    });
  }
  if (message.includes("Timed out while waiting for handshake")) {
    return new AppError("SSH_UNREACHABLE", `${at} accepted the connection but did not answer`, {
      hint: "is it an SSH server, and is it overloaded?",
      retryable: true,
      cause: error,
    });
  }
  return new AppError("SSH_UNREACHABLE", `${at}: the connection failed: ${message}`, {
    hint: "look into the server's log (journalctl -u ssh)",
    retryable: true,
    cause: error,
  });
}

/** The connection to `host` was there and is gone. */
export function connectionLost(host: string, cause?: unknown): AppError {
  return new AppError("SSH_CONNECTION_LOST", `${host}: the SSH connection was lost`, {
    hint: "it is opened again by itself; if this repeats, look at the network and at sshd's log",
    retryable: true,
    cause,
  });
}

/** What ssh2 puts before the server's own words. */
const openFailure = "(SSH) Channel open failure: ";

/** A channel that the server would not open. */
export function channelError(host: string, what: string, error: unknown): AppError {
  const message = messageOf(error);
  if (what === "sftp" && /subsystem|Unable to start/i.test(message)) {
    return new AppError("SSH_SFTP_MISSING", `${host}: the server has no SFTP subsystem`, {
      hint: "add `Subsystem sftp internal-sftp` to its sshd_config, or set `read: exec` for this host",
      cause: error,
    });
  }
  if (message.startsWith(openFailure)) {
    return new AppError(
      "SSH_CHANNEL_REFUSED",
      `${host}: the server opens no channel (${message.slice(openFailure.length)})`,
      {
        hint: "raise MaxSessions in its sshd_config (Leafwatch needs up to 8), or look whether the account may open sessions at all",
        retryable: true,
        cause: error,
      },
    );
  }
  return new AppError("SSH_CHANNEL_REFUSED", `${host}: no ${what} channel: ${message}`, {
    hint: "look into the server's log (journalctl -u ssh)",
    retryable: true,
    cause: error,
  });
}

/** A jump host that would not let us through to `onwards`. */
export function forwardError(jump: string, onwards: SshTarget, error: unknown): AppError {
  const { name, address, port } = onwards;
  const at = `${name} (${address}:${port})`;
  const words = messageOf(error).replace(openFailure, "");
  // RFC 4254 §5.1: administratively prohibited.
  if (error instanceof Error && "reason" in error && error.reason === 1) {
    return new AppError(
      "SSH_JUMP_REFUSED",
      `${at}: ${jump} forwards no connection there: ${words}`,
      {
        hint: `look at AllowTcpForwarding and PermitOpen in the sshd_config of ${jump}`,
        retryable: true,
        cause: error,
      },
    );
  }
  return new AppError("SSH_UNREACHABLE", `${at} cannot be reached from ${jump}: ${words}`, {
    hint: `is the host up, and is its \`address\` one that ${jump} knows?`,
    retryable: true,
    cause: error,
  });
}

/** All channels of the connection have been in use for long. */
export function channelsBusy(host: string, limit: number): AppError {
  return new AppError("SSH_CHANNEL_REFUSED", `${host}: all ${limit} channels are in use`, {
    hint: "each journal and each event log channel takes one for good: read some of them through a second entry in `hosts:` with an account of its own",
    retryable: true,
  });
}

const ofChannels: readonly string[] = [
  "SSH_CHANNEL_REFUSED",
  "SSH_SFTP_MISSING",
  "SSH_SHELL_MISSING",
  "SSH_SHELL_SILENT",
];

/** True for what the connection itself has logged, once for all who use it. */
export function isLoggedByConnection({ code }: AppError): boolean {
  return code.startsWith("SSH_") && !ofChannels.includes(code);
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

function levelOf(error: unknown): unknown {
  return error instanceof Error && "level" in error ? error.level : undefined;
}
