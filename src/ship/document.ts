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
  /**
   * Its JSON without `leafwatch` and the last brace. Bytes, because they lie outside the heap: strings that live as long
   * as a bulk would cost the collector more than everything else together.
   */
  readonly json: Buffer;
  /** Where in it the group `event` begins, behind its brace. */
  readonly cut: number;
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
  const at = eventGroup(text);
  const json = Buffer.from(text.slice(0, -1));
  return {
    stream,
    id,
    time: timeOf(event["@timestamp"]),
    size: json.length + own.length + id.length + stream.length + 150,
    json,
    // In UTF-16 units and in bytes the same, unless something beyond ASCII stands before it.
    cut: json.length === text.length - 1 ? at : Buffer.byteLength(text.slice(0, at)),
    own,
  };
}

/** The document's JSON without what is stamped at each try. */
export function textOf({ json, own }: PreparedDocument): string {
  return `${json.toString()}${own === "" ? "" : `,"leafwatch":{${own}}`}}`;
}

/** The body of a bulk: each document stamped with the time of this try, in its own groups. */
export function bulkBody(documents: readonly PreparedDocument[], nowMs: number): Buffer {
  const ingested = `"ingested":"${new Date(nowMs).toISOString()}"`;
  // `size` counts `own` in UTF-16 units, of which one makes at most three bytes.
  const room = documents.reduce((sum, { size, own }) => sum + size + own.length * 2, 0);
  const body = Buffer.allocUnsafe(room);
  let end = 0;
  for (const { stream, id, time, json, cut, own } of documents) {
    const delay = Math.max(0, nowMs - time) || 0;
    end += body.write(`{"create":{"_index":"${stream}","_id":"${id}"}}\n`, end, "latin1");
    end += json.copy(body, end, 0, cut);
    end += body.write(json[cut] === closing ? ingested : `${ingested},`, end, "latin1");
    end += json.copy(body, end, cut);
    const comma = own === "" ? "" : ",";
    end += body.write(`,"leafwatch":{"delay_ms":${delay}${comma}${own}}}\n`, end);
  }
  return body.subarray(0, end);
}

const closing = "}".charCodeAt(0);

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
