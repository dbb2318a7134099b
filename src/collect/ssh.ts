import { setMaxListeners } from "node:events";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import { delayMs, type Backoff } from "../lib/backoff.ts";
import { AppError, isAbort } from "../lib/errors.ts";
import { sessionSlots, type SessionSlots } from "./session-slots.ts";
import { connectSsh, type SshDeps } from "./ssh-connect.ts";
import { channelError, channelsBusy, forwardError } from "./ssh-errors.ts";
import type { SshTarget } from "./ssh-target.ts";
import { whileOpen } from "./while-open.ts";

/** sshd's MaxSessions is 10 by default; two are left to people. */
const maxSessions = 8;
/** After a host that could not be reached. */
const unreachable: Backoff = { minMs: 1000, maxMs: 60_000 };
/** After a refusal (key, login): sshd's PerSourcePenalties punishes impatience. */
const refused: Backoff = { minMs: 30_000, maxMs: 300_000 };

/** A connection that stands, until `closed` aborts. */
interface Link {
  client: Client;
  closed: AbortSignal;
  opening?: Promise<SFTPWrapper>;
  sftp?: SFTPWrapper;
  sessions: SessionSlots;
}

/**
 * The one SSH connection to a host: opened when first used, and again after it was lost, with a back-off between
 * tries that all who use it share. Dispose it to close the connection.
 */
export class SshConnection implements AsyncDisposable {
  readonly target: SshTarget;
  readonly #deps: SshDeps;
  readonly #stop = new AbortController();
  #link: Link | undefined;
  #connecting: Promise<Link> | undefined;
  #failures = 0;
  #notBefore = 0;

