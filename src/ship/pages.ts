/**
 * Where documents are written, one behind the other, as they go over the wire: a bulk is a piece of a page, and nothing
 * is copied. Bytes, because they lie outside the heap: strings that live as long as a bulk would cost the collector more
 * than everything else together. Pages and the places on them are used again, because what lives as long as a bulk and
 * is then left to the collector waits for its next full round, and by then is half of a shipper's memory.
 */
export interface Page {
  readonly bytes: Buffer;
  /** Where the next document begins. */
  end: number;
  /** Documents on it that somebody still needs, and one more while it is written to. */
  uses: number;
  readonly places: Place[];
  /** How many of `places` are taken. */
  taken: number;
}

/** What stands where on a page. */
export interface Place {
  /** The data stream that the document belongs to. */
  stream: string;
  /** `@timestamp`, epoch milliseconds. */
  time: number;
  /** Its bytes on the wire. */
  size: number;
  /** Holds its action line and its JSON, line ends and all, from `start` to `end`. */
  readonly page: Page;
  start: number;
  /** Where the JSON begins. */
  json: number;
  /** Where in the JSON, behind the group `event`, the stamps of each try go. */
  stamps: number;
  end: number;
}

/** A full page is a bulk. */
export const pageLimits = { bytes: 4_000_000, documents: 4000 };
/** More than are under way as a rule; those that a rush leaves over go to the collector. */
const maxFree = 10;

const free: Page[] = [];

/** A page that holds at least `bytes`. */
export function freshPage(bytes: number): Page {
  const known = bytes <= pageLimits.bytes ? free.pop() : undefined;
  if (!known) {
    const size = Math.max(pageLimits.bytes, bytes);
    return { bytes: Buffer.allocUnsafeSlow(size), end: 0, uses: 1, places: [], taken: 0 };
  }
  known.end = 0;
  known.uses = 1;
  known.taken = 0;
  return known;
}

/** Ends the writing to `page` and gives out the next one, which holds at least `bytes`. */
export function nextPage(page: Page, bytes: number): Page {
  vacate(page);
  return freshPage(bytes);
}

/** The place that is taken next; what it says is of a document that is gone. */
export function nextPlace(page: Page): Place {
  const known = page.places[page.taken];
  if (known) return known;
  // A time is more than the engine's small integers hold: one that began as 0 would change every place's shape.
  const place = { stream: "", time: NaN, size: 0, page, start: 0, json: 0, stamps: 0, end: 0 };
  page.places.push(place);
  return place;
}

/** The next place was taken; its document ends at `end`. */
export function occupy(page: Page, end: number): void {
  page.end = end;
  page.taken++;
  page.uses++;
}

/** One use of `page` is over. A page that nobody lets go of is the collector's. */
export function vacate(page: Page): void {
  page.uses--;
  const isUsual = page.bytes.length === pageLimits.bytes;
  if (page.uses === 0 && isUsual && free.length < maxFree) free.push(page);
}
