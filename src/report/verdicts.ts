import { palette } from "../lib/chart.ts";
import type { Verdict } from "./model.ts";

/** A colour, a word and a sign: none of them alone carries the verdict. White stands on the colour. */
export const verdicts: Readonly<Record<Verdict, { colour: string; word: string; sign: string }>> = {
  calm: { colour: palette.accent, word: "Calm", sign: "✓" },
  attention: { colour: "#7d5200", word: "Attention", sign: "▲" },
  "act now": { colour: "#8c2f1b", word: "Act now", sign: "■" },
  "no data": { colour: "#3d454c", word: "No data", sign: "–" },
};
