import type { ClientChannel } from "ssh2";
import { AppError } from "../lib/errors.ts";
import { channelChunks, type ChannelChunks } from "./channel-chunks.ts";
import { frame } from "./frame.ts";
import { connectionLost } from "./ssh-errors.ts";
import type { SshConnection } from "./ssh.ts";

/** What a command printed, and how it ended. */
export interface Printed {
  output: Buffer;
  status: number;
}

/** Runs commands on a host through /bin/sh, each framed by a nonce. */
export interface RemoteShell {
  /**
   * Runs a short command in a shell that stays open, one after the other: a shell's start costs the host more than
   * most of what we ask. stderr comes with the output.
   */
  run(command: string, signal: AbortSignal): Promise<Printed>;
  /**
   * What a command prints, as it prints it, over a channel of its own. Ends when the command ends with 0; a command
   * that does not end by itself is killed on the host when the channel closes.
   *
   * @throws AppError COMMAND_FAILED with what it said on stderr.
   */
  stream(command: string, signal: AbortSignal): AsyncGenerator<Buffer>;
}

/** An answer of `run` is short: what is longer comes from something else. */
const maxOutput = 16 * 1024 * 1024;
const maxNoise = 64 * 1024;
const silenceMs = 30_000;

interface Session {
  channel: ClientChannel;
  closed: AbortSignal;
  chunks: ChannelChunks;
}

export function remoteShell(connection: SshConnection): RemoteShell {
  const host = connection.target.name;
  let session: Session | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  async function open(signal: AbortSignal): Promise<Session> {
    // What follows goes to its stdin, so that no login shell with other rules ever reads it.
    const { channel, closed } = await connection.exec("exec /bin/sh", signal);
    channel.write("LC_ALL=C; export LC_ALL\n");
    return { channel, closed, chunks: channelChunks(connection, { channel, closed }) };
  }

  async function runNow(command: string, signal: AbortSignal): Promise<Printed> {
    session ??= await open(signal);
    const used = session;
    const { begin, end, push } = frame();
    const parts: Buffer[] = [];
    let length = 0;
    let done = false;
    // What hangs (a dead mount) must not hold up the host for ever.
    const limited = AbortSignal.any([signal, AbortSignal.timeout(silenceMs)]);
    try {
      used.channel.write(`${begin}; { ${command}\n} </dev/null 2>&1; ${end}\n`);
      for (;;) {
        const chunk = await used.chunks.next(limited);
        if (chunk === undefined) throw noShell(host);
        length += chunk.length;
        if (length > maxOutput) throw noShell(host);
        const { data, status } = push(chunk);
        parts.push(data);
        if (status === undefined) continue;
        done = true;
        return { output: Buffer.concat(parts), status };
      }
    } catch (error) {
      if (limited.aborted && !signal.aborted) throw noAnswer(host, error);
      throw error;
    } finally {
      // Half an answer may still be under way.
      if (!done) {
        session = undefined;
        used.chunks.close();
      }
    }
  }

  return {
    async run(command, signal) {
      const before = queue;
      const mine = (async () => {
        await before.catch(() => undefined);
        signal.throwIfAborted();
        if (session?.closed.aborted) session = undefined;
        return runNow(command, signal);
      })();
      queue = mine;
      return mine;
    },

    async *stream(command, signal) {
      const own = await open(signal);
      const { begin, end, push } = frame();
      let complaint = "";
      own.channel.stderr.on("data", (chunk: Buffer) => {
        complaint = (complaint + chunk.toString("utf8")).slice(-2000);
      });
      let noise = 0;
      let started = false;
      try {
        // Nothing but the end of its input tells a host without a terminal that we are gone.
        const job = `( { ${command}\n} </dev/null; ${end} ) & cat >/dev/null; kill 0`;
        own.channel.write(`${begin}; ${job}\n`);
        for (;;) {
          const chunk = await own.chunks.next(signal);
          if (chunk === undefined) throw started ? connectionLost(host) : noShell(host);
          const { data, status } = push(chunk);
          started ||= data.length > 0 || status !== undefined;
          if (!started && (noise += chunk.length) > maxNoise) throw noShell(host);
          if (data.length > 0) yield data;
          if (status === undefined) continue;
          if (status === 0) return;
          throw new AppError(
            "COMMAND_FAILED",
            `${host}: ${complaint.trim() || `exit code ${status}`}`,
            {
              hint: "run the same on the host as the account that Leafwatch logs in with",
              retryable: true,
            },
          );
        }
      } finally {
        own.chunks.close();
      }
    },
  };
}

function noShell(host: string): AppError {
  return new AppError("SSH_SHELL_MISSING", `${host}: the account runs no commands`, {
    hint: "its shell is nologin, or a ForceCommand stands in sshd_config: set `read: sftp` for this host, or give the account a shell",
  });
}

function noAnswer(host: string, cause: unknown): AppError {
  return new AppError("SSH_SHELL_SILENT", `${host}: a command has not answered for 30 s`, {
    hint: "is a network file system of the host hanging?",
    retryable: true,
    cause,
  });
}
