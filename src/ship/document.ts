import type { EcsEvent } from "../model/ecs.ts";
import { putGroups, putOwn } from "./document-json.ts";
import { beginOfId, lineId, putLineId, type LineId } from "./event-id.ts";
import { comma, noRoom, opening, putAscii, putByte, putBytes, putDigits } from "./json-bytes.ts";
import { freshPage, nextPage, nextPlace, occupy, pageLimits, vacate, type Place } from "./pages.ts";

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
  if (page.taken >= pageLimits.documents) page = nextPage(page, 0);
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

/** Whoever needs `document` no more says so once, and forgets it: its place will be another's. */
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
  const stamps = putGroups(bytes, json, event);
  const members = stamps + stampBytes;
  let end = putByte(bytes, members, comma);
  if (event.leafwatch) end = putOwn(bytes, end, event.leafwatch);
  if (end === members + 1) end = members;
  end = putAscii(bytes, end, documentEnd);
  const document = nextPlace(page);
  document.stream = stream;
  document.time = timeOf(event["@timestamp"]);
  document.size = end - start;
  document.start = start;
  document.json = json;
  document.stamps = stamps;
  document.end = end;
  return document;
}

/** Its `_id`, read from its action line: kept as a text beside, it would be half of what a document takes of the heap. */
export function idOf({ page, stream, start, json }: PreparedDocument): string {
  const from = start + actionOf(stream, "").length;
  return page.bytes.toString("latin1", from, json - actionEnd.length);
}

/** The document's JSON without what is stamped at each try. */
export function textOf({ page, json, stamps, end }: PreparedDocument): string {
  const { bytes } = page;
  const members = bytes.toString("utf8", stamps + stampBytes + 1, end - documentEnd.length);
  return `${bytes.toString("utf8", json, stamps)}}${members === "" ? "" : `,"leafwatch":{${members}}`}}`;
}

/** The bytes that `bulkBody` makes of documents. */
export function bulkBytes(documents: readonly PreparedDocument[]): number {
  return documents.reduce((sum, { size }) => sum + size, 0);
}

/**
 * The body of a bulk: each document stamped with the time of this try. Where they are neighbours, as nearly always, it
 * is a piece of their page, which holds until one of them is released or stamped again; else a copy.
 */
export function bulkBody(documents: readonly PreparedDocument[], nowMs: number): Buffer {
  const stamp = `"ingested":"${new Date(nowMs).toISOString()}"},"leafwatch":{"delay_ms":`;
  const next = Buffer.from(`,${stamp}`.padEnd(stampBytes));
  const first = Buffer.from(` ${stamp}`.padEnd(stampBytes));
  const delayAt = 1 + stamp.length;
  let areNeighbours = true;
  let before = documents[0];
  for (const document of documents) {
    const { time, page, start, stamps } = document;
    const { bytes } = page;
    bytes.set(bytes[stamps - 1] === opening ? first : next, stamps);
    putDelay(bytes, stamps + delayAt, nowMs - time);
    areNeighbours &&= document === documents[0] || (before?.page === page && before.end === start);
    before = document;
  }
  const [head] = documents;
  if (head && before && areNeighbours) return head.page.bytes.subarray(head.start, before.end);
  return Buffer.concat(documents.map(({ page, start, end }) => page.bytes.subarray(start, end)));
}

/** Digits of the longest delay, 3000 years; blanks stand in the place of those that a delay does not need. */
const delayDigits = 14;
const stampBytes =
  `,"ingested":"${new Date(0).toISOString()}"},"leafwatch":{"delay_ms":`.length + delayDigits;

/** Puts milliseconds of delay, at least 0. */
function putDelay(bytes: Buffer, at: number, delayMs: number): void {
  const delay = Math.min(Math.max(0, delayMs) || 0, 10 ** delayDigits - 1);
  if (delay < 1e9) putDigits(bytes, at, delay);
  else bytes.write(String(delay), at, "latin1");
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
/** Of `leafwatch`, of the document, and of its line. */
const documentEnd = "}}\n";

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
