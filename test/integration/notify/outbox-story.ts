import { monitorEventLoopDelay } from "node:perf_hooks";
import fc from "fast-check";
import type { Documents, Stored } from "../../../src/es/documents.ts";
import { silentLog } from "../../../src/lib/log.ts";
import type { Transition } from "../../../src/model/alert.ts";
import type { Notification } from "../../../src/model/notification.ts";
import { createOutbox, type Outbox, type OutboxStore } from "../../../src/notify/outbox.ts";
import type { OutboxRow } from "../../../src/notify/outbox/row.ts";
import type { Faults, ScriptedSmtp } from "../../helpers/smtp.ts";
import type { Witness } from "./outbox-judge.ts";
import { exampleAlert, exampleNotification, exampleOptions } from "../../unit/notify/examples.ts";
import { memoryStore } from "../../unit/notify/memory-store.ts";

const signal = new AbortController().signal;
const t0 = Date.parse("2026-07-16T13:08:00Z");
const transitions = ["active", "repeat", "recovered"] as const satisfies Transition[];

/** What befalls an outbox. */
export interface Scenario {
  /** How many transitions each alert has. */
  alerts: number[];
  addresses: string[];
  perHour: number;
  late: boolean;
  faults: { step: keyof Faults; what: string }[];
  /** One life after the other: the operation on the store at which it ends, and whether that still took effect. */
  crashes: { at: number; after: boolean }[];
  watchers: number;
}

/** Any of them. */
export const scenario: fc.Arbitrary<Scenario> = fc.record({
  alerts: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 }),
  addresses: fc.subarray(["a@example.org", "b@example.org", "c@example.net"], { minLength: 1 }),
  perHour: fc.constantFrom(2, 3, 30),
  late: fc.boolean(),
  faults: fc.array(
    fc.oneof(
      fc.record({
        step: fc.constant("connect" as const),
        what: fc.constantFrom("drop", "hang", "421", "554"),
      }),
      fc.record({ step: fc.constant("from" as const), what: fc.constantFrom("451", "550") }),
      fc.record({
        step: fc.constant("rcpt" as const),
        what: fc.constantFrom("450", "550", "drop", ""),
      }),
      fc.record({
        step: fc.constant("data" as const),
        what: fc.constantFrom(
          "451",
          "554",
          "lose",
          "take-and-drop",
          "take-and-drop",
          "take-and-hang",
          "",
        ),
      }),
    ),
    { maxLength: 8 },
  ),
  crashes: fc.array(fc.record({ at: fc.integer({ min: 0, max: 160 }), after: fc.boolean() }), {
    maxLength: 5,
  }),
  watchers: fc.integer({ min: 1, max: 3 }),
});

/** How long an answer may take; a process that stands still for half of it may miss one that was given. */
const patienceMs = 250;

/** What a story came to: what was witnessed, and what the outbox holds at its end. */
export type Told = Witness & { rows: Stored<OutboxRow>[]; faults: number };

/** Plays a scenario on an empty store and keeps what can be witnessed of it. */
export async function tell(
  one: Scenario,
  smtp: ScriptedSmtp,
  store: OutboxStore = memoryStore(),
): Promise<Told> {
  const before = { mails: smtp.mails.length, unanswered: smtp.unanswered.length };
  const pauses = monitorEventLoopDelay({ resolution: 5 });
  pauses.enable();
  const run = await play(one, smtp, store);
  pauses.disable();
  return {
    ...run,
    mails: smtp.mails.slice(before.mails),
    unanswered: smtp.unanswered.slice(before.unanswered),
    stalled: pauses.max / 1e6 > patienceMs / 2,
  };
}

