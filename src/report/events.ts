import type { Query } from "./search.ts";
import type { Interval } from "./week.ts";

/** All events of a namespace, without our own alerts and dead letters. */
export function eventIndices(namespace: string): string[] {
  return [`logs-*-${namespace}`, `-logs-leafwatch.*-${namespace}`];
}

export function within({ from, to }: Interval, field = "@timestamp"): Query {
  return { range: { [field]: { gte: from.toISOString(), lt: to.toISOString() } } };
}

export function all(...queries: readonly Query[]): Query {
  return { bool: { filter: [...queries] } };
}

export function any(...queries: readonly Query[]): Query {
  return { bool: { should: [...queries], minimum_should_match: 1 } };
}

function login(outcome: "success" | "failure"): Query {
  return all(
    { term: { "event.category": "authentication" } },
    { term: { "event.outcome": outcome } },
  );
}

export function status(gte: number, lt = gte + 1): Query {
  return { range: { "http.response.status_code": { gte, lt } } };
}

/** What the report counts, each defined once. */
export const counted = {
  loginWorked: login("success"),
  loginFailed: login("failure"),
  request: { exists: { field: "http.response.status_code" } },
  httpError: status(400, 600),
  unparsed: { term: { "event.kind": "pipeline_error" } },
} as const satisfies Record<string, Query>;

/** A login that failed or a request that was answered with an error. */
export const refused = any(counted.loginFailed, counted.httpError);
