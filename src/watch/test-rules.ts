import { silentLog } from "../lib/log.ts";
import { isRaised } from "../model/alert.ts";
import type { Filter } from "./filter.ts";
import { memoryEvents } from "./memory-events.ts";
import { memoryState } from "./memory-state.ts";
import type { Rule, RuleTest, TestEvents } from "./rule.ts";
import { watcherOver } from "./watcher.ts";

/** What the tests inside rules showed. */
export interface RuleTestResult {
  ok: boolean;
  rules: number;
  tests: number;
  passed: number;
  failed: { rule: string; it: string; expected: number; got: number }[];
}

/** Runs the tests inside the rules: generated events through the same watcher that judges real ones. No server. */
export async function testRules(
  rules: readonly Rule[],
  signal: AbortSignal,
): Promise<RuleTestResult> {
  const result: RuleTestResult = { ok: true, rules: rules.length, tests: 0, passed: 0, failed: [] };
  for (const rule of rules) {
    for (const test of rule.tests) {
      signal.throwIfAborted();
      const got = await alertsOf(rule, test, signal);
      result.tests++;
      if (got === test.alerts) result.passed++;
      else result.failed.push({ rule: rule.id, it: test.it, expected: test.alerts, got });
    }
  }
  result.ok = result.failed.length === 0;
  return result;
}

/** Tests begin here: a full hour, so that aligned windows begin with the test. */
const startMs = Date.UTC(2026, 0, 7, 12);

async function alertsOf(rule: Rule, test: RuleTest, signal: AbortSignal): Promise<number> {
  const events = memoryEvents();
  let last = startMs;
  for (const group of test.events) {
    last = Math.max(last, startMs + group.atMs);
    for (let n = 0; n < group.send; n++) {
      const at = startMs + group.atMs + Math.round(stepOf(group) * n);
      last = Math.max(last, at);
      events.add({ ...generated(rule, group, n), "@timestamp": new Date(at).toISOString() });
    }
  }
  const state = memoryState();
  // The clock at which everything that these events can cause has been judged.
  const now = last + rule.condition.lengthMs + rule.withinMs + rule.delayMs + 2 * rule.everyMs;
  const watcher = watcherOver({
    events,
    state,
    namespace: "test",
    rules: [rule],
    enqueue: async () => {},
    log: silentLog,
    from: new Date(startMs),
    clock: () => now,
  });
  await watcher.pass(new Date(now), signal);
  return [...state.documents.values()].filter(({ leafwatch: { alert } }) => isRaised(alert)).length;
}

/** The last of the events falls exactly on the end of `over`. */
const stepOf = ({ send, overMs }: TestEvents) => (send > 1 ? overMs / (send - 1) : 0);

/** An event that the rule looks at, with what the test says of it; `{n}` in a text is the event's number. */
function generated(rule: Rule, { event }: TestEvents, n: number): Record<string, unknown> {
  const [dataset] = rule.select.datasets;
  const fields: Record<string, unknown> = {
    "event.original": `test event ${n}`,
    ...(dataset === undefined ? {} : { "event.dataset": dataset }),
    ...Object.fromEntries(rule.groupBy.map((field) => [field, sample(field)])),
    ...wanted(rule.select.filter),
    ...event,
  };
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      typeof value === "string" ? value.replaceAll("{n}", String(n)) : value,
    ]),
  );
}

/** Field values with which an event passes the filter; what must not be is left out. */
function wanted(filter: Filter): Record<string, unknown> {
  switch (filter.op) {
    case "all": {
      const parts = filter.of.map(wanted);
      const merged: Record<string, unknown> = {};
      for (const [field, value] of parts.flatMap((part) => Object.entries(part))) {
        // Two values asked of one field: it is an array.
        const before = merged[field];
        merged[field] = before === undefined || before === value ? value : [before, value].flat();
      }
      return merged;
    }
    case "any":
      return filter.of[0] ? wanted(filter.of[0]) : {};
    case "not":
      return {};
    case "exists":
      return { [filter.field]: sample(filter.field) };
    case "is":
      return { [filter.field]: filter.value };
    case "in":
      return { [filter.field]: [...filter.values][0] };
    case "range": {
      const { gte, gt, lte, lt } = filter.bounds;
      if (gt !== undefined) return { [filter.field]: Number(gt) + 1 };
      return { [filter.field]: gte ?? lte ?? Number(lt) - 1 };
    }
    case "cidr":
      return { [filter.field]: filter.value.split("/")[0] };
    case "wildcard":
      return { [filter.field]: filter.value.replaceAll("*", "x").replaceAll("?", "x") };
  }
}

const sample = (field: string) =>
  field.endsWith(".ip")
    ? "192.0.2.1"
    : /(port|status_code|bytes)$/.test(field)
      ? 1
      : `test-${field}`;
