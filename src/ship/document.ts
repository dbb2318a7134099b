import type { EcsEvent } from "../model/ecs.ts";
import { eventId } from "./event-id.ts";

/** An event as it goes over the wire: made text once, however often it is sent. */
export interface PreparedDocument {
  /** The data stream it belongs to. */
  readonly stream: string;
  readonly id: string;
  /** `@timestamp`, epoch milliseconds. */
  readonly time: number;
  /** About its bytes on the wire. */
  readonly size: number;
  /** The document without `event.ingested` and `leafwatch.delay_ms`, and where these two belong. */
  readonly text: string;
  readonly cuts: Cuts;
}

/** Positions in the text, behind the opening brace of its group. */
interface Cuts {
  event: number;
  /** Undefined: there is no such group yet. */
  leafwatch: number | undefined;
}

/**
 * Makes an event ready to be sent to `logs-<its dataset>-<namespace>`.
 *
 * @throws TypeError when the event names no dataset: a mistake of the format that made it.
 */
export function prepareDocument(
  event: EcsEvent,
  origin: string,
  offset: number,
  namespace: string,
): PreparedDocument {
  const dataset = event.data_stream?.dataset ?? event.event.dataset;
  if (dataset === undefined) throw new TypeError("an event without event.dataset");
  const id = eventId(origin, offset, event.event.original ?? "");
  return fromText(
    `logs-${dataset}-${namespace}`,
    id,
    Date.parse(event["@timestamp"]),
    textOf(event),
  );
}

/** The same for a document that is text already and has an `event` group. */
export function fromText(stream: string, id: string, time: number, text: string): PreparedDocument {
  const size = text.length + id.length + stream.length + 100;
  return { stream, id, time, size, text, cuts: cutsOf(text) };
}

/** The two lines of a bulk body, stamped with the time of this try. */
export function bulkLines(document: PreparedDocument, now: Stamp): string {
  const { text, cuts } = document;
  const delay = Math.max(0, now.ms - document.time) || 0;
  const action = `{"create":{"_index":"${document.stream}","_id":"${document.id}"}}\n`;
  const ingested = `"ingested":"${now.iso}"${comma(text, cuts.event)}`;
  if (cuts.leafwatch === undefined) {
    return `${action}${text.slice(0, cuts.event)}${ingested}${text.slice(cuts.event, -1)},"leafwatch":{"delay_ms":${delay}}}\n`;
  }
  const delayed = `"delay_ms":${delay}${comma(text, cuts.leafwatch)}`;
  const [first, second] =
    cuts.event < cuts.leafwatch
      ? [
          { at: cuts.event, put: ingested },
          { at: cuts.leafwatch, put: delayed },
        ]
      : [
          { at: cuts.leafwatch, put: delayed },
          { at: cuts.event, put: ingested },
        ];
  return `${action}${text.slice(0, first.at)}${first.put}${text.slice(first.at, second.at)}${second.put}${text.slice(second.at)}\n`;
}

/** One moment in both forms that a document carries. */
export interface Stamp {
  ms: number;
  iso: string;
}

export function stampOf(ms: number): Stamp {
  return { ms, iso: new Date(ms).toISOString() };
}

/** The event as JSON, without what is stamped at each try. */
function textOf(event: EcsEvent): string {
  if (event.event.ingested === undefined && event.leafwatch?.delay_ms === undefined) {
    return JSON.stringify(event);
  }
  return JSON.stringify({
    ...event,
    event: { ...event.event, ingested: undefined },
    leafwatch: { ...event.leafwatch, delay_ms: undefined },
  });
}

/**
 * Within a text value a quotation mark is escaped, so `"event":{` is always a key. It may be the key of an inner
 * object, though: where it is not the only one, the top level is looked for step by step.
 */
function cutsOf(text: string): Cuts {
  const event = onlyKey(text, '"event":{') ?? topLevel(text, "event");
  if (event === undefined) throw new TypeError("a document without an event group");
  const leafwatch = text.includes('"leafwatch":{')
    ? (onlyKey(text, '"leafwatch":{') ?? topLevel(text, "leafwatch"))
    : undefined;
  return { event, leafwatch };
}

function onlyKey(text: string, key: string): number | undefined {
  const at = text.indexOf(key);
  if (at === -1 || text.includes(key, at + 1)) return undefined;
  // The only one may still be an inner one, when the outer group is missing or no object.
  return isTopLevel(text, at) ? at + key.length : undefined;
}

/** Cheap for what our formats write, where the group is the first or stands early. */
function isTopLevel(text: string, at: number): boolean {
  return at === 1 || depthAt(text, at) === 1;
}

function topLevel(text: string, name: string): number | undefined {
  const key = `"${name}":{`;
  for (let at = text.indexOf(key); at !== -1; at = text.indexOf(key, at + 1)) {
    if (depthAt(text, at) === 1) return at + key.length;
  }
  return undefined;
}

/** How many objects and arrays are open before `end`. */
function depthAt(text: string, end: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) quoted = !quoted;
    else if (quoted) continue;
    else if (code === 0x7b || code === 0x5b) depth++;
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return depth;
}

/** A comma unless the group is empty. */
function comma(text: string, at: number): string {
  return text.charCodeAt(at) === 0x7d ? "" : ",";
}
