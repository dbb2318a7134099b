import { createHash } from "node:crypto";
import { DateTime } from "luxon";
import { without } from "../lib/without.ts";
import { both, fieldsOf, type Filter } from "./filter.ts";
import { parseFilter, type Checker } from "./filter-parse.ts";
import { ruleKinds } from "./registry.ts";
import type { Condition, ConditionParts, NotifyOptions, Rule, RuleTest } from "./rule.ts";
import type { Defaults, RuleInput } from "./rule-schema.ts";
import { titleFields, titleFigures } from "./title.ts";

/** What a rule is compiled with, beside what it says itself. */
export interface CompileContext {
  file: string;
  defaults: Defaults;
  /** Hold for every rule, over what files say: a demo judges every few seconds. */
  overrides: { everyMs?: number | undefined; delayMs?: number | undefined };
  expected: ConditionParts["expected"];
  readText: (path: string) => string;
  check: Checker;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** A rule that can be run, from one whose keys have been checked; every mistake goes to `context.check`. */
export function compileRule(
  input: RuleInput,
  kind: string,
  options: unknown,
  context: CompileContext,
): Rule | undefined {
  const { check, defaults, overrides } = context;
  const inherit = <K extends keyof Defaults>(key: K) => (input as Defaults)[key] ?? defaults[key];
  const everyMs = overrides.everyMs ?? inherit("every") ?? minuteMs;
  const delayMs = overrides.delayMs ?? inherit("delay") ?? minuteMs;
  const lateMs = inherit("late") ?? dayMs;
  const timezone = inherit("timezone") ?? "UTC";
  const kindOf = ruleKinds[kind];
  if (!kindOf) return undefined;
  const groupBy = input.group_by.length > 0 ? input.group_by : defaultGroup(kind, options);
  for (const [i, field] of groupBy.entries()) check.field(field, ["group_by", i]);
  for (const [i, field] of input.show.entries()) check.field(field, ["show", i]);

  const datasets = input.dataset;
  const withinMs = input.within ?? (windowless.has(kind) ? 0 : undefined);
  if (withinMs === undefined)
    check.problem([], "within is missing: the length of the window, such as 5m");
  else if (windowless.has(kind) && input.within !== undefined) {
    check.problem(["within"], `${kind} has no window: leave within out`);
  } else if (withinMs < everyMs && !windowless.has(kind)) {
    check.problem(
      ["within"],
      "the window is shorter than every: events between two looks would be missed",
    );
  }
  if (everyMs <= 0) check.problem(["every"], "every must be longer than 0");
  if (input.match === undefined && matchWanted.has(kind))
    check.problem([], "match is missing: which events are looked at");

  const exceptions = input.except.map((entry, i) =>
    exceptionFilter(entry, ["except", i], timezone, check),
  );
  const selection = (filter: Filter) => ({ filter: both(filter, ...exceptions), datasets, lateMs });
  const match = parseFilter(input.match ?? {}, ["match"], check);
  const parts: ConditionParts = {
    select: selection(match),
    groupBy,
    withinMs: withinMs ?? minuteMs,
    timezone,
    consecutive: input.for,
    narrow: (map, path) => selection(both(match, parseFilter(map, path, check))),
    instead: (map, path) => selection(parseFilter(map, path, check)),
    expected: context.expected,
    readText: context.readText,
    check,
  };
  if (input.for > 1 && !slotted.has(kind))
    check.problem(["for"], `${kind} cannot ask for consecutive windows`);
  checkTitle(input.title, groupBy, check);
  const condition = kindOf.create(options, parts) as Condition | undefined;
  if (!condition) return undefined;

  const title =
    input.title ?? `${input.id}${groupBy.map((field) => ` {${field}}`).join("")}: {count}`;
  const read = [
    ...groupBy,
    ...condition.fields,
    ...condition.watched.flatMap(({ filter }) => fieldsOf(filter)),
  ];
  return {
    id: input.id,
    file: context.file,
    name: input.name ?? nameOf(input),
    title,
    ...(input.why === undefined ? {} : { why: input.why }),
    level: input.level,
    attack: input.attack,
    tags: input.tags,
    ...(input.respond === undefined ? {} : { respond: input.respond }),
    show: input.show,
    kind,
    hash: hashOf({ input: { ...input, tests: [] }, kind, options, defaults }),
    timezone,
    everyMs,
    delayMs,
    lateMs,
    closeAfterMs: inherit("close_after") ?? 30 * minuteMs,
    withinMs: withinMs ?? 0,
    groupBy,
    select: parts.select,
    notify: notifyOf(defaults, input),
    exceptions: input.except.map(({ why, owner, until }) => ({
      why,
      owner,
      until: endOfDay(until, timezone),
    })),
    inhibits: input.inhibits,
    condition,
    tests: input.tests.map(testOf),
    fields: [...new Set(read)].filter((field) => field !== "@timestamp"),
  };
}

/** A title without placeholders is a name; else the id in words. */
function nameOf({ id, title }: RuleInput): string {
  if (title !== undefined && !/[{}]/.test(title)) return title;
  const words = id.replace(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Kinds that judge single events or gaps. */
const windowless = new Set(["new", "indicator", "silence"]);
/** Kinds that make no sense over all events. */
const matchWanted = new Set(["count", "distinct", "sum", "ratio", "new", "baseline", "outlier"]);
/** Kinds that know aligned windows. */
const slotted = new Set(["count", "distinct", "sum", "ratio", "baseline", "outlier"]);

/** What an alert is about where the rule does not say. */
function defaultGroup(kind: string, options: unknown): string[] {
  if (kind === "silence") return ["host.name", "event.dataset"];
  const field = (options as { indicator?: { field?: string } }).indicator?.field;
  return kind === "indicator" && field !== undefined ? [field] : [];
}

/** The events that an exception does not let through: those it names, as long as it lasts. */
function exceptionFilter(
  entry: Readonly<Record<string, unknown>>,
  path: readonly PropertyKey[],
  timezone: string,
  check: Checker,
): Filter {
  const { until } = entry;
  const map = without(entry, "why", "owner", "until");
  if (Object.keys(map).length === 0)
    check.problem(path, "an exception without fields would except everything");
  const end = endOfDay(String(until), timezone);
  const lasting: Filter = { op: "range", field: "@timestamp", bounds: { lt: end } };
  return { op: "not", of: both(parseFilter(map, path, check), lasting) };
}

/** The point of time that a date means as an end: the end of that day in the rule's zone. */
export function endOfDay(text: string, timezone: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return new Date(text).toISOString();
  const next = DateTime.fromISO(text, { zone: timezone }).plus({ days: 1 });
  return next.toUTC().toISO() ?? new Date(text).toISOString();
}

/** A title may name what an alert is about and its figures, nothing that differs between its events. */
function checkTitle(title: string | undefined, groupBy: readonly string[], check: Checker): void {
  if (title === undefined) return;
  const { names, distinct } = titleFields(title);
  for (const name of names) {
    if ((titleFigures as readonly string[]).includes(name) || groupBy.includes(name)) continue;
    const known = [...titleFigures, ...groupBy, "distinct.FIELD"]
      .map((one) => `{${one}}`)
      .join(", ");
    check.problem(["title"], `{${name}} is not in group_by; a title may name ${known}`);
  }
  for (const field of distinct) check.field(field, ["title"]);
}

function notifyOf(defaults: Defaults, input: RuleInput): NotifyOptions {
  const merged = { ...defaults.notify, ...input.notify };
  return {
    to: merged.to ?? [],
    repeatMs: merged.repeat ?? 60 * minuteMs,
    backoff: merged.backoff ?? 2,
    maxMs: merged.max ?? dayMs,
  };
}

function testOf(test: RuleInput["tests"][number]): RuleTest {
  const all = test.events ?? [test];
  return {
    it: test.it,
    alerts: test.alerts,
    events: all.map(({ send, over, at, event }) => ({ send, overMs: over, atMs: at, event })),
  };
}

const hashOf = (value: unknown) =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
