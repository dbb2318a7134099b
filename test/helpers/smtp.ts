import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import type { TlsOptions } from "node:tls";
import { SMTPServer } from "smtp-server";

/** A message that the server has taken, whether or not the sender could learn of it. */
export interface TakenMail {
  from: string;
  to: string[];
  raw: Buffer;
  /** True when the answer was "250". */
  answered: boolean;
}

/** What the server does instead of behaving. Numbers are SMTP reply codes. */
export interface Faults {
  /** At a new connection: hang up, never greet, or greet with a refusal. */
  connect?: () => "drop" | "hang" | number | undefined;
  from?: () => number | undefined;
  rcpt?: (address: string) => number | "drop" | undefined;
  /**
   * After the whole message: a code refuses it; `lose` hangs up without taking it; `take-and-drop` takes it and hangs
   * up without an answer; `take-and-hang` takes it and never answers.
   */
  data?: () => number | "lose" | "take-and-drop" | "take-and-hang" | undefined;
}

export interface ScriptedSmtp extends AsyncDisposable {
  readonly port: number;
  /** In the order in which they were taken. */
  readonly mails: readonly TakenMail[];
  /** Whole messages that got no answer, taken or not: only these may be sent again. */
  readonly unanswered: readonly Buffer[];
  /** Conversations begun so far. */
  readonly connections: number;
  /** Changes what goes wrong from now on. */
  script(faults: Faults): void;
}

export interface ScriptedSmtpOptions {
  /** STARTTLS is offered where this is set. */
  tls?: TlsOptions;
  login?: { user: string; password: string };
}

/** A real SMTP server on a free port of 127.0.0.1 that keeps every mail and fails on request. */
export async function startSmtp(options: ScriptedSmtpOptions = {}): Promise<ScriptedSmtp> {
  let faults: Faults = {};
  let connections = 0;
  const mails: TakenMail[] = [];
  const unanswered: Buffer[] = [];
  const sockets = new Map<number, Socket>();
  const hangUp = (port: number) => {
    sockets.get(port)?.destroy();
  };
  const { login } = options;
  const server = new SMTPServer({
    logger: false,
    disableReverseLookup: true,
    closeTimeout: 10,
    disabledCommands: [...(options.tls ? [] : ["STARTTLS"]), ...(login ? [] : ["AUTH"])],
    ...options.tls,
    onAuth({ username, password }, _session, done) {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(reply(535, "authentication failed"));
    },
    onConnect({ remotePort }, done) {
      connections++;
      const fault = faults.connect?.();
      if (fault === "drop") hangUp(remotePort);
      else if (fault !== "hang") done(fault === undefined ? null : reply(fault, "not now"));
    },
    onMailFrom(_address, _session, done) {
      const fault = faults.from?.();
      done(fault === undefined ? null : reply(fault, "sender not wanted"));
    },
    onRcptTo({ address }, { remotePort }, done) {
      const fault = faults.rcpt?.(address);
      if (fault === "drop") hangUp(remotePort);
      else done(fault === undefined ? null : reply(fault, "recipient not wanted"));
    },
    onData(stream, { envelope, remotePort }, done) {
      void buffer(stream).then(
        (raw) => {
          const fault = faults.data?.();
          if (typeof fault === "number") {
            done(reply(fault, "message not wanted"));
            return;
          }
          if (fault !== undefined) unanswered.push(raw);
          if (fault === "lose") {
            hangUp(remotePort);
            return;
          }
          mails.push({
            from: envelope.mailFrom ? envelope.mailFrom.address : "",
            to: envelope.rcptTo.map(({ address }) => address),
            raw,
            answered: fault === undefined,
          });
          if (fault === "take-and-drop") hangUp(remotePort);
          else if (fault === undefined) done();
        },
        () => undefined,
      );
    },
  });
  server.on("error", () => undefined);
  server.server.on("connection", (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once("close", () => sockets.delete(port));
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  // A cast: only a server on a pipe has no AddressInfo.
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    mails,
    unanswered,
    get connections() {
      return connections;
    },
    script(next) {
      faults = next;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.values()) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

function reply(code: number, text: string): Error & { responseCode: number } {
  return Object.assign(new Error(text), { responseCode: code });
}
