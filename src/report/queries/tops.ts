import { all, counted, refused, within } from "../events.ts";
import { attempts, countsOf, groupsOf, largestGroups, type Measure } from "../groups.ts";
import { linkTo, type LinkedField, type ReportLinks } from "../links.ts";
import type { AddressRow, TopList, TopRow, Tops } from "../model/tops.ts";
import type { Query, Searcher } from "../search.ts";
import type { Interval } from "../week.ts";

const shown = 10;

/** The ten largest of each kind with their counts in the week before (`null` where nothing is known of that week). */
export async function topsOf(
  searcher: Searcher,
  interval: Interval,
  previous: Interval | undefined,
  links: ReportLinks | undefined,
  signal: AbortSignal,
): Promise<Tops> {
  const top = (field: LinkedField, query: Query, by: Measure) =>
    topList(searcher, { field, query, by, interval, previous, links }, signal);
  const addresses = await top("source.ip", refused, "attempts");
  return {
    addresses: {
      ...addresses,
      rows: await describeAddresses(searcher, addresses.rows, interval, signal),
    },
    users: await top("user.name", counted.loginFailed, "attempts"),
    hosts: await top("host.name", { match_all: {} }, "events"),
    urls: await top("url.path", counted.httpError, "events"),
  };
}

interface Asked {
  field: LinkedField;
  query: Query;
  by: Measure;
  interval: Interval;
  previous: Interval | undefined;
  links: ReportLinks | undefined;
}

async function topList(
  searcher: Searcher,
  { field, query, by, interval, previous, links }: Asked,
  signal: AbortSignal,
): Promise<TopList<TopRow>> {
  const groups = groupsOf(searcher, all(within(interval), query), { field, by }, signal);
  const { top, total, sum } = await largestGroups(groups, shown);
  const keys = top.map((group) => group.key);
  const before =
    previous &&
    (await countsOf(searcher, all(within(previous), query), { field, by }, keys, signal));
  return {
    rows: top.map(({ key, value }) => {
      const last = before ? (before.get(key) ?? 0) : null;
      return {
        name: key,
        value,
        previous: last,
        change: last === null || last === 0 ? null : Math.round((100 * (value - last)) / last),
        link: linkTo(links, interval, field, key),
      };
    }),
    others: total - top.length,
    others_value: sum - top.reduce((so, group) => so + group.value, 0),
  };
}

interface AddressBucket {
  key: string;
  first: { value_as_string: string };
  week: {
    failed: { attempts: { value: number } };
    errors: { doc_count: number };
  };
  country: { buckets: { key: string }[] };
}

/** Where ten addresses are, since when they are known, and what was refused them. */
async function describeAddresses(
  searcher: Searcher,
  rows: readonly TopRow[],
  interval: Interval,
  signal: AbortSignal,
): Promise<AddressRow[]> {
  if (rows.length === 0) return [];
  const names = rows.map((row) => row.name);
  const before = { range: { "@timestamp": { lt: interval.to.toISOString() } } };
  const answer = await searcher.aggregate(
    all({ terms: { "source.ip": names } }, before),
    {
      addresses: {
        terms: { field: "source.ip", size: names.length, include: names },
        aggs: {
          first: { min: { field: "@timestamp" } },
          country: { terms: { field: "source.geo.country_iso_code", size: 1 } },
          week: {
            filter: within(interval),
            aggs: {
              failed: { filter: counted.loginFailed, aggs: { attempts } },
              errors: { filter: counted.httpError },
            },
          },
        },
      },
    },
    signal,
  );
  const { buckets } = (answer?.["addresses"] as { buckets: AddressBucket[] } | undefined) ?? {
    buckets: [],
  };
  const known = new Map(buckets.map((bucket) => [bucket.key, bucket]));
  return rows.map((row) => {
    const bucket = known.get(row.name);
    const first = bucket?.first.value_as_string ?? interval.from.toISOString();
    return {
      ...row,
      failed_logins: bucket?.week.failed.attempts.value ?? 0,
      http_errors: bucket?.week.errors.doc_count ?? 0,
      country: bucket?.country.buckets[0]?.key ?? null,
      first_seen: first,
      new: new Date(first) >= interval.from,
    };
  });
}
