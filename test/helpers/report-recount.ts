import type { Client } from "@elastic/elasticsearch";
import { DateTime } from "luxon";
import { levels, type Alert, type Level } from "../../src/model/alert.ts";
import { alertOf, type AlertDocument } from "../../src/model/alert-document.ts";
import type { EcsEvent } from "../../src/model/ecs.ts";
import type { HttpErrorClass } from "../../src/report/model/figures.ts";

/** Every document of an index pattern, read page by page. */
export async function allDocuments<T>(client: Client, index: string[]): Promise<T[]> {
  const found: T[] = [];
  const { id } = await client.openPointInTime({
    index,
    keep_alive: "1m",
    ignore_unavailable: true,
  });
  let after: (string | number)[] | undefined;
  for (;;) {
    const page = await client.search<T>({
      pit: { id, keep_alive: "1m" },
      size: 5000,
      sort: [{ _shard_doc: "asc" }],
      ...(after && { search_after: after }),
    });
    for (const hit of page.hits.hits) if (hit._source) found.push(hit._source);
    after = page.hits.hits.at(-1)?.sort as typeof after;
    if (!after) break;
  }
  await client.closePointInTime({ id });
  return found;
}

/** All alerts of a namespace that were not merged into another. */
export async function allAlerts(client: Client, namespace: string): Promise<Alert[]> {
  const documents = await allDocuments<AlertDocument>(client, [`leafwatch-alerts-${namespace}`]);
  return documents.map(alertOf).filter((alert) => alert.merged_into === undefined);
}

interface Span {
  readonly from: Date;
  readonly to: Date;
}

export function during(events: readonly EcsEvent[], { from, to }: Span): EcsEvent[] {
  return events.filter((event) => {
    const at = new Date(event["@timestamp"]);
    return from <= at && at < to;
  });
}

const attempts = (event: EcsEvent) => event.leafwatch?.attempts ?? 1;
const status = (event: EcsEvent) => event.http?.response?.status_code ?? 0;

export function loginsOf(events: readonly EcsEvent[], outcome: string): EcsEvent[] {
  return events.filter(
    ({ event }) => event.category?.includes("authentication") && event.outcome === outcome,
  );
}

export function sumAttempts(events: readonly EcsEvent[]): number {
  return events.reduce((sum, event) => sum + attempts(event), 0);
}

/** Values with their counts, largest first, equal ones by name; those that count nothing are left out. */
export function tally(
  events: readonly EcsEvent[],
  of: (event: EcsEvent) => string | undefined,
  weigh: (event: EcsEvent) => number = () => 1,
): [name: string, count: number][] {
  const counts = new Map<string, number>();
  for (const event of events) {
    const name = of(event);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + weigh(event));
  }
  return [...counts]
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** The key figures of one stretch of time, counted one by one. */
export function recountFigures(
  all: readonly EcsEvent[],
  alerts: readonly Alert[],
  span: Span,
): Record<string, number | null> {
  const events = during(all, span);
  const worked = loginsOf(events, "success");
  const failed = loginsOf(events, "failure");
  const requests = events.filter((event) => status(event) > 0).length;
  const answers = (from: number, to = from) =>
    events.filter((event) => status(event) >= from && status(event) <= to).length;
  const share = (part: number, whole: number) =>
    whole === 0 ? null : Math.round((10_000 * part) / whole) / 100;
  const successes = new Map(tally(worked, (event) => event.source?.ip, attempts));
  const raised = alerts.filter(
    ({ opened_at }) => span.from <= new Date(opened_at) && new Date(opened_at) < span.to,
  );
  const mean = (from: (a: Alert) => string | undefined, to: (a: Alert) => string | undefined) => {
    const seconds = raised.flatMap((alert) => {
      const [start, end] = [from(alert), to(alert)];
      return start && end ? [(Date.parse(end) - Date.parse(start)) / 1000] : [];
    });
    if (seconds.length === 0) return null;
    return Math.round(seconds.reduce((sum, one) => sum + one, 0) / seconds.length);
  };
  const [ok, bad] = [sumAttempts(worked), sumAttempts(failed)];
  return {
    events: events.length,
    logins_worked: ok,
    logins_failed: bad,
    failure_share: share(bad, ok + bad),
    attackers: tally(failed, (event) => event.source?.ip, attempts).filter(
      ([address, count]) => count >= 10 && count > (successes.get(address) ?? 0),
    ).length,
    alerts_all: raised.length,
    ...Object.fromEntries(
      levels.map((level) => [
        `alerts_${level}`,
        raised.filter(({ rule }) => rule.level === level).length,
      ]),
    ),
    time_to_detect: mean(
      (alert) => alert.first_seen,
      (alert) => alert.opened_at,
    ),
    time_to_acknowledge: mean(
      (alert) => alert.opened_at,
      (alert) => alert.acknowledged?.at,
    ),
    time_to_close: mean(
      (alert) => alert.opened_at,
      (alert) => alert.closed?.at,
    ),
    requests,
    http_401: answers(401),
    http_401_share: share(answers(401), requests),
    http_404: answers(404),
    http_404_share: share(answers(404), requests),
    http_5xx: answers(500, 599),
    http_5xx_share: share(answers(500, 599), requests),
    hosts: new Set(events.map((event) => event.host?.name)).size,
  };
}