/** Lets watchers live and die until there is nothing more to do. */
async function play(
  one: Scenario,
  smtp: ScriptedSmtp,
  store: OutboxStore,
): Promise<{ rows: Stored<OutboxRow>[]; crashed: number; faults: number }> {
  const script = scripted(one.faults);
  smtp.script(script.faults);
  const crashes = [...one.crashes];
  let crashed = 0;
  const life = (): Life => {
    const crash: Crash = { plan: crashes.shift(), ops: 0, dead: false };
    const options = exampleOptions(smtp.port, {
      smtp: { host: "127.0.0.1", port: smtp.port, tls: "off", timeout: `${patienceMs}ms` },
      recipients: { security: one.addresses },
      operations: [],
      per_hour: one.perHour,
    });
    const settings = {
      options,
      timezone: "Europe/London",
      log: silentLog,
      realNow: () => new Date(now),
    };
    return {
      outbox: createOutbox(mortal(store, crash), settings),
      queued: new Set(),
      alive: () => !crash.dead,
    };
  };
  let now = t0;
  const lives = Array.from({ length: one.watchers }, life);
  const everything = one.alerts.flatMap((count, index) =>
    transitions.slice(0, count).map((transition, step) => {
      const alert = exampleAlert({ id: `alert${index}x`, late: one.late });
      const at = new Date(t0 + step * 60_000).toISOString();
      return exampleNotification(alert, transition, { number: step + 1, at });
    }),
  );
  for (let pass = 0; pass < 200; pass++) {
    const due = everything.filter((notification) => Date.parse(notification.at) <= now);
    const before = crashed;
    await Promise.all(
      lives.map(async (current, index) => {
        try {
          for (const notification of due) {
            if (current.queued.has(notification)) continue;
            await current.outbox.enqueue(notification, signal);
            current.queued.add(notification);
          }
          await current.outbox.deliver(new Date(now), signal);
        } catch (error) {
          if (current.alive()) throw error;
          crashed++;
          lives[index] = life();
        }
      }),
    );
    const open = await store.rows.list(
      { where: { state: ["queued", "retry", "sending", "joining"] } },
      signal,
    );
    if (open.length === 0 && due.length === everything.length && crashed === before) break;
    now += 3 * 60_000;
    if (pass > 20) now += 57 * 60_000;
  }
  smtp.script({});
  return { rows: await store.rows.list({}, signal), crashed, faults: script.used() };
}

/** A watcher until it dies; one that comes after it queues everything anew. */
interface Life {
  outbox: Outbox;
  queued: Set<Notification>;
  alive: () => boolean;
}

/** Each fault once, in the order given for its step. */
function scripted(list: Scenario["faults"]): { faults: Faults; used: () => number } {
  const left = list.filter(({ what }) => what !== "").map((fault) => ({ ...fault }));
  const total = left.length;
  const next = (step: keyof Faults) => {
    const index = left.findIndex((fault) => fault.step === step);
    if (index < 0) return undefined;
    const { what = "" } = left.splice(index, 1)[0] ?? {};
    return /^\d+$/.test(what) ? Number(what) : what;
  };
  // Casts: the scenario gives each step only what it knows.
  return {
    used: () => total - left.length,
    faults: {
      connect: () => next("connect") as ReturnType<NonNullable<Faults["connect"]>>,
      from: () => next("from") as number | undefined,
      rcpt: () => next("rcpt") as ReturnType<NonNullable<Faults["rcpt"]>>,
      data: () => next("data") as ReturnType<NonNullable<Faults["data"]>>,
    },
  };
}

interface Crash {
  plan: Scenario["crashes"][number] | undefined;
  ops: number;
  dead: boolean;
}

/** The store as one life sees it: at its last operation it dies, before or after the operation took effect. */
function mortal(store: OutboxStore, crash: Crash): OutboxStore {
  const step = async <R>(call: () => Promise<R>): Promise<R> => {
    if (crash.dead) throw new Error("dead");
    const now = crash.ops++;
    // Others come in between.
    await new Promise(setImmediate);
    if (!crash.plan || now < crash.plan.at) return call();
    crash.dead = true;
    if (crash.plan.after) await call();
    throw new Error("crash");
  };
  const wrap = <T extends object>(documents: Documents<T>): Documents<T> => ({
    get: (...args) => step(() => documents.get(...args)),
    create: (...args) => step(() => documents.create(...args)),
    replace: (...args) => step(() => documents.replace(...args)),
    change: (...args) => step(() => documents.change(...args)),
    remove: (...args) => step(() => documents.remove(...args)),
    list: (...args) => step(() => documents.list(...args)),
  });
  return {
    rows: wrap(store.rows),
    threads: wrap(store.threads),
    rates: wrap(store.rates),
    problems: wrap(store.problems),
  };
}
