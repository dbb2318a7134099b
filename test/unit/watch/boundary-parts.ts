export const minute = 60_000;
export const hour = 60 * minute;
export const within = 5 * minute;
export const A = "192.0.2.1";
export const B = "192.0.2.2";

/** One event: milliseconds after the start, the address, and what differs from a failed login of one attempt. */
export type Sent = [at: number, ip: string, fields?: Record<string, unknown>];

const base = "match: { event.outcome: failure }\n    group_by: [source.ip]\n    within: 5m";
export const count = `${base}\n    count: { gte: 4 }`;
export const inRow = `${base}\n    count: { gte: 2 }\n    for: 2`;
export const distinct = `${base}\n    distinct: { field: user.name, gte: 3 }`;
export const sum = `${base}\n    sum: { field: http.response.body.bytes, gte: 100 }`;
export const ratio = `${base}\n    of: { event.outcome: "*" }\n    ratio: { gte: 50%, min_of: 4 }`;
export const sequence = `group_by: [source.ip]
    within: 5m
    sequence:
      - { match: { event.outcome: failure }, count: { gte: 3 } }
      - { match: { event.outcome: success } }`;
/** A value that is new. */
export const fresh =
  "match: { event.outcome: failure }\n    new: { field: user.name, history: 2h }";
export const silence = "group_by: [source.ip]\n    silence: { after: 15m }";

/** `n` events of A from 0 to `overMs`, evenly. */
export const spread = (
  n: number,
  overMs: number,
  fields: (i: number) => Record<string, unknown> = () => ({}),
): Sent[] =>
  Array.from({ length: n }, (_, i) => [
    Math.round((overMs * i) / Math.max(1, n - 1)),
    A,
    fields(i),
  ]);
/** Fields of the `i`th user. */
export const user = (i: number) => ({ "user.name": `u${i}` });
export const bytes = (n: number) => ({ "http.response.body.bytes": n });
export const success = { "event.outcome": "success" };
export const mixed = (failures: number, successes: number): Sent[] => [
  ...spread(failures, minute),
  ...spread(successes, minute, () => success),
];

/** An event every ten minutes until the last pass. */
export function untilEnd(from: number, ip = A): Sent[] {
  return Array.from({ length: 30 }, (_, i): Sent => [from + i * 10 * minute, ip]).filter(
    ([at]) => at < 3 * hour,
  );
}
