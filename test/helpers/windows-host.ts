import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ssh2, { type Connection, type ServerChannel } from "ssh2";
import { createSshKeys } from "../../scripts/demo/ssh-keys.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A Windows host as far as its event log goes: answers the encoded script as PowerShell with Get-WinEvent would. */
export interface WindowsHost extends AsyncDisposable {
  port: number;
  user: string;
  key: string;
  knownHosts: string;
  /** Writes an event; the XML is that of a small real one with `message` in its data. */
  log(channel: string, message: string): void;
  /** Empties a channel; the next event has number 1. */
  clear(channel: string): void;
  /** Forgets the oldest events of a full log. */
  overwrite(channel: string, count: number): void;
  /** Refuses to read a channel. */
  deny(channel: string): void;
  /** How many PowerShells were started. */
  started(): number;
}

interface Channel {
  events: { record: number; time: string; xml: string }[];
  next: number;
  denied: boolean;
}

export async function startWindowsHost(channels: readonly string[]): Promise<WindowsHost> {
  const temporary = await temporaryFolder();
  const file = (name: string) => join(temporary.path, name);
  const hostKey = createSshKeys();
  const logs = new Map(
    channels.map((name): [string, Channel] => [name, { events: [], next: 1, denied: false }]),
  );
  let started = 0;
  const gone = new AbortController();
  let clock = Date.UTC(2026, 10, 22, 12);
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (connection) => {
    connections.add(connection);
    connection
      .on("authentication", (context) => {
        context.accept();
      })
      .on("ready", () => {
        connection.on("session", (accept) => {
          accept().on("exec", (acceptExec, _reject, { command }) => {
            started++;
            void powershell(command, acceptExec(), logs, gone.signal);
          });
        });
      })
      .on("close", () => connections.delete(connection))
      .on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  await writeFile(file("key"), privateKey, { mode: 0o600 });
  await writeFile(file("known_hosts"), `[127.0.0.1]:${port} ${hostKey.publicKey}\n`);
  const channel = (name: string) => {
    const found = logs.get(name);
    if (!found) throw new Error(`no channel ${name}`);
    return found;
  };
  return {
    port,
    user: "leafwatch",
    key: file("key"),
    knownHosts: file("known_hosts"),
    log(name, message) {
      const to = channel(name);
      const record = to.next++;
      const time = new Date((clock += 1000)).toISOString().replace("Z", "0000Z");
      to.events.push({ record, time, xml: eventXml(name, record, time, message) });
    },
    clear(name) {
      Object.assign(channel(name), { events: [], next: 1 });
    },
    overwrite(name, count) {
      channel(name).events.splice(0, count);
    },
    deny(name) {
      channel(name).denied = true;
    },
    started: () => started,
    async [Symbol.asyncDispose]() {
      gone.abort();
      for (const connection of connections) connection.end();
      server.close();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

/** Runs what the command decodes to, as far as our script goes. */
async function powershell(
  command: string,
  channel: ServerChannel,
  logs: Map<string, Channel>,
  gone: AbortSignal,
) {
  const encoded = /^powershell -NoProfile -NonInteractive -EncodedCommand ([A-Za-z0-9+/=]+)$/.exec(
    command,
  )?.[1];
  if (encoded === undefined || command.length > 8191) {
    channel.stderr.write("'powershell' is not recognized as an internal or external command\r\n");
    channel.exit(1);
    channel.end();
    return;
  }
  const script = Buffer.from(encoded, "base64").toString("utf16le");
  const variable = (name: string) =>
    new RegExp(`\\$${name}=(?:'((?:[^']|'')*)'|\\$?(\\w+))`).exec(script)?.slice(1).join("") ?? "";
  const nonce = variable("n");
  const name = variable("c").replace(/(['\u2018\u2019\u201a\u201b])\1/g, "$1");
  const time = variable("time");
  let last = Number(variable("last"));
  const state = { open: true };
  const stop = () => {
    state.open = false;
  };
  channel.on("close", stop).on("end", stop);
  gone.addEventListener("abort", stop);
  const say = (text: string) => channel.write(`${nonce} ${text}\r\n`);
  const end = (code: number) => {
    channel.exit(code);
    channel.end();
  };
  const log = logs.get(name);
  if (!log) {
    say(
      "error 0 NoMatchingLogsFound,Microsoft.PowerShell.Commands.GetWinEventCommand There is not an event log",
    );
    end(1);
    return;
  }
  if (log.denied) {
    say(
      "error 0 System.UnauthorizedAccessException,… Attempted to perform an unauthorized operation.",
    );
    end(1);
    return;
  }
  const newest = () => log.events.at(-1);
  if (variable("end") === "true") {
    const event = newest();
    if (event) {
      last = event.record;
      say(`start ${event.record} ${event.time}`);
    }
  } else if (last > 0) {
    const event = log.events.find(({ record }) => record === last);
    if (event && !event.xml.includes(time)) {
      say("cleared");
      last = 0;
    }
  }
  while (state.open) {
    if ((newest()?.record ?? last) < last) {
      say("cleared");
      last = 0;
    }
    const oldest = log.events[0]?.record ?? 0;
    if (last > 0 && (newest()?.record ?? 0) > last && oldest > last + 1) {
      say(`lost ${oldest - last - 1}`);
    }
    for (const event of log.events) {
      if (event.record <= last) continue;
      last = event.record;
      say(`event ${event.record} ${event.xml.replaceAll("\r", "&#13;").replaceAll("\n", "&#10;")}`);
    }
    if (variable("once") === "true") {
      say("end");
      end(0);
      return;
    }
    say("idle");
    await new Promise((resolve) => setTimeout(resolve, Number(variable("ms"))));
  }
}

function eventXml(channel: string, record: number, time: string, message: string): string {
  return (
    `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>` +
    `<Provider Name='Leafwatch-Test'/><EventID>4625</EventID><TimeCreated SystemTime='${time}'/>` +
    `<EventRecordID>${record}</EventRecordID><Channel>${channel}</Channel><Computer>dc1</Computer>` +
    `</System><EventData><Data Name='Text'>${message}</Data></EventData></Event>`
  );
}
