import type { Documents } from "../../es/documents.ts";

/** The messages about one alert: who has been told, by which row first and by which last. */
export interface Thread {
  kind: "thread";
  /** What every subject says after `[HIGH]` or `[RECOVERED]`. */
  stem: string;
  people: Person[];
  /** When the newest of its rows was written, ISO 8601. */
  touched_at: string;
}

/** One address of one channel. */
export interface Person {
  channel: string;
  address: string;
  first: string;
  last: string;
  /** The alert's number when `last` was written. */
  number: number;
  /** The row before `last`. */
  before?: string;
}

/** A row as its thread sees it. */
export interface ThreadRow {
  id: string;
  number: number;
  channel: string;
  addresses: readonly string[];
  /** ISO 8601. */
  at: string;
}

/** Adds a row to its alert's thread, once however often it is called; resolves to the thread as it then is. */
export async function joinThread(
  documents: Documents<Thread>,
  alert: string,
  stem: string,
  row: ThreadRow,
  signal: AbortSignal,
): Promise<Thread> {
  const id = threadId(alert);
  const fresh: Thread = { kind: "thread", stem, people: withRow([], row), touched_at: row.at };
  if (await documents.create(id, fresh, signal)) return fresh;
  const stored = await documents.change(
    id,
    (thread) => {
      const people = withRow(thread.people, row);
      return JSON.stringify(people) === JSON.stringify(thread.people)
        ? undefined
        : { ...thread, people, touched_at: row.at };
    },
    signal,
  );
  return stored?.doc ?? fresh;
}

/** The id of an alert's thread document. */
export function threadId(alert: string): string {
  return `thread-${alert}`;
}

/** What a row follows: the first row that one of its readers got, and the rows just before it. */
export function placeInThread(
  thread: Thread,
  row: ThreadRow,
): { first?: string; after?: string[] } {
  const readers = thread.people.filter(
    (person) => person.channel === row.channel && row.addresses.includes(person.address),
  );
  const first = readers.find((person) => person.first !== row.id)?.first;
  const after = readers.flatMap(({ last, before }) =>
    last === row.id && before !== undefined ? [before] : [],
  );
  return {
    ...(first !== undefined && { first }),
    ...(after.length > 0 && { after: [...new Set(after)] }),
  };
}

function withRow(
  people: readonly Person[],
  { id, number, channel, addresses }: ThreadRow,
): Person[] {
  const next = [...people];
  for (const address of addresses) {
    const at = next.findIndex((person) => person.channel === channel && person.address === address);
    const known = next[at];
    if (!known) next.push({ channel, address, first: id, last: id, number });
    else if (known.number < number) next[at] = { ...known, last: id, number, before: known.last };
  }
  return next;
}
