import type { EcsEvent } from "../model/ecs.ts";
import { putGroups, putOwn } from "./document-json.ts";
import { beginOfId, lineId, putLineId, type LineId } from "./event-id.ts";
import { closing, comma, noRoom, opening, putAscii, putBytes, putDigits } from "./json-bytes.ts";
import { freshPage, nextPage, nextPlace, occupy, vacate, type Place } from "./pages.ts";

/** A document as it goes over the wire: made text once, however often it is sent. */
export type PreparedDocument = Readonly<Place>;

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
  const { stream, action } = streamOf(dataset, namespace, origin);
  return prepare(stream, action, lineId(offset, event.event.original ?? ""), event);
}

/** The same for a document whose stream and id are known. */
export function prepareAs(stream: string, id: string, event: EcsEvent): PreparedDocument {
  return prepare(stream, Buffer.from(actionOf(stream, id)), undefined, event);
}

let page = freshPage(0);

function prepare(...what: Parameters<typeof put>): PreparedDocument {
  for (;;) {
    try {
      const document = put(...what);
      occupy(page, document.end);
      return document;
    } catch (error) {
      if (error !== noRoom) throw error;
      // One that is too large for a page of its own gets larger ones until it fits.
      page = nextPage(page, page.end === 0 ? 2 * page.bytes.length : 0);
    }
  }
}

/** Whoever has seen `document` stored says so once, and forgets it: its place will be another's. */
export function release({ page }: PreparedDocument): void {
  vacate(page);
}

/**
 * Writes a document on the page, or throws `noRoom`: see json-bytes.ts. `action` is its action line as far as its id
 * goes, or as far as the id's beginning where `line` ends it.
 */
function put(
  stream: string,
  action: Uint8Array,
  line: LineId | undefined,
  event: EcsEvent,
): PreparedDocument {
  const { bytes, end: start } = page;
  let json = putBytes(bytes, start, action);
  if (line) json = putLineId(bytes, json, line);
  json = putAscii(bytes, json, actionEnd);
  const own = putGroups(bytes, json, event);
  const end = event.leafwatch ? putOwn(bytes, own, event.leafwatch) : own;
  const document = nextPlace(page);
  document.stream = stream;
  document.time = timeOf(event["@timestamp"]);
  document.size = end - start + maxStamps;
  document.start = start;
  document.json = json;
  document.own = own;
  document.end = end;
  return document;
}

/** Its `_id`, read from its action line: kept as a text beside, it would be half of what a document takes of the heap. */
export function idOf({ page, stream, start, json }: PreparedDocument): string {
  const from = start + actionOf(stream, "").length;
  return page.bytes.toString("latin1", from, json - actionEnd.length);
}

/** The document's JSON without what is stamped at each try. */
export function textOf({ page, json, own, end }: PreparedDocument): string {
  const { bytes } = page;
  const members = bytes.toString("utf8", own, end);
  return `${bytes.toString("utf8", json, own)}}${members === "" ? "" : `,"leafwatch":{${members}}`}}`;
}

/** More than the stamps, the braces and `leafwatch` can take. */
const maxStamps = 120;

/** The most bytes that `bulkBody` makes of documents. */
export function bulkBytes(documents: readonly PreparedDocument[]): number {
  return documents.reduce((sum, { size }) => sum + size, 0);
}

/**
 * The body of a bulk: each document stamped with the time of this try, in its own groups. Written into `body`, which has
 * room for `bulkBytes`; into a new one where it is left out.
 */
export function bulkBody(
  documents: readonly PreparedDocument[],
  nowMs: number,
  body: Buffer = Buffer.allocUnsafe(bulkBytes(documents)),
): Buffer {
  const stamp = `"ingested":"${new Date(nowMs).toISOString()}"},"leafwatch":{"delay_ms":`;
  const first = Buffer.from(stamp);
  const next = Buffer.from(`,${stamp}`);
  let at = 0;
  for (const { time, page, start, own, end } of documents) {
    const { bytes } = page;
    body.set(bytes.subarray(start, own), at);
    at += own - start;
    const ingested = body[at - 1] === opening ? first : next;
    body.set(ingested, at);
    at += ingested.length;
    at = putDelay(body, at, nowMs - time);
    if (own < end) {
      body[at++] = comma;
      at += bytes.copy(body, at, own, end);
    }
    body[at++] = closing;
    body[at++] = closing;
    body[at++] = lineEnd;
  }
  return body.subarray(0, at);
}

const lineEnd = 0x0a;

/** Milliseconds of delay, at least 0. @returns where their digits end. */
function putDelay(body: Buffer, at: number, delayMs: number): number {
  const delay = Math.max(0, delayMs) || 0;
  if (delay < 1e9) return putDigits(body, at, delay);
  return at + body.write(String(delay), at, "latin1");
}

/** How the action lines of one file's documents begin. */
interface StreamHead {
  dataset: string;
  namespace: string;
  origin: string;
  stream: string;
  action: Uint8Array;
}

let lastHead: StreamHead | undefined;

/** Neighbouring lines are of one file. */
function streamOf(dataset: string, namespace: string, origin: string): StreamHead {
  if (
    lastHead?.dataset === dataset &&
    lastHead.namespace === namespace &&
    lastHead.origin === origin
  )
    return lastHead;
  const stream = `logs-${dataset}-${namespace}`;
  const action = Buffer.from(actionOf(stream, beginOfId(origin)));
  lastHead = { dataset, namespace, origin, stream, action };
  return lastHead;
}

const actionEnd = '"}}\n';

/** The action line as far as `id` goes. */
function actionOf(stream: string, id: string): string {
  return `{"create":{"_index":"${stream}","_id":"${id}`;
}

let lastTime = { text: "", ms: NaN };

/** Neighbouring lines often have the same time. */
function timeOf(text: string): number {
  if (text !== lastTime.text) lastTime = { text, ms: Date.parse(text) };
  return lastTime.ms;
}
