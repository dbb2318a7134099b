/* The days, people and addresses of the generated documents. */

export const from = Date.parse("2026-11-17T00:00:00Z");
export const hourMs = 3_600_000;
export const users = ["ana", "ben", "chiara", "dmitri", "elif", "farid"];
export const addresses = [
  "81.2.69.142",
  "89.160.20.112",
  "203.0.113.66",
  "198.51.100.7",
  "2001:db8::7",
];

/** The nth of a list, round and round. */
export function nth<T>(list: readonly T[], n: number): T {
  const found = list[n % list.length];
  if (found === undefined) throw new Error("an empty list");
  return found;
}
