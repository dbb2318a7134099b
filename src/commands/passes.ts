import type { Client } from "@elastic/elasticsearch";
import type { Problem } from "../model/notification.ts";
import { spell } from "../notify/when.ts";
import { elasticState } from "../watch/elastic-state.ts";

/** Under which problems about missing passes are known, whichever process tells of them. */
export const passArea = "passes";

/** When any rule was last judged completely, epoch milliseconds; undefined before the first pass of all. */
export async function lastPass(
  client: Client,
  namespace: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const cursors = await elasticState(client, namespace).cursors(signal);
  const passed = [...cursors.values()].map(({ value }) => value.passedAt);
  return passed.length > 0 ? Math.max(...passed) : undefined;
}

/** Word that nothing is judged, or was not, since `last`; none within `limitMs` of it. */
export function passProblems(
  last: number | undefined,
  now: number,
  limitMs: number,
  why = "",
): Problem[] {
  if (last === undefined || now - last <= limitMs) return [];
  return [
    {
      key: "no-pass",
      level: "critical",
      title: `No pass of the watcher for ${spell(now - last)}`,
      detail:
        `The last complete pass was at ${new Date(last).toISOString()}. Since then no rule has been judged, so no alert could be raised.${why}\n` +
        "See what leafwatch status says of the rules, and the log of leafwatch run or leafwatch watch. " +
        "Nothing is lost: what was not judged is made up by the next pass, and told as late where it is old.",
    },
  ];
}
