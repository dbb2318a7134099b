import type { Moment } from "./episode.ts";
import { advance, sameHead } from "./episodes.ts";
import { without } from "../lib/without.ts";
import { eachOf } from "./each-of.ts";
import { groupKey, type Group, type Range } from "./events.ts";
import { headId, isUnwritten, type Head } from "./head.ts";
import type { Present, WatchParts } from "./parts.ts";
import { project } from "./project.ts";
import type { Gathered, Judged, Rule } from "./rule.ts";
import type { Version } from "./state.ts";

/** Groups whose events are fetched together. */
const groupsAtOnce = 200;

/** Groups whose documents are written side by side. */
const writesAtOnce = 8;

export interface Settling {
  groups: readonly Group[];
  /** Windows that end in it are judged. */
  range: Range;
  /** Episodes that ended before it are beyond any late event. */
  forgetBefore: number;
  /** Event time that the pass judges up to: what waits for a window that is over by then was judged with it. */
  tip: number;
  /** True where what is unsure in the heads is judged once more: then it is sure. */
  confirms?: true;
}

/**
 * Judges the windows of `groups` that end in `range`, and writes what follows. The head is read before the events are,
 * and changed only if unchanged since: so no watcher writes what an older look at the events said.
 */
export async function settle(
  parts: WatchParts,
  rule: Rule,
  settling: Settling,
  present: Present,
  signal: AbortSignal,
): Promise<number> {
  const { groups, range, forgetBefore } = settling;
  let changed = 0;
  for (let from = 0; from < groups.length; from += groupsAtOnce) {
    let open = groups.slice(from, from + groupsAtOnce);
    while (open.length > 0) {
      const heads = await parts.state.heads(
        open.map((group) => headId(rule.id, group)),
        signal,
      );
      // Whoever judges with an older clock than another watcher did must not undo what that one saw.
      const reached = [...heads.values()].map(({ value }) => value.judgedTo ?? -Infinity);
      const looked = { ...range, to: Math.max(range.to, ...reached) };
      const gathered = await rule.condition.gather(parts.events, open, looked, signal);
      const again: Group[] = [];
      const one = async (group: Group) => {
        const stored = heads.get(headId(rule.id, group));
        const moment = { now: present.now, forgetBefore, mutedBy: present.mutedBy(rule, group) };
        const head = stored?.value ?? { rule: rule.id, group, episodes: [] };
        const next = judged(head, gathered, rule, { ...settling, range: looked }, moment);
        const outcome = await write(parts, rule, head, next, stored?.version, signal);
        if (outcome === "again") again.push(group);
        if (outcome === "changed") changed++;
      };
      await eachOf(open, writesAtOnce, one, signal);
      open = again;
    }
  }
  return changed;
}

/** Saves the head where it has changed, and what follows from it; `again`: somebody else was faster. */
async function write(
  parts: WatchParts,
  rule: Rule,
  head: Head,
  next: Head,
  version: Version,
  signal: AbortSignal,
): Promise<"again" | "changed" | "same"> {
  if (sameHead(head, next)) {
    if (isUnwritten(head)) await project(parts, rule, head, version, signal);
    return "same";
  }
  const id = headId(rule.id, head.group);
  const saved = await parts.state.saveHead(id, next, version, signal);
  if (saved === false) return "again";
  await project(parts, rule, next, saved, signal);
  return "changed";
}

function judged(
  head: Head,
  gathered: Gathered,
  rule: Rule,
  { range, tip, confirms }: Settling,
  moment: Moment,
): Head {
  const events = gathered.get(groupKey(head.group)) ?? [];
  const all = rule.condition.judge(events, range);
  const found: Judged = all.waiting && all.waiting.until <= tip ? without(all, "waiting") : all;
  const before: Head = confirms ? without(head, "unsure") : head;
  if (found.spans.length === 0 && !found.waiting && head.episodes.length === 0) return before;
  const next = advance(before, found, rule, moment);
  if (rule.condition.mode === "unite" || sameHead(before, next)) return next;
  const { from, to } = range;
  if (confirms) return { ...next, judgedTo: to };
  const { unsure = range } = before;
  return {
    ...next,
    judgedTo: to,
    unsure: { from: Math.min(from, unsure.from), to: Math.max(to, unsure.to) },
  };
}
