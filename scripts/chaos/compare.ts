import type { Client } from "@elastic/elasticsearch";

/** How the stored documents differ from the lines that were written. */
export interface Difference {
  documents: number;
  missing: string[];
  /** Documents beyond the first of a line. */
  extra: string[];
  /** Documents that stand for no written line. */
  altered: string[];
}

/**
 * Reads every document of `index` and holds it against `written`, whose lines are all different. `lineOf` makes the
 * line of `event.original`; undefined for what nobody wrote down.
 */
export async function compare(
  client: Client,
  index: string,
  written: readonly string[],
  lineOf: (original: string) => string | undefined,
): Promise<Difference> {
  const seen = new Map<string, number>(written.map((line) => [line, 0]));
  const extra: string[] = [];
  const altered: string[] = [];
  let documents = 0;
  for await (const original of originals(client, index)) {
    const line = lineOf(original);
    if (line === undefined) continue;
    documents++;
    const times = seen.get(line);
    if (times === undefined) altered.push(line);
    else if (times > 0) extra.push(line);
    if (times !== undefined) seen.set(line, times + 1);
  }
  const missing = written.filter((line) => seen.get(line) === 0);
  return { documents, missing, extra, altered };
}

async function* originals(client: Client, index: string): AsyncGenerator<string> {
  const pit = await client.openPointInTime({ index, keep_alive: "2m" });
  try {
    let after: (string | number)[] | undefined;
    for (;;) {
      const { hits } = await client.search<{ event?: { original?: string } }>({
        pit: { id: pit.id, keep_alive: "2m" },
        size: 5000,
        _source: ["event.original"],
        sort: [{ _shard_doc: "asc" }],
        ...(after && { search_after: after }),
      });
      for (const hit of hits.hits) yield hit._source?.event?.original ?? "(no event.original)";
      const last = hits.hits.at(-1)?.sort;
      if (!last) return;
      after = last as (string | number)[];
    }
  } finally {
    await client.closePointInTime({ id: pit.id });
  }
}
