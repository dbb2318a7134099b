import { without } from "../lib/without.ts";
import { alertOf } from "../model/alert-document.ts";
import { levels } from "../model/alert.ts";
import { eachOf } from "./each-of.ts";
import { mailed, recover, step } from "./episode.ts";
import { sameHead } from "./episodes.ts";
import { headId, isUnwritten, type Episode, type Head } from "./head.ts";
import type { Present, WatchParts } from "./parts.ts";
import { lapse } from "./pending.ts";
import { project } from "./project.ts";
import type { Rule } from "./rule.ts";
import { settle, type Settling } from "./settle.ts";
import { begunAt, type Cursor, type Versioned } from "./state.ts";

/** Heads that are brought up to date side by side. */
const headsAtOnce = 8;

/**
 * Goes through a rule's heads that are open: judges again what is unsure, recovers what has been quiet for long enough,
 * lets what was pending lapse, repeats mails, mails what a mute kept back until now, and finishes what a watcher that
 * died left unwritten.
 */
export async function sweep(
  parts: WatchParts,
  rule: Rule,
  cursor: Pick<Cursor, "judgedUntil" | "since" | "begunAt">,
  open: readonly Versioned<Head>[],
  present: Present,
  signal: AbortSignal,
): Promise<void> {
  const { judgedUntil } = cursor;
  const unsure = open.flatMap(({ value: { group, unsure: range } }) =>
    range && range.to <= judgedUntil ? [{ group, from: range.from }] : [],
  );
  if (unsure.length > 0) {
    const settling: Settling = {
      groups: unsure.map(({ group }) => group),
      range: {
        from: Math.min(...unsure.map(({ from }) => from)),
        to: judgedUntil,
        since: begunAt(cursor),
      },
      forgetBefore: -Infinity,
      tip: judgedUntil,
      confirms: true,
    };
    await settle(parts, rule, settling, present, signal);
  }
  const one = async (seen: Versioned<Head>) => {
    let stored: Versioned<Head> | undefined = seen;
    while (stored && !(await sweepOne(parts, rule, stored, judgedUntil, present, signal))) {
      const id = headId(rule.id, seen.value.group);
      stored = (await parts.state.heads([id], signal)).get(id);
    }
  };
  // Most of them are as they should be, which needs no request.
  await eachOf(open, headsAtOnce, one, signal);
}

/** False when somebody else has changed the head meanwhile. */
async function sweepOne(
  parts: WatchParts,
  rule: Rule,
  { value, version }: Versioned<Head>,
  judgedUntil: number,
  present: Present,
  signal: AbortSignal,
): Promise<boolean> {
  const next = await swept(parts, rule, value, judgedUntil, present, signal);
  if (sameHead(value, next)) {
    if (isUnwritten(next)) await project(parts, rule, next, version, signal);
    return true;
  }
  const saved = await parts.state.saveHead(headId(rule.id, value.group), next, version, signal);
  if (saved === false) return false;
  await project(parts, rule, next, saved, signal);
  return true;
}

async function swept(
  parts: WatchParts,
  rule: Rule,
  head: Head,
  horizon: number,
  present: Present,
  signal: AbortSignal,
): Promise<Head> {
  const mutedBy = present.mutedBy(rule, head.group);
  const episodes: Episode[] = [];
  for (const episode of head.episodes) {
    if (episode.state === "pending") {
      episodes.push(lapse(episode, horizon));
      continue;
    }
    const living = episode.state === "active" || episode.state === "recovering";
    if (!living || episode.mergedInto !== undefined) {
      episodes.push(episode);
      continue;
    }
    const quiet = await quieted(parts, rule, head, episode, horizon, signal);
    episodes.push(
      quiet.state === "active"
        ? await mailing(parts, rule, quiet, mutedBy, present, signal)
        : quiet,
    );
  }
  return { ...head, episodes };
}

/** Recovered when no window can come within `close_after` any more; recovering when none has come for a window's length. */
async function quieted(
  parts: WatchParts,
  rule: Rule,
  head: Head,
  episode: Episode,
  horizon: number,
  signal: AbortSignal,
): Promise<Episode> {
  if (episode.spans.some(({ ongoing }) => ongoing)) return episode;
  const closesAt = episode.toldUntil + rule.closeAfterMs;
  if (horizon <= closesAt) {
    const wanes = rule.closeAfterMs > rule.withinMs && horizon > episode.toldUntil + rule.withinMs;
    if (episode.state !== "active" || !wanes || episode.late) return episode;
    return step(
      { ...episode, state: "recovering" },
      "recovering",
      episode.toldUntil + rule.withinMs,
    );
  }
  // A window that ends after the horizon may have begun before `closesAt`: then it was never quiet for so long.
  const from = Math.max(horizon - rule.condition.lengthMs, episode.toldUntil + 1);
  if (from <= closesAt) {
    const range = { from, to: closesAt + 1 };
    const query = { by: rule.groupBy, groups: [head.group], range, measure: "documents" as const };
    for (const select of rule.condition.watched) {
      if ((await parts.events.tally({ ...query, select }, signal)).length > 0) return episode;
    }
  }
  return recover(episode, closesAt);
}

/** Repeats and what was kept back; nothing while a mute holds or people have taken it on. */
async function mailing(
  parts: WatchParts,
  rule: Rule,
  episode: Episode,
  mutedBy: string | undefined,
  present: Present,
  signal: AbortSignal,
): Promise<Episode> {
  const { mail } = episode;
  if (mutedBy !== undefined) return episode;
  if (!mail.active) {
    const rest = without(episode, "mutedBy");
    const told = { ...rest, mail: { ...mailed(episode, present.now), level: rule.level } };
    return step(told, "unmuted", present.now, "active");
  }
  const { repeatMs, backoff, maxMs } = rule.notify;
  const pauseMs = Math.min(repeatMs * backoff ** mail.repeats, maxMs);
  const risen = levels.indexOf(rule.level) > levels.indexOf(mail.level);
  const grown = episode.count >= 10 * mail.count && mail.count > 0;
  const due = repeatMs > 0 && present.now >= (mail.at ?? present.now) + pauseMs;
  if (!due && !risen && !grown) return episode;
  const stored = (await parts.state.alerts([episode.id], signal)).get(episode.id);
  const alert = stored && alertOf(stored.value);
  const snoozed =
    alert?.snoozed_until !== undefined && Date.parse(alert.snoozed_until) > present.now;
  if (!alert || snoozed || alert.workflow !== "open") return episode;
  const told = {
    ...episode,
    mail: {
      ...mail,
      at: present.now,
      repeats: mail.repeats + 1,
      count: episode.count,
      level: rule.level,
    },
  };
  return step(told, "repeat", present.now, "repeat");
}
