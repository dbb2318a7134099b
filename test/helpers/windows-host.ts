import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ssh2, { type Connection } from "ssh2";
import {
  answerPowershell,
  createEventLog,
  writeEvent,
  type EventLog,
} from "../../scripts/demo/event-log.ts";
import { createSshKeys } from "../../scripts/demo/ssh-keys.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A Windows host as far as its event log goes: answers the encoded script as PowerShell with Get-WinEvent would. */
export interface WindowsHost extends AsyncDisposable {
  port: number;
  user: string;
  key: string;
  knownHosts: string;
  /** The server's public key line. */
  hostKey: string;
  /** Writes an event; the XML, which it returns, is that of a small real one with `message` in its data. */
  log(channel: string, message: string): string;
  /** Empties a channel; the next event has number 1. */
  clear(channel: string): void;
  /** Forgets the oldest events of a full log. */
  overwrite(channel: string, count: number): void;
  /** Refuses to read a channel. */
  deny(channel: string): void;
  /** How many PowerShells were started. */
  started(): number;
}

export async function startWindowsHost(channels: readonly string[]): Promise<WindowsHost> {
  const temporary = await temporaryFolder();
  const file = (name: string) => join(temporary.path, name);
  const hostKey = createSshKeys();
  const logs = new Map(channels.map((name): [string, EventLog] => [name, createEventLog()]));
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
            void answerPowershell(command, acceptExec(), logs, gone.signal);
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
    hostKey: hostKey.publicKey,
    log(name, message) {
      const time = new Date((clock += 1000)).toISOString().replace("Z", "0000Z");
      return writeEvent(channel(name), eventXml(name, time, message)).xml;
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

function eventXml(channel: string, time: string, message: string): string {
  return (
    `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>` +
    `<Provider Name='Leafwatch-Test'/><EventID>4625</EventID><TimeCreated SystemTime='${time}'/>` +
    `<EventRecordID>{record}</EventRecordID><Channel>${channel}</Channel><Computer>dc1</Computer>` +
    `</System><EventData><Data Name='Text'>${message}</Data></EventData></Event>`
  );
}
