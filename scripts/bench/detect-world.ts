import { DateTime } from "luxon";
import { createRandom, type Random } from "../chaos/random.ts";

/** Length of the windows in which a world is counted. */
export const slotMs = 900_000;

/** One quarter of an hour: how many logins worked and failed, and whether failures of an attack are among them. */
export interface WorldSlot {
  /** Epoch milliseconds. */
  start: number;
  worked: number;
  failed: number;
  /** Number of the attack. */
  attack?: number;
  /** By the wall clock. */
  thursday: boolean;
}

export const timezone = "Europe/London";
const weeks = 16;
const attacks = 24;
const from = DateTime.fromISO("2026-08-31", { zone: timezone });

/**
 * Sixteen weeks of an association whose members log in every Thursday, most of them in the evening, among them the end of
 * summer time. Ordinary failures follow the successes and vary from slot to slot and week to week; 24 attacks come at
 * any time from the second week on, one in four of them on a Thursday evening. Every number follows from `seed`.
 */
export function world(seed: number): WorldSlot[] {
  const random = createRandom(seed);
  const members = random.integer(400, 2400);
  const mistyped = random.between(0.06, 0.2);
  const scanned = random.between(0.1, 0.8);
  const slots: WorldSlot[] = [];
  const end = from.plus({ weeks }).toMillis();
  let busy = 1;
  for (let start = from.toMillis(); start < end; start += slotMs) {
    const local = DateTime.fromMillis(start, { zone: timezone });
    if (local.weekday === 1 && local.hour === 0 && local.minute === 0)
      busy = random.between(0.8, 1.25);
    const worked = negativeBinomial(busy * loginsOf(local, members), 1.5, random);
    // How well people type is not the same from quarter to quarter either.
    const share = mistyped * random.between(0.6, 1.4);
    const failed = negativeBinomial(scanned + share * worked, 1.6, random);
    slots.push({ start, worked, failed, thursday: local.weekday === 4 });
  }
  for (let n = 0; n < attacks; n++) addAttack(slots, n, random);
  return slots;
}

/** Successful logins to be expected in the quarter of an hour that begins at `local`. */
function loginsOf(local: DateTime, members: number): number {
  const hour = local.hour + local.minute / 60;
  const office = local.weekday <= 5 && hour >= 8 && hour < 18 ? members / 200 : members / 3000;
  if (local.weekday !== 4) return office;
  // Half of the members between 17:00 and 21:00, most round 19:00; the others over the day.
  const evening = Math.exp(-(((hour - 19) / 1.1) ** 2) / 2) / (1.1 * Math.sqrt(2 * Math.PI)) / 4;
  const day = hour >= 8 && hour < 22 ? 1 / 14 / 4 : 0;
  return office + members * (0.5 * evening + 0.4 * day);
}

/** Failures of one attack over one to four quarters of an hour, not beside another one. */
function addAttack(slots: WorldSlot[], attack: number, random: Random): void {
  const perWeek = 7 * 96;
  const thursdayEvening = attack % 4 === 0;
  for (;;) {
    const week = random.integer(1, weeks);
    const at = thursdayEvening
      ? week * perWeek + 3 * 96 + random.integer(17 * 4, 21 * 4)
      : week * perWeek + random.integer(0, perWeek - 4);
    const own = slots.slice(at, at + random.integer(1, 5));
    const near = slots.slice(Math.max(0, at - 8), at + 12);
    if (own.length === 0 || near.some((slot) => slot.attack !== undefined)) continue;
    const size = random.between(5, 30);
    for (const slot of own) {
      slot.attack = attack;
      slot.failed += poisson(size, random);
    }
    return;
  }
}

/** Variance `dispersion` times the mean: a Poisson number round a gamma-distributed mean. */
function negativeBinomial(mean: number, dispersion: number, random: Random): number {
  const scale = dispersion - 1;
  return poisson(gamma(mean / scale, random) * scale, random);
}

/** Marsaglia and Tsang (ACM Transactions on Mathematical Software 26, 2000). */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * random.between(0, 1) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v <= 0) continue;
    if (Math.log(random.between(0, 1)) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Knuth's product of uniform numbers, in pieces for large means. */
function poisson(mean: number, random: Random): number {
  if (mean > 30) return poisson(30, random) + poisson(mean - 30, random);
  const least = Math.exp(-mean);
  let count = 0;
  for (let product = random.between(0, 1); product > least; count++)
    product *= random.between(0, 1);
  return count;
}

/** Box and Muller. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.between(0, 1)));
  return radius * Math.cos(2 * Math.PI * random.between(0, 1));
}
