import { z } from "zod";
import { format, type ParsedFields, type Parser } from "../format.ts";
import { isoOf, isoTime } from "../timestamp.ts";
import { addAccounts, value, type Data } from "../windows/accounts.ts";
import { addLogon, attemptsOf } from "../windows/logon.ts";
import type { WindowsEvent } from "../windows/event-builder.ts";
import { readEvent } from "../windows/event-xml.ts";
import { ids } from "../windows/ids.ts";
import { addObjects } from "../windows/objects.ts";
import { levels, wellKnownSids } from "../windows/words.ts";
import { utc } from "../zone.ts";

/** Windows event-log records as XML, made for the Security channel; other channels in generic form. */
export const windowsSecurity = format({
  type: "windows.security",
  summary: "Windows Security events as XML (Get-WinEvent, wevtutil), one event a line.",
  options: z.object({}),
  create: () => parser,
});

const parser: Parser = {
  isBlank: (text) => text.trim() === "",
  parse(text, { trace }) {
    const xml = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    const { event, error } = readEvent(xml);
    const id = value(event.system, "EventID");
    trace?.("event XML", error === undefined);
    const fields = id === undefined ? {} : eventOf(id, event);
    if (error !== undefined) return { unparsed: error, fields };
    if (id === undefined) return { unparsed: "the event has no EventID" };
    trace?.(`event id ${id}`, Object.hasOwn(ids, id));
    return fields;
  },
};

/** Only these providers' ids mean what the table says: other providers number their events anew. */
const securityProviders = new Set([
  "Microsoft-Windows-Security-Auditing",
  "Microsoft-Windows-Eventlog",
  "Security",
]);

function eventOf(id: string, event: WindowsEvent): ParsedFields {
  const { system, data, rendering } = event;
  const provider = value(system, "Provider.Name");
  const known = provider === undefined || securityProviders.has(provider);
  const meaning = known && Object.hasOwn(ids, id) ? ids[id] : undefined;
  const outcome = outcomeOf(system["Keywords"] ?? "", event.keywords);
  const record = value(system, "EventRecordID");
  const task = value(rendering, "Task");
  const action = meaning?.action ?? task;
  const fields: ParsedFields = {
    event: {
      kind: "event",
      ...(meaning && { category: meaning.category, type: meaning.type }),
      ...(action !== undefined && { action }),
      ...(outcome && { outcome }),
      code: id,
      ...(provider !== undefined && { provider }),
    },
  };
  const stamp = isoTime(value(system, "TimeCreated.SystemTime") ?? "", 0, utc);
  if (stamp) fields["@timestamp"] = isoOf(stamp.ms);
  const message = value(rendering, "Message");
  if (message !== undefined) fields.message = message;
  const level = value(rendering, "Level") ?? levels[system["Level"] ?? ""];
  if (level !== undefined) fields.log = { level: level.toLowerCase() };
  const computer = value(system, "Computer");
  if (computer !== undefined) fields.host = { hostname: computer };

  addAccounts(meaning?.roles ?? "subject", id, data, fields);
  if (!meaning && !fields.user) addAccounts("target", id, data, fields);
  addObjects(id, data, fields);
  const logon = addLogon(id, data, fields);
  if (meaning?.category[0] === "authentication") {
    fields.leafwatch = { attempts: attemptsOf(id, outcome, data, computer) };
  }
  fields.winlog = winlogOf(id, event, record, task, logon);
  return fields;
}

/** Audit Success and Audit Failure (winmeta.xml): bits 53 and 52 of the keywords. */
function outcomeOf(mask: string, words: readonly string[]): "success" | "failure" | undefined {
  const high = /^0x([0-9a-f]{1,16})$/i.exec(mask.trim())?.[1]?.padStart(16, "0");
  const bits = high === undefined ? 0 : parseInt(high.slice(0, 4), 16);
  if ((bits & 0x20) !== 0 || words.includes("Audit Success")) return "success";
  return (bits & 0x10) !== 0 || words.includes("Audit Failure") ? "failure" : undefined;
}

function winlogOf(
  id: string,
  { system, data, rendering, keywords }: WindowsEvent,
  record: string | undefined,
  task: string | undefined,
  logon: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const winlog: Record<string, unknown> = { event_id: id };
  const add = (name: string, text: string | undefined) => {
    if (text !== undefined) winlog[name] = text;
  };
  add("channel", value(system, "Channel"));
  add("computer_name", value(system, "Computer"));
  add("provider_name", value(system, "Provider.Name"));
  add("provider_guid", value(system, "Provider.Guid"));
  add("record_id", record);
  add("task", task ?? value(system, "Task"));
  add("opcode", value(rendering, "Opcode") ?? value(system, "Opcode"));
  add("activity_id", value(system, "Correlation.ActivityID"));
  add("related_activity_id", value(system, "Correlation.RelatedActivityID"));
  const version = Number(value(system, "Version") ?? NaN);
  if (Number.isSafeInteger(version)) winlog["version"] = version;
  const pid = Number(value(system, "Execution.ProcessID") ?? NaN);
  const tid = Number(value(system, "Execution.ThreadID") ?? NaN);
  if (Number.isSafeInteger(pid)) {
    winlog["process"] = { pid, ...(Number.isSafeInteger(tid) && { thread: { id: tid } }) };
  }
  if (keywords.length > 0) winlog["keywords"] = keywords;
  const sid = value(system, "Security.UserID");
  if (sid !== undefined) {
    const known = Object.hasOwn(wellKnownSids, sid) ? wellKnownSids[sid] : undefined;
    winlog["user"] = { identifier: sid, ...known };
  }
  const eventData = eventDataOf(data);
  if (eventData) winlog["event_data"] = eventData;
  if (logon) winlog["logon"] = logon;
  return winlog;
}

function eventDataOf(data: Data): Readonly<Record<string, unknown>> | undefined {
  const privileges = value(data, "PrivilegeList");
  if (privileges !== undefined) return { ...data, PrivilegeList: privileges.split(/\s+/) };
  for (const _ in data) return data;
  return undefined;
}
