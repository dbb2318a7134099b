import type { Documents } from "../../es/documents.ts";
import { nameOf } from "./row.ts";

const hourMs = 3_600_000;

/** Which rows were tried for one address within the last hour. */
export interface Rate {
  kind: "rate";
  tries: { row: string; at: string }[];
}

/** Keeps every address below a number of messages an hour, however many watchers send. */
export interface Rates {
  /** Messages that all of `addresses` may still get in the hour up to `now`. */
  left(
    channel: string,
    addresses: readonly string[],
    now: Date,
    signal: AbortSignal,
  ): Promise<number>;
  /** Takes a place for `row` at each address; a row that has one keeps it. False when one of them has none left. */
  reserve(
    row: string,
    channel: string,
    addresses: readonly string[],
    now: Date,
    signal: AbortSignal,
  ): Promise<boolean>;
}

/** Counts tries, not successes: a try that fails returns its place when it is repeated. */
export function createRates(documents: Documents<Rate>, perHour: number): Rates {
  const idOf = (channel: string, address: string) =>
    `rate-${nameOf(channel, address.toLowerCase())}`;
  const recent = (rate: Rate, now: Date) =>
    rate.tries.filter((one) => Math.abs(now.getTime() - Date.parse(one.at)) < hourMs);
  return {
    async left(channel, addresses, now, signal) {
      let least = perHour;
      for (const address of addresses) {
        const rate = await documents.get(idOf(channel, address), signal);
        if (rate) least = Math.min(least, perHour - recent(rate.doc, now).length);
      }
      return Math.max(0, least);
    },
    async reserve(row, channel, addresses, now, signal) {
      const at = now.toISOString();
      for (const address of [...addresses].sort()) {
        const id = idOf(channel, address);
        if (await documents.create(id, { kind: "rate", tries: [{ row, at }] }, signal)) continue;
        const stored = await documents.change(
          id,
          (rate) => {
            const others = recent(rate, now).filter((one) => one.row !== row);
            return others.length >= perHour
              ? undefined
              : { kind: "rate", tries: [...others, { row, at }] };
          },
          signal,
        );
        if (!stored?.doc.tries.some((one) => one.row === row && one.at === at)) return false;
      }
      return true;
    },
  };
}
