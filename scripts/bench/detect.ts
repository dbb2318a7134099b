import { parseArgs } from "node:util";
import { parseRuleFile } from "../../src/watch/parse-rule-file.ts";
import type { EventStore, Tally, TallyQuery } from "../../src/watch/events.ts";
import type { Condition } from "../../src/watch/rule.ts";
import type { BenchResult } from "../bench.ts";
import { nab } from "./detect-nab.ts";
import { outlierAveragePrecision } from "./detect-outliers.ts";
import { classicDetectors } from "./detect-classic.ts";
import { slotMs, timezone, world, type WorldSlot } from "./detect-world.ts";

const worlds = 20;
const hourMs = 3_600_000;

/** The rule as its user would write it. */
const rule = `version: 1
rules:
  - id: failed-logins-unusual
    timezone: ${timezone}
    within: 15m
    match: { event.category: authentication, event.outcome: failure }
    baseline:
      scale: { event.category: authentication, event.outcome: success }
`;

/** How well a detector does over all worlds. */
export interface Detected {
  /** Share of the attacks of which a window was found. */
  recall: number;
  false_alerts_per_week: number;
  of_these_thursday: number;
}

/**
 * How well rules of kind `baseline` tell attacks from busy Thursdays, beside what is usually done: 20 made-up worlds of
 * sixteen weeks (`--worlds N`), judged from their first day on as a watcher judges. And how well the detector behind rules
 * of kind `outlier` does: on made-up series (`outlier_average_precision`) and, with `--nab DIR`, on the Numenta Anomaly
 * Benchmark (`nab`; `--out RESULTS` keeps the score of each row).
 */
export async function bench(argv: readonly string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      worlds: { type: "string" },
      nab: { type: "string" },
      out: { type: "string" },
    },
  });
  const count = Number(values.worlds ?? worlds);
  const made = Array.from({ length: count }, (_, n) => world(n + 1));
  const { rules } = await parseRuleFile(rule, "detect.yml");
  const condition = rules[0]?.condition;
  if (!condition) throw new Error("the bench's rule was refused");
  const ours: ReadonlySet<number>[] = [];
  for (const [n, slots] of made.entries()) {
    ours.push(await judged(condition, slots));
    process.stderr.write(`detect: world ${n + 1} of ${count}\n`);
  }
  const classic = Object.fromEntries(
    Object.entries(classicDetectors).map(([name, detect]) => [name, score(made, made.map(detect))]),
  );
  const promised = Number((condition.promisedPerWeek ?? 0).toFixed(3));
  return {
    ...score(made, ours),
    promised_per_week: promised,
    classic,
    ...(values.nab === undefined ? {} : { nab: await nab(values.nab, values.out) }),
    outlier_average_precision: outlierAveragePrecision(count),
    worlds: count,
    runs: 1,
  };
}

/** Starts of the windows that qualify, judged in the watcher's steps of six hours. */
async function judged(condition: Condition, slots: readonly WorldSlot[]): Promise<Set<number>> {
  const events = countedEvents(condition, slots);
  const signal = new AbortController().signal;
  const found = new Set<number>();
  const first = slots[0]?.start ?? 0;
  for (let from = first; from < first + slots.length * slotMs; from += 6 * hourMs) {
    const range = { from, to: from + 6 * hourMs };
    const groups = await condition.candidates(events, range, signal);
    const gathered = await condition.gather(events, groups, range, signal);
    for (const lists of gathered.values()) {
      for (const { at } of condition.judge(lists, range).spans) found.add(at);
    }
  }
  return found;
}

/** A world as an event store: all that a rule of kind `baseline` asks of one. */
function countedEvents({ watched }: Condition, slots: readonly WorldSlot[]): EventStore {
  const failures = JSON.stringify(watched[0]?.filter);
  const first = slots[0]?.start ?? 0;
  const unasked = () => Promise.reject(new Error("a baseline does not ask for it"));
  return {
    async tally({ select, range, atLeast = 0, slotMs: split }: TallyQuery): Promise<Tally[]> {
      const key = JSON.stringify(select.filter) === failures ? "failed" : "worked";
      const begin = Math.max(0, Math.ceil((range.from - first) / slotMs));
      const inside = slots.slice(begin, Math.max(0, Math.ceil((range.to - first) / slotMs)));
      const tallies = inside
        .filter((slot) => slot[key] > 0)
        .map((slot): Tally => ({
          group: [],
          slot: slot.start,
          documents: slot[key],
          measure: slot[key],
          first: slot.start,
          last: slot.start + slotMs - 1,
        }));
      if (split !== undefined) return tallies;
      const measure = tallies.reduce((sum, tally) => sum + tally.measure, 0);
      const [one] = tallies;
      return one && measure >= atLeast ? [{ ...one, documents: measure, measure }] : [];
    },
    events: unasked,
    evidence: unasked,
    unmapped: async () => [],
    hiddenMs: async () => 0,
  };
}

/** Found windows in a row, with at most half an hour between them, are one alert; it is false where no attack is. */
function score(made: readonly WorldSlot[][], found: readonly ReadonlySet<number>[]): Detected {
  let [attacks, hit, alarms, onThursday, weeks] = [0, 0, 0, 0, 0];
  for (const [n, slots] of made.entries()) {
    const own = found[n] ?? new Set();
    const all = new Set(slots.flatMap(({ attack }) => attack ?? []));
    const seen = new Set(
      slots.flatMap(({ start, attack }) => (own.has(start) ? (attack ?? []) : [])),
    );
    attacks += all.size;
    hit += seen.size;
    weeks += (slots.length * slotMs) / (7 * 24 * hourMs);
    for (const alert of alertsOf(slots.filter(({ start }) => own.has(start)))) {
      if (alert.some(({ attack }) => attack !== undefined)) continue;
      alarms++;
      if (alert[0]?.thursday) onThursday++;
    }
  }
  const rounded = (value: number) => Number(value.toFixed(3));
  return {
    recall: rounded(hit / attacks),
    false_alerts_per_week: rounded(alarms / weeks),
    of_these_thursday: rounded(onThursday / weeks),
  };
}

function alertsOf(slots: readonly WorldSlot[]): WorldSlot[][] {
  const alerts: WorldSlot[][] = [];
  for (const slot of slots) {
    const last = alerts.at(-1)?.at(-1);
    if (last && slot.start - last.start <= 3 * slotMs) alerts.at(-1)?.push(slot);
    else alerts.push([slot]);
  }
  return alerts;
}
