import { without } from "../lib/without.ts";
import { alertDocument, alertOf, type AlertDocument } from "../model/alert-document.ts";
import type { Alert, Evidence, WorkflowStep } from "../model/alert.ts";
import { flappingAt } from "./episodes.ts";
import { headId, transitionId, type Episode, type Head, type Step } from "./head.ts";
import type { WatchParts } from "./parts.ts";
import type { Rule } from "./rule.ts";
import type { TransitionRow, Version } from "./state.ts";
import { fillTitle, titleFields } from "./title.ts";

/** Shown beside the rule's own `show` fields. */
const usualFields = ["source.ip", "user.name", "host.name", "url.path"];

/**
 * Writes what follows from a head: alert documents, transitions, outbox rows, in this order. Each is written once
 * however often this runs, by whomever, so it is simply run again after a crash.
 */
export async function project(
  parts: WatchParts,
  rule: Rule,
  head: Head,
  version: Version,
  signal: AbortSignal,
): Promise<void> {
  const alerts: Alert[] = [];
  for (const episode of head.episodes) {
    const alert = await writeAlert(parts, rule, head, episode, signal);
    if (alert) alerts.push(alert);
  }
  const steps = head.episodes.flatMap((episode) =>
    episode.pending.flatMap((step) => {
      const alert = alerts.find(({ id }) => id === episode.id);
      return alert ? [{ alert, step }] : [];
    }),
  );
  const rows = steps.map(({ alert, step }) => transitionRow(alert, step, parts.namespace));
  if (rows.length > 0) await parts.state.appendTransitions(rows, signal);
  for (const { alert, step } of steps) {
    if (!step.tell || rule.notify.to.length === 0) continue;
    const { to } = rule.notify;
    const at = new Date(step.at).toISOString();
    await parts.enqueue({ alert, transition: step.tell, number: step.number, to, at }, signal);
  }
  const settled: Head = {
    ...head,
    episodes: head.episodes.map((episode) => ({
      ...episode,
      pending: [],
      written: episode.revision,
    })),
  };
  // Refused: another watcher has changed the head and writes it all again, which does no harm.
  await parts.state.saveHead(headId(head.rule, head.group), settled, version, signal);
}

/** Brings the alert document up to the episode; undefined where there is nothing to write. */
async function writeAlert(
  parts: WatchParts,
  rule: Rule,
  head: Head,
  episode: Episode,
  signal: AbortSignal,
): Promise<Alert | undefined> {
  for (;;) {
    const stored = (await parts.state.alerts([episode.id], signal)).get(episode.id);
    const before = stored && alertOf(stored.value);
    if (before && (before.revision ?? 0) >= episode.revision) {
      return episode.pending.length > 0 ? before : undefined;
    }
    const evidence = await evidenceFor(parts, rule, head, episode, before, signal);
    const alert = alertFor(rule, head, episode, before, evidence);
    const written = await parts.state.saveAlert(alertDocument(alert), stored?.version, signal);
    if (written !== false) return alert;
  }
}

type Found = Evidence & { distinct: Record<string, number> };

async function evidenceFor(
  parts: WatchParts,
  rule: Rule,
  head: Head,
  episode: Episode,
  before: Alert | undefined,
  signal: AbortSignal,
): Promise<Found> {
  const first = new Date(episode.first).toISOString();
  const last = new Date(episode.last).toISOString();
  if (before?.first_seen === first && before.last_seen === last && before.count === episode.count) {
    const distinct = Object.entries(before.figures).flatMap(([name, value]) =>
      name.startsWith("distinct.") ? [[name.slice("distinct.".length), value] as const] : [],
    );
    return { ...before.evidence, distinct: Object.fromEntries(distinct) };
  }
  const query = {
    select: rule.condition.shown,
    by: rule.groupBy,
    group: head.group,
    range: { from: episode.first, to: episode.last + 1 },
    top: [...new Set([...rule.show, ...usualFields])].filter((f) => !rule.groupBy.includes(f)),
    distinct: titleFields(rule.title).distinct,
  };
  return parts.events.evidence(query, signal);
}

