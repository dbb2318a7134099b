import { alertDocument, alertOf } from "../model/alert-document.ts";
import type { Alert, WorkflowStep } from "../model/alert.ts";
import { step } from "./episode.ts";
import { headId, type Episode, type Head } from "./head.ts";
import type { WatchParts } from "./parts.ts";
import { transitionRow } from "./project.ts";

/** Who closes an alert whose rule is gone. */
const closedBy = "leafwatch";

/**
 * Ends the alerts of rules that are no more: nobody would judge, repeat or recover them. They are closed with the
 * reason; no mail is sent, as there is nobody left whom the rule names. Resolves to the number of groups.
 */
export async function endRemoved(
  parts: WatchParts,
  rules: readonly string[],
  now: number,
  signal: AbortSignal,
): Promise<number> {
  const orphans = (await parts.state.openHeads(undefined, signal)).filter(
    ({ value }) => !rules.includes(value.rule),
  );
  for (const { value } of orphans) {
    await endGroup(parts, headId(value.rule, value.group), now, signal);
  }
  return orphans.length;
}

/** Alerts and transitions first, the head last: after a crash it is open still, and all of it is done again. */
async function endGroup(parts: WatchParts, id: string, now: number, signal: AbortSignal) {
  for (;;) {
    const stored = (await parts.state.heads([id], signal)).get(id);
    if (!stored) return;
    const ended = stored.value.episodes.map((episode) => endOf(episode, now));
    for (const episode of ended) await endAlert(parts, episode, now, signal);
    const head: Head = {
      rule: stored.value.rule,
      group: stored.value.group,
      episodes: ended.map((episode) => ({
        ...episode,
        pending: [],
        written: episode.revision,
      })),
    };
    if (await parts.state.saveHead(id, head, stored.version, signal)) return;
  }
}

function endOf(episode: Episode, now: number): Episode {
  if (episode.state === "recovered") return episode;
  const quiet: Episode = { ...episode, state: "recovered", recoveredAt: now };
  return step({ ...quiet, mail: { ...quiet.mail, active: false } }, "rule-removed", now);
}

async function endAlert(parts: WatchParts, episode: Episode, now: number, signal: AbortSignal) {
  for (;;) {
    const stored = (await parts.state.alerts([episode.id], signal)).get(episode.id);
    // A watcher died before it wrote it: then nobody has seen it.
    if (!stored) return;
    const before = alertOf(stored.value);
    const alert = before.state === "recovered" ? before : closed(before, episode, now);
    if (alert !== before) {
      const saved = await parts.state.saveAlert(alertDocument(alert), stored.version, signal);
      if (saved === false) continue;
    }
    const rows = episode.pending.map((one) => transitionRow(alert, one, parts.namespace));
    await parts.state.appendTransitions(rows, signal);
    return;
  }
}

function closed(alert: Alert, episode: Episode, now: number): Alert {
  const at = new Date(now).toISOString();
  const note = { at, by: closedBy, note: "the rule was removed" };
  const log: WorkflowStep = { action: "closed", ...note };
  return {
    ...alert,
    state: "recovered",
    recovered_at: at,
    workflow: "closed",
    closed: note,
    workflow_log: [...(alert.workflow_log ?? []), log],
    transitions: episode.transitions,
    revision: episode.revision,
    // It was never more than a beginning.
    ...(alert.state === "pending" ? { withdrawn: true } : {}),
  };
}
