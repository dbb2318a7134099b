import { without } from "../lib/without.ts";
import {
  belongs,
  episodeGapMs,
  lastOf,
  mailed,
  open,
  recover,
  step,
  type Moment,
  type Terms,
} from "./episode.ts";
import type { Episode, Head } from "./head.ts";
import { pend } from "./pending.ts";
import type { Judged, Span } from "./rule.ts";

/** Coming back so often makes an alert a flapping one. */
export const flappingAt = 3;

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
      .filter((episode) => belongs(episode, incident))
      .sort((a, b) => rank(a) - rank(b) || a.openedAt - b.openedAt || a.first - b.first);
    for (const episode of own) free.delete(episode);
    const [oldest, ...others] = own;
    const episode =
      oldest && oldest.waiting === undefined ? oldest : open(head, incident, rule, moment, oldest);
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
  const { waiting } = judged;
  const all = waiting ? pend(head, episodes, waiting, rule, moment) : episodes;
  const kept = [...merged, ...all].filter(
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

/** What people know of goes on; what never was active becomes part of it. */
const rank = ({ waiting }: Episode) => (waiting === undefined ? 0 : 1);

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