/** Logins and check-ins by local weekday and hour. */
export function recountActivity(
  events: readonly EcsEvent[],
  timezone: string,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    const { category, outcome } = event.event;
    const login =
      category?.includes("authentication") && (outcome === "success" || outcome === "failure");
    if (!login && !isCheckIn(event)) continue;
    const at = DateTime.fromISO(event["@timestamp"], { zone: timezone });
    const slot = `${at.weekday} ${at.hour}`;
    counts.set(slot, (counts.get(slot) ?? 0) + attempts(event));
  }
  return counts;
}

/** A check-in of the made-up worlds that worked. */
export function isCheckIn(event: EcsEvent): boolean {
  return isCheckInTry(event) && event.event.outcome !== "failure";
}

export function isCheckInTry({ url, http }: EcsEvent): boolean {
  return url?.path === "/login" && http?.request?.method === "POST";
}

/** Alerts by level and HTTP errors by kind of each local day. */
export function recountDays(
  events: readonly EcsEvent[],
  alerts: readonly Alert[],
  timezone: string,
): Map<string, Partial<Record<HttpErrorClass | Level, number>>> {
  const days = new Map<string, Partial<Record<HttpErrorClass | Level, number>>>();
  const add = (at: string, what: HttpErrorClass | Level) => {
    const date = DateTime.fromISO(at, { zone: timezone }).toFormat("yyyy-MM-dd");
    const day = days.get(date) ?? {};
    days.set(date, { ...day, [what]: (day[what] ?? 0) + 1 });
  };
  for (const event of events) {
    const code = status(event);
    if (code < 400) continue;
    const known = [401, 403, 404].includes(code) ? (String(code) as HttpErrorClass) : "other 4xx";
    add(event["@timestamp"], code >= 500 ? "5xx" : known);
  }
  for (const { opened_at, rule } of alerts) add(opened_at, rule.level);
  return days;
}

/** A failed login or an answer from 400 on. */
export function isRefused(event: EcsEvent): boolean {
  return status(event) >= 400 || loginsOf([event], "failure").length > 0;
}

/** True for a percentile of `sorted` to one percent: between two of them any value is one; null where there are none. */
export function isPercentile(
  shown: number | null,
  sorted: readonly number[],
  share: number,
): boolean {
  const low = sorted[Math.floor((sorted.length - 1) * share)];
  const high = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share))];
  if (low === undefined || high === undefined) return shown === null;
  return shown !== null && shown >= low * 0.985 - 1 && shown <= high * 1.015 + 1;
}

/** Failed tries of one member before the first check-in that worked. */
export function failuresBeforeCheckIn(events: readonly EcsEvent[]): number {
  const tries = events.filter(isCheckInTry);
  const first = tries
    .filter(isCheckIn)
    .map((event) => event["@timestamp"])
    .sort()[0];
  const before = (event: EcsEvent) => !isCheckIn(event) && event["@timestamp"] < (first ?? "");
  return tries.filter(before).length;
}