  constructor(target: SshTarget, deps: SshDeps) {
    this.target = target;
    this.#deps = deps;
    setMaxListeners(0, this.#stop.signal);
  }

  /** The SFTP channel, shared by all who read files of this host. `closed` aborts when it is gone. */
  async sftp(signal: AbortSignal): Promise<{ sftp: SFTPWrapper; closed: AbortSignal }> {
    const link = await this.#connected(signal);
    // Hundreds of hosts are polled through this: waiting for what is there costs them.
    link.sftp ??= await this.during(link.closed, (link.opening ??= this.#openSftp(link)), signal);
    return { sftp: link.sftp, closed: link.closed };
  }

  /**
   * Starts `command`. At most eight channels are open at a time: this waits for one.
   *
   * @throws AppError SSH_CHANNEL_REFUSED, SSH_CONNECTION_LOST and whatever connecting throws.
   */
  async exec(
    command: string,
    signal: AbortSignal,
  ): Promise<{ channel: ClientChannel; closed: AbortSignal }> {
    const link = await this.#connected(signal);
    await this.#turn(link, signal);
    const channel = await this.#openChannel(
      link,
      signal,
      (opened) => link.client.exec(command, opened),
      (error) => channelError(this.target.name, "exec", error),
      () => {
        link.sessions.give();
      },
    );
    return { channel, closed: link.closed };
  }

  /** A connection from this host on to the next hop. MaxSessions does not count these. */
  async forward(onwards: SshTarget, signal: AbortSignal): Promise<Duplex> {
    const { address, port } = onwards;
    const link = await this.#connected(signal);
    return this.#openChannel(
      link,
      signal,
      (opened) => link.client.forwardOut("127.0.0.1", 0, address, port, opened),
      (error) => forwardError(this.target.name, onwards, error),
    );
  }

  /** Waits for `promise` no longer than the connection lives and `signal` lets. */
  async during<T>(closed: AbortSignal, promise: Promise<T>, signal: AbortSignal): Promise<T> {
    return whileOpen(this.target.name, closed, promise, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#connecting?.catch(() => undefined);
    const link = this.#link;
    if (!link || link.closed.aborted) return;
    await new Promise<void>((resolve) => {
      link.closed.addEventListener("abort", () => {
        resolve();
      });
      link.client.end();
      // A server that does not answer must not hold up the end.
      setTimeout(() => link.client.destroy(), 500).unref();
    });
  }

  async #connected(signal: AbortSignal): Promise<Link> {
    signal.throwIfAborted();
    this.#stop.signal.throwIfAborted();
    if (this.#link && !this.#link.closed.aborted) return this.#link;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.during(this.#stop.signal, this.#connecting, signal);
  }

  async #connect(): Promise<Link> {
    const signal = this.#stop.signal;
    const { log } = this.#deps;
    const fields = { "host.name": this.target.name };
    const waitMs = this.#notBefore - Date.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    try {
      const client = await connectSsh(this.target, this.#deps, signal);
      const closed = new AbortController();
      // Everything that waits for the host listens to it.
      setMaxListeners(0, closed.signal);
      client.once("close", () => {
        if (!signal.aborted) log.warn(fields, "lost the SSH connection");
        closed.abort();
      });
      this.#failures = 0;
      // A server that accepts and hangs up at once must not be asked in a tight loop.
      this.#notBefore = Date.now() + delayMs(1, unreachable);
      this.#link = { client, closed: closed.signal, sessions: sessionSlots(maxSessions) };
      log.debug(fields, "connected");
      return this.#link;
    } catch (error) {
      if (isAbort(error)) throw error;
      this.#failures++;
      const again = error instanceof AppError && error.retryable;
      const retryInMs = delayMs(this.#failures, again ? unreachable : refused);
      this.#notBefore = Date.now() + retryInMs;
      const details = { ...fields, retry_in_ms: Math.round(retryInMs), err: error };
      if (again) log.warn(details, "cannot connect to the host");
      else log.error(details, "the host cannot be entered");
      throw error;
    }
  }

  async #openSftp(link: Link): Promise<SFTPWrapper> {
    try {
      await this.#turn(link, this.#stop.signal);
      return await this.#startSftp(link);
    } catch (error) {
      link.opening = undefined;
      throw error;
    }
  }

  async #startSftp(link: Link): Promise<SFTPWrapper> {
    const opened = new Promise<SFTPWrapper>((resolve, reject) => {
      link.client.sftp((error, sftp) => {
        if (error) reject(error);
        else resolve(sftp);
      });
    });
    try {
      const sftp = await this.during(link.closed, opened, this.#stop.signal);
      // The server may end the channel alone (its sftp-server was killed): begin anew with a fresh connection.
      sftp.once("close", () => link.client.destroy());
      return sftp;
    } catch (error) {
      link.sessions.give();
      if (isAbort(error) || error instanceof AppError) throw error;
      throw channelError(this.target.name, "sftp", error);
    }
  }

  /** Waits until one more session may be opened. */
  async #turn(link: Link, signal: AbortSignal): Promise<void> {
    await link.sessions.take(async (free) => {
      const tooLong = AbortSignal.timeout(this.#deps.sessionWaitMs ?? 60_000);
      try {
        await this.during(link.closed, free, AbortSignal.any([signal, tooLong]));
      } catch (error) {
        if (!tooLong.aborted || signal.aborted) throw error;
        throw channelsBusy(this.target.name, maxSessions);
      }
    });
  }

  /**
   * `refusal` makes ours of the server's error. `release` is called once, when the channel is closed again or was never
   * opened.
   */
  async #openChannel(
    link: Link,
    signal: AbortSignal,
    open: (opened: (error: Error | undefined, channel: ClientChannel) => void) => unknown,
    refusal: (error: unknown) => AppError,
    release: () => void = () => undefined,
  ): Promise<ClientChannel> {
    const opened = new Promise<ClientChannel>((resolve, reject) => {
      const failed = (error: Error) => {
        release();
        reject(error);
      };
      try {
        open((error, channel) => {
          if (error) {
            failed(error);
            return;
          }
          channel.once("close", release);
          channel.on("error", () => undefined);
          resolve(channel);
        });
      } catch (error) {
        failed(error as Error);
      }
    });
    try {
      return await this.during(link.closed, opened, signal);
    } catch (error) {
      // Given up while the server was still opening it.
      opened
        .then((channel) => {
          channel.close();
          channel.resume();
        })
        .catch(() => undefined);
      if (isAbort(error) || error instanceof AppError) throw error;
      throw refusal(error);
    }
  }
}
