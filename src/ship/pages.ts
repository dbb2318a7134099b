/**
 * Where documents are written, one behind the other. Bytes, because they lie outside the heap: strings that live as
 * long as a bulk would cost the collector more than everything else together. Pages and the places on them are used
 * again, because what lives as long as a bulk and is then left to the collector waits for its next full round, and by
 * then is half of a shipper's memory.
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
  /** Its bytes on the wire, at most. */
  size: number;
  /** Holds its action line and its JSON from `start` to `end`. */
  readonly page: Page;
  start: number;
  /** Where the JSON begins. The group `event` is its last one and still open, for what is stamped at each try. */
  json: number;
  /** Where the JSON pauses; from here on stand the members of `leafwatch`. */
  own: number;
  end: number;
}

/** Small enough that a document which waits long keeps few others' bytes, large enough to be turned seldom. */
const pageBytes = 256 * 1024;
/** More than are under way at most; those that a rush leaves over go to the collector. */
const maxFree = 128;

const free: Page[] = [];

/** A page that holds at least `bytes`. */
export function freshPage(bytes: number): Page {
  const known = bytes <= pageBytes ? free.pop() : undefined;
  if (!known) {
    const size = Math.max(pageBytes, bytes);
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
  const place = { stream: "", time: 0, size: 0, page, start: 0, json: 0, own: 0, end: 0 };
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
  if (page.uses === 0 && page.bytes.length === pageBytes && free.length < maxFree) free.push(page);
}
