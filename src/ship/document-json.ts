import type { EcsEvent } from "../model/ecs.ts";
import {
  closing,
  comma,
  opening,
  putAscii,
  putByte,
  putBytes,
  putJson,
  putMember,
  putMembers,
} from "./json-bytes.ts";

type Host = NonNullable<EcsEvent["host"]>;
type Log = NonNullable<EcsEvent["log"]>;
type Event = EcsEvent["event"];

/**
 * Puts an event's JSON into `bytes` (see json-bytes.ts) as far as it is the same at each try: all groups but
 * `leafwatch`. `event` is the last one and its end is left open, for what is stamped at each try.
 */
export function putGroups(bytes: Buffer, at: number, event: EcsEvent): number {
  const { host, log } = event;
  const names = host && isNames(host) ? host : undefined;
  let end = putTime(bytes, at, event["@timestamp"]);
  end = putStream(bytes, end, event, names);
  if (log?.file) end = putLogRest(bytes, end, log);
  for (const name in event) {
    switch (name) {
      case "@timestamp":
      case "ecs":
      case "agent":
      case "data_stream":
      case "event":
      case "leafwatch":
        continue;
      case "host":
        if (names) continue;
        break;
      case "log":
        if (log?.file) continue;
    }
    const value = event[name as keyof EcsEvent];
    if (value === undefined) continue;
    end = putMember(bytes, putByte(bytes, end, comma), name, value);
  }
  end = putVerdict(bytes, end, event.event);
  return putEventRest(bytes, end, event.event);
}

let lastTime: { text: string; json?: Buffer } = { text: "" };

/** Puts the event's time, as the first member. Where one line has the time of the line before it, more will have. */
function putTime(bytes: Buffer, at: number, text: string): number {
  if (text === lastTime.text) {
    lastTime.json ??= Buffer.from(`${timeBegin}${JSON.stringify(text)}`);
    return putBytes(bytes, at, lastTime.json);
  }
  lastTime = { text };
  return putJson(bytes, putAscii(bytes, at, timeBegin), text);
}

const timeBegin = '{"@timestamp":';

/** Puts the members of `leafwatch` but what is stamped at each try. */
export function putOwn(
  bytes: Buffer,
  at: number,
  group: NonNullable<EcsEvent["leafwatch"]>,
): number {
  return putMembers(bytes, at, "delay_ms" in group ? { ...group, delay_ms: undefined } : group);
}

/** What the events of one stream have in common, and its JSON. */
interface StreamPart {
  ecs: EcsEvent["ecs"];
  agent: EcsEvent["agent"];
  data_stream: EcsEvent["data_stream"];
  file: Log["file"];
  hostname: string | undefined;
  hostName: string | undefined;
  json: Buffer;
}

let lastStream: StreamPart | undefined;

/** Puts the groups that the events of one stream have in common; where there is a file, `log` last and left open. */
function putStream(bytes: Buffer, at: number, event: EcsEvent, host: Host | undefined): number {
  const { ecs, agent, data_stream, log } = event;
  const file = log?.file;
  if (
    lastStream?.ecs === ecs &&
    lastStream.agent === agent &&
    lastStream.data_stream === data_stream &&
    lastStream.file === file &&
    lastStream.hostName === host?.name &&
    lastStream.hostname === host?.hostname
  )
    return putBytes(bytes, at, lastStream.json);
  const text = JSON.stringify({ ecs, agent, data_stream, host, ...(file && { log: { file } }) });
  const json = Buffer.from(`,${file ? text.slice(1, -2) : text.slice(1, -1)}`);
  lastStream = {
    ...{ ecs, agent, data_stream, file, json },
    hostName: host?.name,
    hostname: host?.hostname,
  };
  return putBytes(bytes, at, json);
}

/** True for a `host` that says no more than how it is called. */
function isNames(host: Host): boolean {
  if (typeof host.name !== "string" && typeof host.hostname !== "string") return false;
  for (const name in host) if (name !== "name" && name !== "hostname") return false;
  return true;
}

function putLogRest(bytes: Buffer, at: number, log: Log): number {
  let end = at;
  for (const name in log) {
    const value = log[name as keyof Log];
    if (name === "file" || value === undefined) continue;
    end = putMember(bytes, putByte(bytes, end, comma), name, value);
  }
  return putByte(bytes, end, closing);
}

/** How events were judged, and its JSON. */
interface Verdict {
  event: Event;
  json: Buffer;
}

/** The last verdicts: a stream has few of them, in turn. */
const verdicts: Verdict[] = [];
const maxVerdicts = 16;

/** Puts the beginning of `event`: what the lines of one kind in one batch have in common. */
function putVerdict(bytes: Buffer, at: number, event: Event): number {
  for (let i = 0; i < verdicts.length; i++) {
    const verdict = verdicts[i];
    if (verdict && isAlike(verdict.event, event)) return putBytes(bytes, at, verdict.json);
  }
  const { kind, category, type, action, outcome, dataset, module, created, timezone } = event;
  const shared: Event = {
    kind,
    category,
    type,
    action,
    outcome,
    dataset,
    module,
    created,
    timezone,
  };
  const json = Buffer.from(`,"event":${JSON.stringify(shared).slice(0, -1)}`);
  verdicts.unshift({ event: shared, json });
  verdicts.splice(maxVerdicts);
  return putBytes(bytes, at, json);
}

function isAlike(one: Event, other: Event): boolean {
  return (
    one.action === other.action &&
    one.outcome === other.outcome &&
    one.created === other.created &&
    one.dataset === other.dataset &&
    one.category === other.category &&
    one.type === other.type &&
    one.kind === other.kind &&
    one.module === other.module &&
    one.timezone === other.timezone
  );
}

/** What `event` holds beside its verdict. */
function putEventRest(bytes: Buffer, at: number, event: Event): number {
  let end = at;
  for (const name in event) {
    switch (name) {
      case "kind":
      case "category":
      case "type":
      case "action":
      case "outcome":
      case "dataset":
      case "module":
      case "created":
      case "timezone":
      case "ingested":
        continue;
    }
    const value = event[name as keyof Event];
    if (value === undefined) continue;
    if (bytes[end - 1] !== opening) end = putByte(bytes, end, comma);
    end = putMember(bytes, end, name, value);
  }
  return end;
}
