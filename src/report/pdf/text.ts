import { visible } from "../../lib/visible.ts";

/** Width of a text in points. */
export type Measure = (text: string) => number;

/** Longer texts are cut with an ellipsis; the whole of it stands in the attached report.json. */
const longest = 400;

/**
 * `text` as it can be printed: what is invisible or has no glyph is shown by its code (`\u4e2d`), so that no name
 * turns into blanks or boxes; without blanks at its ends, which tagged PDF refuses.
 */
export function printable(text: string, hasGlyph: (codePoint: number) => boolean): string {
  let shown = "";
  for (const char of visible(text.normalize("NFC"), longest)) {
    const point = char.codePointAt(0) ?? 0;
    if (hasGlyph(point)) shown += char;
    else if (point > 0xffff) shown += `\\u{${point.toString(16)}}`;
    else shown += `\\u${point.toString(16).padStart(4, "0")}`;
  }
  return shown.replace(/ {2,}/g, " ").trim();
}

/** Breaks at blanks; a word that is wider than a line (a path, a name of 300 characters) is broken where it must. */
export function wrapText(text: string, width: number, measure: Measure, max = Infinity): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    // One more than wanted says that there is more.
    if (lines.length > max) break;
    const longer = line === "" ? word : `${line} ${word}`;
    if (measure(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (lines.length <= max && line.length > 1 && measure(line) > width) {
      const fits = fitting(line, width, measure);
      lines.push(line.slice(0, fits));
      line = line.slice(fits);
    }
  }
  lines.push(line);
  return lines;
}

/** At most `max` lines; the last then ends in an ellipsis. */
export function cutLines(lines: readonly string[], max: number): string[] {
  if (lines.length <= max) return [...lines];
  const kept = lines.slice(0, max);
  return [...kept.slice(0, -1), `${(kept.at(-1) ?? "").slice(0, -1)}…`];
}

const separators = ["/", "-", "_", ".", ",", ":", "&", "?", "="];

/** How many characters of a too long word fit: never half of a surrogate pair, at best up to a separator. */
function fitting(word: string, width: number, measure: Measure): number {
  let low = 1;
  let high = word.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(word.slice(0, middle)) <= width) low = middle;
    else high = middle - 1;
  }
  const separator = Math.max(...separators.map((mark) => word.lastIndexOf(mark, low - 1)));
  const at = separator >= low / 2 ? separator + 1 : low;
  const last = word.charCodeAt(at - 1);
  return last >= 0xd800 && last <= 0xdbff && at > 1 ? at - 1 : at;
}

const rightToLeft =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+(?:\s+[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+)*/g;

/**
 * Parts of a line, each to be laid out in one direction. Left to right stays the order of the parts: a name in Hebrew
 * inside an English sentence keeps its place.
 */
export function directionRuns(line: string): { text: string; rtl: boolean }[] {
  const runs: { text: string; rtl: boolean }[] = [];
  let end = 0;
  for (const match of line.matchAll(rightToLeft)) {
    if (match.index > end) runs.push({ text: line.slice(end, match.index), rtl: false });
    runs.push({ text: match[0], rtl: true });
    end = match.index + match[0].length;
  }
  if (end < line.length || runs.length === 0) runs.push({ text: line.slice(end), rtl: false });
  return runs;
}
