import { without } from "../lib/without.ts";
import { alertId, type Episode, type Head, type Step, type StepName } from "./head.ts";
import type { Judged, Rule, Span } from "./rule.ts";

/** Windows with at most so much between them are one incident. */
export const episodeGapMs = 24 * 3_600_000;

/** An alert that is found so long after its last event is one of the past: many of them go out as one digest. */
const lateAfterMs = 6 * 3_600_000;

/** Coming back so often makes an alert a flapping one. */
export const flappingAt = 3;

/** The clock and the limits by which `advance` decides. Epoch milliseconds. */
export interface Moment {
  /** The clock of judging. */
  now: number;
  /** Episodes that ended before it are beyond any late event: they are let go. */
  forgetBefore: number;
  /** The mute that keeps mails back now. */
  mutedBy?: string | undefined;
}

type Terms = Pick<Rule, "id" | "level" | "closeAfterMs"> & {
  condition: { mode: Rule["condition"]["mode"] };
};

/** The head after `judged` became known: the same windows give the same head in whatever order they are found. */
export function advance(head: Head, judged: Judged, rule: Terms, moment: Moment): Head {
  const living = head.episodes.filter((episode) => episode.mergedInto === undefined);
  const known = living.flatMap((episode) => episode.spans);
  const spans =
    rule.condition.mode === "replace"
      ? replaceSpans(known, judged)
      : uniteSpans([...known, ...judged.spans], rule.closeAfterMs);
  const incidents = clusters(spans, episodeGapMs);
  const free = new Set(living);
  const episodes: Episode[] = [];
  for (const incident of incidents) {
    const own = [...free]
      .filter((episode) => near(episode, incident))
      .sort((a, b) => a.openedAt - b.openedAt || a.first - b.first);
    for (const episode of own) free.delete(episode);
    const [oldest, ...others] = own;
    const episode = oldest ?? open(head, incident, rule, moment);
    episodes.push(tell(update(episode, incident), rule, moment));
    for (const other of others) {
      episodes.push(
        step({ ...other, mergedInto: episode.id, state: "recovered" }, "merged", moment.now),
      );
    }
  }
  for (const episode of free) {
    const recoveredAt = episode.recoveredAt ?? moment.now;
    if (episode.spans.length === 0) episodes.push(episode);
    else
      episodes.push(
        step(
          // It never was: should it be found after all, that is news.
          { ...episode, spans: [], state: "recovered", recoveredAt, toldUntil: 0 },
          "withdrawn",
          moment.now,
        ),
      );
  }
  const merged = head.episodes.filter((episode) => episode.mergedInto !== undefined);
  const kept = [...merged, ...episodes].filter(
    (episode) =>
      episode.pending.length > 0 ||
      episode.written < episode.revision ||
      episode.state !== "recovered" ||
      episode.last >= moment.forgetBefore,
  );
  return { ...head, episodes: kept.sort((a, b) => a.first - b.first) };
}

/** True when both heads say the same. */
export const sameHead = (a: Head, b: Head) => JSON.stringify(a) === JSON.stringify(b);

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

/** Known spans with the judged ones added; those less than `gapMs` apart become one, so that a head stays small. */
export function uniteSpans(spans: readonly Span[], gapMs: number): Span[] {
  return clusters(spans, gapMs).map((parts) => ({
    at: lastOf(parts),
    first: Math.min(...parts.map(({ first }) => first)),
    last: lastOf(parts),
    count: Math.max(...parts.map(({ count }) => count)),
  }));
}

function replaceSpans(known: readonly Span[], { spans, covers }: Judged): Span[] {
  const kept = known.filter(({ at }) => at < covers.from || at >= covers.to);
  const found = new Map([...kept, ...spans].map((span) => [span.at, span]));
  return [...found.values()].sort((a, b) => a.at - b.at);
}

/** Spans grouped so that between groups there is more than `gapMs`. */
function clusters(spans: readonly Span[], gapMs: number): Span[][] {
  const groups: Span[][] = [];
  let reached = -Infinity;
  for (const span of [...spans].sort((a, b) => a.first - b.first || a.at - b.at)) {
    const group = groups.at(-1);
    if (group && span.first - reached <= gapMs) group.push(span);
    else groups.push([span]);
    reached = group && span.first - reached <= gapMs ? Math.max(reached, span.last) : span.last;
  }
  return groups;
}

const lastOf = (spans: readonly Span[]) => Math.max(...spans.map(({ last }) => last));

function near(episode: Episode, incident: readonly Span[]): boolean {
  const first = incident[0]?.first ?? 0;
  return first - episode.last <= episodeGapMs && episode.first - lastOf(incident) <= episodeGapMs;
}

function open(head: Head, incident: readonly Span[], rule: Terms, moment: Moment): Episode {
  const first = incident[0]?.first ?? 0;
  return {
    id: alertId(head.rule, head.group, first),
    spans: [],
    first,
    last: first,
    count: 0,
    state: "pending",
    openedAt: moment.now,
    late: moment.now - lastOf(incident) > lateAfterMs && !incident.some(({ ongoing }) => ongoing),
    reopened: 0,
    toldUntil: 0,
    transitions: 0,
    revision: 0,
    written: 0,
    pending: [],
    mail: { active: false, repeats: 0, count: 0, level: rule.level },
  };
}

function update(episode: Episode, spans: Span[]): Episode {
  if (JSON.stringify(episode.spans) === JSON.stringify(spans)) return episode;
  return {
    ...episode,
    spans,
    first: Math.min(...spans.map(({ first }) => first)),
    last: lastOf(spans),
    count: Math.max(...spans.map(({ count }) => count)),
    revision: episode.revision + 1,
  };
}

/** Adds the transitions that follow from the spans: quiet longer than `close_after` is a recovery. */
function tell(episode: Episode, rule: Terms, moment: Moment): Episode {
  let told = episode;
  for (const segment of clusters(episode.spans, rule.closeAfterMs)) {
    const last = lastOf(segment);
    if (last <= told.toldUntil) continue;
    const first = segment[0]?.first ?? last;
    if (told.state === "pending") told = activate(told, "active", moment);
    else if (told.state !== "recovered" && first > told.toldUntil + rule.closeAfterMs) {
      told = recover(told, told.toldUntil + rule.closeAfterMs);
    }
    if (told.state === "recovered") {
      told = activate({ ...told, reopened: told.reopened + 1 }, "reopened", moment);
    } else if (told.state === "recovering")
      told = step({ ...told, state: "active" }, "returned", moment.now);
    told = { ...told, toldUntil: last };
  }
  return told;
}

function activate(episode: Episode, name: "active" | "reopened", moment: Moment): Episode {
  const rest = without(episode, "recoveredAt", "mutedBy");
  const { mutedBy } = moment;
  const opened: Episode = {
    ...rest,
    state: "active",
    ...(mutedBy === undefined ? {} : { mutedBy }),
    mail: mutedBy === undefined ? mailed(episode, moment.now) : { ...episode.mail, active: false },
  };
  return step(opened, name, moment.now, mutedBy === undefined ? "active" : undefined);
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
