import { without } from "../lib/without.ts";
import { belongs, open, step, type Moment, type Terms } from "./episode.ts";
import type { Episode, Head } from "./head.ts";
import type { Waiting } from "./rule.ts";

/**
 * The episodes with what waits for its next window: pending, unless it belongs to an incident that is known already.
 * One that lapsed with the window it waits for stays so.
 */
export function pend(
  head: Head,
  episodes: readonly Episode[],
  { until, ...found }: Waiting,
  rule: Terms,
  moment: Moment,
): readonly Episode[] {
  const span = [found];
  const touched = episodes.filter(
    (episode) => episode.mergedInto === undefined && belongs(episode, span),
  );
  const own = touched.find(({ waiting }) => waiting !== undefined);
  if (touched.some(({ waiting }) => waiting === undefined)) return episodes;
  const known = own?.waiting ?? -Infinity;
  if (known > until || (own?.state === "recovered" && known === until)) return episodes;
  const before = own ?? open(head, span, rule, moment);
  const now = { ...without(before, "recoveredAt"), ...found, waiting: until };
  const next: Episode = { ...now, state: "pending" };
  const pending =
    own?.state !== "pending"
      ? step(next, "pending", moment.now)
      : sameEpisode(own, next)
        ? own
        : { ...next, revision: own.revision + 1 };
  return [...episodes.filter((episode) => episode !== own), pending];
}

/** What was pending and has become nothing by `horizon`, up to where event time is judged: nobody was told of it. */
export function lapse(episode: Episode, horizon: number): Episode {
  const { waiting } = episode;
  if (waiting === undefined || horizon < waiting) return episode;
  return step({ ...episode, state: "recovered", recoveredAt: waiting }, "lapsed", waiting);
}

const sameEpisode = (a: Episode, b: Episode) => JSON.stringify(a) === JSON.stringify(b);
