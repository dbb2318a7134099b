import type { Client, estypes } from "@elastic/elasticsearch";
import { parseDuration } from "../lib/duration.ts";
import type { GroupValue } from "../model/alert.ts";
import { evidenceOf } from "./elastic-evidence.ts";
import { ask, searchAll } from "./elastic-search.ts";
import { tallyOf } from "./elastic-tally.ts";
import { groupKey } from "./events.ts";
import type { EventQuery, EventStore, Group, Occurrence, Range, Selection } from "./events.ts";
import { oneOf, queryOf, type Query } from "./filter-query.ts";

const pageSize = 10_000;
/** Groups in one query for events. */
const groupsAtOnce = 500;
/** How long is allowed for somebody who has turned refreshing off (-1) and will turn it on again. */
const unrefreshedMs = 3_600_000;
/** So many groups by several fields are asked for one by one. */
const exactGroups = 20;

/** Where the events of a namespace are and how they are asked for. */
export interface ElasticScope {
  client: Client;
  namespace: string;
}

/** The event store over the data streams of `namespace`. */
export function elasticEvents(scope: ElasticScope): EventStore {
  // A field that a mapping has it keeps: only what is missing is asked for again.
  const mapped = new Set<string>();
  const nameOf = (field: string, datasets: readonly string[]) => `${datasets.join()} ${field}`;
  return {
    tally: (query, signal) => tallyOf(scope, query, signal),
    events: (query, signal) => eventsOf(scope, query, signal),
    evidence: (query, signal) => evidenceOf(scope, query, signal),
    async unmapped(wanted, datasets, signal) {
      const fields = wanted.filter((field) => !mapped.has(nameOf(field, datasets)));
      if (fields.length === 0) return [];
      const answer = await ask(
        () =>
          scope.client.fieldCaps(
            {
              index: indicesOf(scope.namespace, datasets),
              fields: [...fields],
              ignore_unavailable: true,
              allow_no_indices: true,
            },
            { signal },
          ),
        signal,
      );
      // No stream, no data: not an error.
      if (answer.indices.length === 0) return [];
      const missing = fields.filter((field) => {
        const kinds = Object.keys(answer.fields[field] ?? {});
        return kinds.every((kind) => kind === "unmapped");
      });
      for (const field of fields) {
        if (!missing.includes(field)) mapped.add(nameOf(field, datasets));
      }
      return missing;
    },
    async hiddenMs(signal) {
      const index = indicesOf(scope.namespace, []);
      const only = { name: "index.refresh_interval", flat_settings: true, allow_no_indices: true };
      const answer = await ask(
        () => scope.client.indices.getSettings({ index, ...only }, { signal }),
        signal,
      );
      const intervals = Object.values(answer).map(({ settings = {} }) => {
        const { "index.refresh_interval": interval } = settings as Record<string, unknown>;
        // Where none is set, the search itself has the events shown.
        return typeof interval === "string" ? (parseDuration(interval) ?? unrefreshedMs) : 0;
      });
      return Math.max(0, ...intervals);
    },
  };
}

/** The data streams that a rule reads: those of its datasets, else all of the namespace but our own. */
export function indicesOf(namespace: string, datasets: readonly string[]): string[] {
  return datasets.length > 0
    ? datasets.map((dataset) => `logs-${dataset}-${namespace}`)
    : [`logs-*-${namespace}`, `-logs-leafwatch.*-${namespace}`];
}

/** The query for a selection's events in a range of event time. */
export function selectionQuery(
  select: Selection,
  range: Range,
  groups?: { by: readonly string[]; groups: readonly Group[] },
): Query {
  return {
    bool: {
      filter: [
        { range: { "@timestamp": { gte: range.from, lt: range.to, format: "epoch_millis" } } },
        queryOf(select.filter),
        ...(groups ? [groupQuery(groups.by, groups.groups)] : []),
      ],
      must_not: [{ range: { "leafwatch.delay_ms": { gt: select.lateMs } } }],
    },
  };
}

/**
 * The events of some groups. Of groups by several fields, when there are many, those that have a wanted value in each
 * field: a few more, which callers leave out; hundreds of clauses would cost far more than they do.
 */
