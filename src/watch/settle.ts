import { advance, sameHead, type Moment } from "./episodes.ts";
import { groupKey, type Group, type Range } from "./events.ts";
import { headId, isUnwritten, type Head } from "./head.ts";
import type { Present, WatchParts } from "./parts.ts";
import { project } from "./project.ts";
import type { Gathered, Rule } from "./rule.ts";

/** Groups whose events are fetched together. */
const groupsAtOnce = 200;

/** What limits a judge in one pass over one rule. */
export interface Limits {
  /** Everything before it has been judged, or is being judged now. */
  horizon: number;
  forgetBefore: number;
}

/**
 * Judges the windows of `groups` that end in `range`, and writes what follows. The head is read before the events are,
 * and changed only if unchanged since: so no watcher writes what an older look at the events said.
 */
export async function settle(
  parts: WatchParts,
  rule: Rule,
  groups: readonly Group[],
  range: Range,
  limits: Limits,
  present: Present,
  signal: AbortSignal,
): Promise<number> {
  let changed = 0;
  for (let from = 0; from < groups.length; from += groupsAtOnce) {
    let open = groups.slice(from, from + groupsAtOnce);
    while (open.length > 0) {
      const heads = await parts.state.heads(
        open.map((group) => headId(rule.id, group)),
        signal,
      );
      const gathered = await rule.condition.gather(parts.events, open, range, signal);
      const again: Group[] = [];
      for (const group of open) {
        const id = headId(rule.id, group);
        const stored = heads.get(id);
        const head = stored?.value ?? { rule: rule.id, group, episodes: [] };
        const next = judged(head, gathered, rule, range, {
          now: present.now,
          ...limits,
          mutedBy: present.mutedBy(rule, group),
        });
        if (sameHead(head, next)) {
          if (stored && isUnwritten(head)) await project(parts, rule, head, stored.version, signal);
          continue;
        }
        const version = await parts.state.saveHead(id, next, stored?.version, signal);
        if (version === false) again.push(group);
        else {
          changed++;
          await project(parts, rule, next, version, signal);
        }
      }
      open = again;
    }
  }
  return changed;
}

function judged(head: Head, gathered: Gathered, rule: Rule, range: Range, moment: Moment): Head {
  const events = gathered.get(groupKey(head.group)) ?? [];
  const found = rule.condition.judge(events, range);
  if (found.spans.length === 0 && head.episodes.length === 0) return head;
  return advance(head, found, rule, moment);
}
