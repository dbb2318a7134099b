import type { ServerChannel } from "ssh2";

/** A channel of a played Windows event log. */
export interface EventLog {
  /** Oldest first. */
  events: { record: number; xml: string }[];
  /** `EventRecordID` of the next event. */
  next: number;
  /** True where the account may not read it. */
  denied: boolean;
}

export function createEventLog(): EventLog {
  return { events: [], next: 1, denied: false };
}

/** Writes an event; `{record}` in its XML becomes its number. What was written, and its number. */
export function writeEvent(log: EventLog, xml: string): { record: number; xml: string } {
  const record = log.next++;
  const event = { record, xml: xml.replace("{record}", String(record)) };
  log.events.push(event);
  return event;
}

/**
 * Answers `powershell -EncodedCommand …` as a Windows host would that has these channels: what the decoded script asks
 * for is given as Get-WinEvent gives it. Knows our own script only, and any other command is refused as cmd.exe does.
 */
export async function answerPowershell(
  command: string,
  channel: ServerChannel,
  logs: ReadonlyMap<string, EventLog>,
  gone: AbortSignal,
): Promise<void> {
  const encoded = /^powershell -NoProfile -NonInteractive -EncodedCommand ([A-Za-z0-9+/=]+)$/.exec(
    command,
  )?.[1];
  const end = (code: number) => {
    channel.exit(code);
    channel.end();
  };
  // Longer commands do not pass cmd.exe.
  if (encoded === undefined || command.length > 8191) {
    channel.stderr.write("'powershell' is not recognized as an internal or external command\r\n");
    end(1);
    return;
  }
  const variable = variablesOf(Buffer.from(encoded, "base64").toString("utf16le"));
  const state = { open: !gone.aborted };
  const stop = () => {
    state.open = false;
  };
  channel.on("close", stop).on("end", stop);
  gone.addEventListener("abort", stop);
  const say = (text: string) => channel.write(`${variable("n")} ${text}\r\n`);
  const name = variable("c").replace(/(['\u2018\u2019\u201a\u201b])\1/g, "$1");
  const log = logs.get(name);
  if (!log || log.denied) {
    say(`error 0 ${log ? denied : unknown}`);
    end(1);
    return;
  }
  let at = begin(log, variable, say);
  while (state.open) {
    at = look(log, at, say);
    if (variable("once") === "true") {
      say("end");
      end(0);
      return;
    }
    say("idle");
    await new Promise((resolve) => setTimeout(resolve, Number(variable("ms"))));
  }
}

const unknown =
  "NoMatchingLogsFound,Microsoft.PowerShell.Commands.GetWinEventCommand There is not an event log";
const denied =
  "System.UnauthorizedAccessException,… Attempted to perform an unauthorized operation.";

type Variable = (name: string) => string;
type Say = (text: string) => unknown;

/** Reads the values that the script gives to its variables. */
function variablesOf(script: string): Variable {
  return (name) =>
    new RegExp(`\\$${name}=(?:'((?:[^']|'')*)'|\\$?(\\w+))`).exec(script)?.slice(1).join("") ?? "";
}

/** The event behind which reading goes on. */
interface Bookmark {
  last: number;
  time: string;
}

/** Where reading begins. */
function begin({ events }: EventLog, variable: Variable, say: Say): Bookmark {
  const at = { last: Number(variable("last")), time: variable("time") };
  if (variable("end") !== "true") return at;
  const newest = events.at(-1);
  if (!newest) return at;
  say(`start ${newest.record} ${timeOf(newest.xml)}`);
  return { last: newest.record, time: timeOf(newest.xml) };
}

/** Tells what is new behind the event `from`, and how far that was. */
function look({ events }: EventLog, from: Bookmark, say: Say): Bookmark {
  let { last, time } = from;
  const newest = events.at(-1)?.record ?? last;
  const known = last > 0 ? events.find(({ record }) => record === last) : undefined;
  if (newest < last || (known && !known.xml.includes(time))) {
    say("cleared");
    last = 0;
  }
  const oldest = events[0]?.record ?? 0;
  if (last > 0 && newest > last && oldest > last + 1) say(`lost ${oldest - last - 1}`);
  for (const { record, xml } of events) {
    if (record <= last) continue;
    last = record;
    time = timeOf(xml);
    say(`event ${record} ${xml.replaceAll("\r", "&#13;").replaceAll("\n", "&#10;")}`);
  }
  return { last, time };
}

function timeOf(xml: string): string {
  return /SystemTime=['"]([^'"]+)/.exec(xml)?.[1] ?? "";
}