function groupQuery(by: readonly string[], groups: readonly Group[]): Query {
  if (by.length === 0) return { match_all: {} };
  if (by.length === 1 || groups.length > exactGroups) {
    const filter = by.map((field, i) =>
      oneOf(field, [...new Set(groups.flatMap((group) => group.slice(i, i + 1)))]),
    );
    return { bool: { filter } };
  }
  const exactly = (group: Group): Query => ({
    bool: { filter: by.map((name, i) => ({ term: { [name]: { value: group[i] ?? "" } } })) },
  });
  return { bool: { should: groups.map(exactly), minimum_should_match: 1 } };
}

async function eventsOf(
  scope: ElasticScope,
  query: EventQuery,
  signal: AbortSignal,
): Promise<Map<string, Occurrence[]>> {
  const found = new Map<string, Occurrence[]>(query.groups.map((group) => [groupKey(group), []]));
  for (let from = 0; from < query.groups.length; from += groupsAtOnce) {
    const groups = query.groups.slice(from, from + groupsAtOnce);
    for await (const hit of hitsOf(scope, query, groups, signal)) {
      const occurrence = occurrenceOf(hit, query);
      if (!occurrence) continue;
      for (const group of groupsOf(hit, query.by)) found.get(groupKey(group))?.push(occurrence);
    }
  }
  return found;
}

/** The hits of `groups`, oldest first. More than one page is read from a point in time, so that none is skipped. */
async function* hitsOf(
  scope: ElasticScope,
  query: EventQuery,
  groups: readonly Group[],
  signal: AbortSignal,
): AsyncGenerator<estypes.SearchHit> {
  const { client, namespace } = scope;
  const index = indicesOf(namespace, query.select.datasets);
  const body = {
    query: selectionQuery(query.select, query.range, { by: query.by, groups }),
    size: pageSize,
    _source: false,
    docvalue_fields: [
      { field: "@timestamp", format: "epoch_millis" },
      { field: "event.ingested", format: "epoch_millis" },
      { field: "event.category" },
      { field: "leafwatch.attempts" },
      ...query.by.map((field) => ({ field })),
      ...(query.field === undefined ? [] : [{ field: query.field }]),
    ],
  };
  const sort = [{ "@timestamp": { order: "asc" as const } }];
  const first = await searchAll(client, { index, ...body, sort }, signal);
  if (first.hits.hits.length < pageSize) {
    yield* first.hits.hits;
    return;
  }
  const opened = await ask(
    () => client.openPointInTime({ index, keep_alive: "1m", ignore_unavailable: true }, { signal }),
    signal,
  );
  let id = opened.id;
  try {
    let after: estypes.SortResults | undefined;
    for (;;) {
      const page = await searchAll(
        client,
        {
          ...body,
          pit: { id, keep_alive: "1m" },
          sort: [...sort, { _shard_doc: { order: "asc" } }],
          ...(after ? { search_after: after } : {}),
        },
        signal,
      );
      id = page.pit_id ?? id;
      yield* page.hits.hits;
      after = page.hits.hits.at(-1)?.sort;
      if (page.hits.hits.length < pageSize || !after) return;
    }
  } finally {
    // Left open it would only end a minute later.
    await client.closePointInTime({ id }).catch(() => undefined);
  }
}

function occurrenceOf(hit: estypes.SearchHit, query: EventQuery): Occurrence | undefined {
  const values = (field: string) => (hit.fields?.[field] ?? []) as GroupValue[];
  const at = Number(values("@timestamp")[0]);
  const [ingested] = values("event.ingested");
  if (ingested !== undefined && Number(ingested) - at > query.select.lateMs) return undefined;
  const [attempts] = values("leafwatch.attempts");
  const isLogin = values("event.category").includes("authentication");
  return {
    at,
    weight: isLogin && attempts !== undefined ? Number(attempts) : 1,
    values: query.field === undefined ? [] : values(query.field),
  };
}

function groupsOf(hit: estypes.SearchHit, by: readonly string[]): Group[] {
  return by.reduce<Group[]>(
    (groups, field) =>
      groups.flatMap((group) =>
        ((hit.fields?.[field] ?? []) as GroupValue[]).map((value) => [...group, value]),
      ),
    [[]],
  );
}