function alertFor(
  rule: Rule,
  head: Head,
  episode: Episode,
  before: Alert | undefined,
  found: Found,
): Alert {
  const { distinct, ...evidence } = found;
  const group = Object.fromEntries(rule.groupBy.map((field, i) => [field, head.group[i] ?? ""]));
  const { count } = episode;
  const usual = episode.spans.find((span) => span.count === count)?.usual;
  const threshold = usual?.limit ?? rule.condition.threshold;
  const figures = {
    count,
    threshold,
    ...Object.fromEntries(Object.entries(distinct).map(([name, n]) => [`distinct.${name}`, n])),
  };
  const reopened =
    before !== undefined && before.state === "recovered" && episode.state === "active";
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    ...workflowOf(before, reopened),
    id: episode.id,
    rule: {
      id: rule.id,
      hash: rule.hash,
      name: rule.name,
      title: rule.title,
      level: rule.level,
      kind: rule.kind,
      attack: [...rule.attack],
      ...(rule.tags.length > 0 ? { tags: [...rule.tags] } : {}),
      ...(rule.respond === undefined ? {} : { respond: rule.respond }),
    },
    summary: fillTitle(rule.title, { ...group, ...figures, within: rule.withinMs }),
    group,
    figures,
    state: episode.state,
    count,
    threshold,
    ...(usual ? { expected: usual.expected } : {}),
    within: rule.withinMs,
    first_seen: iso(episode.first),
    last_seen: iso(episode.last),
    opened_at: iso(episode.openedAt),
    ...(episode.recoveredAt === undefined ? {} : { recovered_at: iso(episode.recoveredAt) }),
    late: episode.late,
    flapping: episode.reopened >= flappingAt,
    transitions: episode.transitions,
    revision: episode.revision,
    ...(episode.mutedBy === undefined ? {} : { muted_by: episode.mutedBy }),
    ...(episode.mergedInto === undefined ? {} : { merged_into: episode.mergedInto }),
    ...(episode.spans.length === 0 && episode.state !== "pending" ? { withdrawn: true } : {}),
    evidence,
  };
}

/** What people did with it stays; a closed alert that comes back is open again. */
function workflowOf(
  before: Alert | undefined,
  reopened: boolean,
): Pick<Alert, "workflow" | "workflow_log" | "acknowledged" | "closed" | "snoozed_until"> {
  if (!before) return { workflow: "open" };
  const { workflow_log, acknowledged, closed, snoozed_until } = before;
  return {
    workflow: reopened && before.workflow === "closed" ? "open" : before.workflow,
    ...(workflow_log ? { workflow_log } : {}),
    ...(acknowledged ? { acknowledged } : {}),
    ...(closed ? { closed } : {}),
    ...(snoozed_until ? { snoozed_until } : {}),
  };
}

/**
 * A transition in ECS. `event.kind` is `alert` only where an incident begins or comes back, so that one incident is one
 * alert in Elastic Security.
 */
export function transitionRow(
  alert: Alert,
  step: {
    name: Step["name"] | WorkflowStep["action"];
    at: number;
    number: number | string;
    by?: string;
    note?: string;
  },
  namespace: string,
): TransitionRow {
  const document: AlertDocument = alertDocument(alert);
  const { evidence, ...fields } = without(document.leafwatch.alert, "workflow_log");
  const opening = step.name === "active" || step.name === "reopened";
  return {
    id: transitionId(alert.id, step.number),
    document: {
      ...document,
      "@timestamp": new Date(step.at).toISOString(),
      data_stream: { type: "logs", dataset: "leafwatch.alert", namespace },
      event: {
        ...document.event,
        dataset: "leafwatch.alert",
        kind: opening ? "alert" : "event",
        action: step.name,
        id: transitionId(alert.id, step.number),
      },
      leafwatch: {
        alert: {
          ...fields,
          transition: step.name,
          ...(typeof step.number === "number" ? { number: step.number } : {}),
          evidence: { ids: evidence.lines.map(({ id }) => id) },
          ...(step.by === undefined ? {} : { by: step.by }),
          ...(step.note === undefined ? {} : { note: step.note }),
        },
      },
    },
  };
}
