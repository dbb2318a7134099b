import type { Evidence, Expected, GroupValue } from "../model/alert.ts";
import type { Filter } from "./filter.ts";

/** Half-open range of event time, epoch milliseconds: `from <= @timestamp < to`. */
export interface Range {
  from: number;
  to: number;
  /** When the rule began to watch, where a judge needs to know. */
  since?: number;
}

/** The values of a rule's `group_by` fields in one group, in their order. */
export type Group = readonly GroupValue[];

/** Which events a rule looks at. */
export interface Selection {
  filter: Filter;
  /** Empty: every data stream of the namespace but our own. */
  datasets: readonly string[];
  /** Events that were ingested later than this after their time are left out. */
  lateMs: number;
}

/** How events are counted: lines, login attempts (`leafwatch.attempts`), the sum of a field, the number of its values. */
export type Measure = "documents" | "attempts" | { sum: string } | { values: string };

export interface TallyQuery {
  select: Selection;
  by: readonly string[];
  range: Range;
  measure: Measure;
  /** Only groups that reach it. */
  atLeast?: number;
  /** Also split by slots of event time, aligned to UTC. */
  slotMs?: number;
  /** Only events stamped `event.ingested` at or after it: what arrived since. */
  ingestedFrom?: number;
  /** Only events stamped before it. */
  ingestedTo?: number;
  /** Only these groups. */
  groups?: readonly Group[];
}

/** One group's events (in one slot, where slots were asked for). */
export interface Tally {
  group: Group;
  slot: number;
  documents: number;
  measure: number;
  /** Times of its first and last event. */
  first: number;
  last: number;
}

export interface EventQuery {
  select: Selection;
  by: readonly string[];
  groups: readonly Group[];
  range: Range;
  /** The field whose values are wanted with each event. */
  field?: string;
}

/** One event of one group, as a judge sees it. */
export interface Occurrence {
  at: number;
  /** Where it stands for several events: the time of the last one. */
  last?: number;
  /** Login attempts for authentication events, else 1. */
  weight: number;
  /** Values of the field that was asked for. */
  values: readonly GroupValue[];
  /** Where it stands for a window: what is usual for that. */
  usual?: Usual;
}

/** What a window is held against by a rule that learns. */
export interface Usual {
  /** The least count that is unusual. */
  limit: number;
  expected: Expected;
}

export interface EvidenceQuery {
  select: Selection;
  by: readonly string[];
  group: Group;
  range: Range;
  top: readonly string[];
  distinct: readonly string[];
}

/**
 * Where a watcher reads events: Elasticsearch, generated events of `rules test`, or memory in property tests. An
 * answer is complete or the call throws; "no events" and "could not look" are never the same.
 */
export interface EventStore {
  /** Groups and their sizes, all of them however many there are. */
  tally(query: TallyQuery, signal: AbortSignal): Promise<Tally[]>;
  /** The events of the groups, each sorted by time; by `groupKey`. */
  events(query: EventQuery, signal: AbortSignal): Promise<Map<string, Occurrence[]>>;
  evidence(
    query: EvidenceQuery,
    signal: AbortSignal,
  ): Promise<Evidence & { distinct: Record<string, number> }>;
  /** Those of `fields` that no mapping of the datasets has; empty where there is no data yet. */
  unmapped(
    fields: readonly string[],
    datasets: readonly string[],
    signal: AbortSignal,
  ): Promise<string[]>;
  /** How long an event may stay hidden from the other calls once it is stored, milliseconds. */
  hiddenMs(signal: AbortSignal): Promise<number>;
}

/** A group as text: equal exactly when the groups are. */
export const groupKey = (group: Group): string => JSON.stringify(group);

/** The same events, however late they arrived. */
export const ofAnyAge = (select: Selection): Selection => ({
  ...select,
  lateMs: Number.MAX_SAFE_INTEGER,
});
