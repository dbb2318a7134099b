import { alertId, type Episode, type Head, type Step, type StepName } from "./head.ts";
import type { Rule, Span } from "./rule.ts";

type Extent = Pick<Span, "first" | "last" | "ongoing">;

/** Windows with at most so much between them are one incident. */
export const episodeGapMs = 24 * 3_600_000;

/** An alert that is found so long after its last event is one of the past: many of them go out as one digest. */
const lateAfterMs = 6 * 3_600_000;

/** The clock and the limits by which `advance` decides. Epoch milliseconds. */
export interface Moment {
  /** The clock of judging. */
  now: number;
  /** Episodes that ended before it are beyond any late event: they are let go. */
  forgetBefore: number;
  /** The mute that keeps mails back now. */
  mutedBy?: string | undefined;
}

/** What of a rule an episode depends on. */
export type Terms = Pick<Rule, "id" | "level" | "closeAfterMs"> & {
  condition: { mode: Rule["condition"]["mode"] };
};

/** A new episode, or what was only `waiting` until now: then it keeps its id and its history. */
export function open(
  head: Head,
  incident: readonly Extent[],
  rule: Terms,
  moment: Moment,
  waiting?: Episode,
): Episode {
  const first = incident[0]?.first ?? 0;
  const { id, transitions, revision, written, pending } = waiting ?? {
    id: alertId(head.rule, head.group, first),
    transitions: 0,
    revision: 0,
    written: 0,
    pending: [],
  };
  return {
    id,
    spans: [],
    first,
    last: first,
    count: 0,
    state: "pending",
    openedAt: moment.now,
    late: moment.now - lastOf(incident) > lateAfterMs && !incident.some(({ ongoing }) => ongoing),
    reopened: 0,
    toldUntil: 0,
    transitions,
    revision,
    written,
    pending,
    mail: { active: false, repeats: 0, count: 0, level: rule.level },
  };
}

/** What never was active is no reason to name an incident after it, unless it is its beginning. */
export function belongs(episode: Episode, incident: readonly Extent[]): boolean {
  const gapMs = episode.waiting === undefined ? episodeGapMs : 0;
  const first = incident[0]?.first ?? 0;
  return first - episode.last <= gapMs && episode.first - lastOf(incident) <= gapMs;
}

/** The episode with one more transition, which is told to people where `transition` says so. */
export function step(episode: Episode, name: StepName, at: number, tell?: Step["tell"]): Episode {
  const number = episode.transitions + 1;
  const next: Step = { number, name, at, ...(tell ? { tell } : {}) };
  return {
    ...episode,
    transitions: number,
    revision: episode.revision + 1,
    pending: [...episode.pending, next],
  };
}

/** What is noted when an active mail goes out. */
export const mailed = (episode: Episode, now: number): Episode["mail"] => ({
  active: true,
  at: now,
  repeats: 0,
  count: episode.count,
  level: episode.mail.level,
});

/** The episode as recovered at `at` (event time); whoever was mailed of it is mailed again. */
export function recover(episode: Episode, at: number): Episode {
  const recovered: Episode = { ...episode, state: "recovered", recoveredAt: at };
  const next = step(recovered, "recovered", at, episode.mail.active ? "recovered" : undefined);
  return { ...next, mail: { ...next.mail, active: false } };
}

/** The last event of any of some windows. */
export const lastOf = (spans: readonly Extent[]) => Math.max(...spans.map(({ last }) => last));
