import type { Group } from "./events.ts";
import type { MutedBy } from "./parts.ts";
import type { Rule } from "./rule.ts";
import type { WatchState } from "./state.ts";

/** Mails about some alerts are kept back for a time; the alerts are recorded all the same. */
export interface Mute {
  /** Shown as `leafwatch.alert.muted_by`. */
  name: string;
  /** Ids of rules; empty: all. */
  rules: readonly string[];
  /** Values that the group must have; empty: any group. */
  group: Readonly<Record<string, readonly string[]>>;
  readonly owner: string;
  readonly reason: string;
  /** Epoch milliseconds: -Infinity where it names no beginning. */
  readonly from: number;
  readonly until: number;
  /** True when it holds at `now`. */
  holds(now: number): boolean;
}

/** Who keeps mails back at `now`: mutes, and active rules that inhibit others on the same source. */
export async function mutesAt(
  mutes: readonly Mute[],
  rules: readonly Rule[],
  state: WatchState,
  now: number,
  signal: AbortSignal,
): Promise<MutedBy> {
  const holding = mutes.filter((mute) => mute.holds(now));
  const inhibiting = rules.filter(({ inhibits }) => inhibits.length > 0);
  const heads =
    inhibiting.length > 0
      ? await state.openHeads(
          inhibiting.map(({ id }) => id),
          signal,
        )
      : [];
  const active = heads
    .filter(({ value }) => value.episodes.some((episode) => episode.state === "active"))
    .flatMap(({ value: head }) => {
      const by = inhibiting.find(({ id }) => id === head.rule);
      return by ? [{ by, source: fieldsOf(by, head.group) }] : [];
    });
  return (rule, group) => {
    const own = fieldsOf(rule, group);
    const mute = holding.find(
      ({ rules: ids, group: wanted }) =>
        (ids.length === 0 || ids.includes(rule.id)) &&
        Object.entries(wanted).every(([field, values]) => values.includes(own.get(field) ?? "")),
    );
    if (mute) return mute.name;
    return active.find(
      ({ by, source }) => by.inhibits.includes(rule.id) && sameSource(rule, own, source),
    )?.by.id;
  };
}

const fieldsOf = (rule: Rule, group: Group) =>
  new Map(rule.groupBy.map((field, i) => [field, String(group[i])]));

/** No field that both know differs; a rule on other datasets than the silent source's is not about it. */
function sameSource(
  rule: Rule,
  own: ReadonlyMap<string, string>,
  source: ReadonlyMap<string, string>,
): boolean {
  const dataset = source.get("event.dataset");
  const { datasets } = rule.select;
  if (dataset !== undefined && datasets.length > 0 && !datasets.includes(dataset)) return false;
  return [...source].every(([field, value]) => (own.get(field) ?? value) === value);
}
