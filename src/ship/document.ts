import type { EcsEvent } from "../model/ecs.ts";
import { eventId } from "./event-id.ts";

/** A document as it goes over the wire: made text once, however often it is sent. */
export interface PreparedDocument {
  /** The data stream it belongs to. */
  readonly stream: string;
  readonly id: string;
  /** `@timestamp`, epoch milliseconds. */
  readonly time: number;
  /** About its bytes on the wire. */
  readonly size: number;
  /** Its JSON up to the brace that opens `event`. */
  readonly start: string;
  /** The rest, without `leafwatch` and the last brace. */
  readonly rest: string;
  /** The members of `leafwatch`. */
  readonly own: string;
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
  return prepareAs(`logs-${dataset}-${namespace}`, id, event);
}

/** The same for a document whose stream and id are known. */
export function prepareAs(stream: string, id: string, event: EcsEvent): PreparedDocument {
  const { leafwatch } = event;
  const text =
    leafwatch === undefined && event.event.ingested === undefined
      ? JSON.stringify(event)
      : JSON.stringify({
          ...event,
          event: { ...event.event, ingested: undefined },
          leafwatch: undefined,
        });
  const own = leafwatch ? JSON.stringify({ ...leafwatch, delay_ms: undefined }).slice(1, -1) : "";
  const cut = eventGroup(text);
  return {
    stream,
    id,
    time: timeOf(event["@timestamp"]),
    size: text.length + own.length + id.length + stream.length + 100,
    start: text.slice(0, cut),
    rest: text.slice(cut, -1),
    own,
  };
}

/** The document's JSON without what is stamped at each try. */
export function textOf({ start, rest, own }: PreparedDocument): string {
  return `${start}${rest}${own === "" ? "" : `,"leafwatch":{${own}}`}}`;
}

/** The body of a bulk: each document stamped with the time of this try, in its own groups. */
export function bulkBody(documents: readonly PreparedDocument[], nowMs: number): Buffer {
  const ingested = `"ingested":"${new Date(nowMs).toISOString()}"`;
  let body = Buffer.allocUnsafe(documents.reduce((sum, { size }) => sum + size, 1000));
  let end = 0;
  for (const { stream, id, time, start, rest, own } of documents) {
    const delay = Math.max(0, nowMs - time) || 0;
    const text = `{"create":{"_index":"${stream}","_id":"${id}"}}\n${start}${ingested}${
      rest.startsWith("}") ? "" : ","
    }${rest},"leafwatch":{"delay_ms":${delay}${own === "" ? "" : ","}${own}}}\n`;
    // A UTF-16 unit makes at most three bytes; nearly always one, so room is only made when it is needed.
    if (end + text.length * 3 > body.length) {
      const larger = Buffer.allocUnsafe((end + text.length * 3) * 1.5);
      body.copy(larger, 0, 0, end);
      body = larger;
    }
    end += body.write(text, end);
  }
  return body.subarray(0, end);
}

/**
 * Where the group `event` begins, behind its brace. Within a text value a quotation mark is escaped, so what looks like
 * a key is one; but it may be an inner object's.
 */
function eventGroup(text: string): number {
  const key = '"event":{';
  let at = text.indexOf(key);
  // When no object was opened before, it cannot be an inner one: so it is with what our formats write.
  if (text.indexOf("{", 1) === at + key.length - 1) return at + key.length;
  while (at !== -1 && depthAt(text, at) !== 1) at = text.indexOf(key, at + 1);
  if (at === -1) throw new TypeError("a document without the group event");
  return at + key.length;
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

let lastTime = { text: "", ms: NaN };

/** Neighbouring lines often have the same time. */
function timeOf(text: string): number {
  if (text !== lastTime.text) lastTime = { text, ms: Date.parse(text) };
  return lastTime.ms;
}
