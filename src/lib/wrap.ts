/**
 * `text` in lines of at most `columns`, the first after `first`, the others after `rest`. Words longer than a line are
 * broken; an ideograph takes two columns.
 */
export function wrap(text: string, first = "", rest = first, columns = 72): string {
  const lines: string[] = [];
  let line = first;
  let used = width(first);
  let empty = true;
  for (const word of text.split(/ +/)) {
    const gap = empty ? 0 : 1;
    if (used + gap + width(word) <= columns) {
      line += `${gap ? " " : ""}${word}`;
      used += gap + width(word);
      empty = false;
      continue;
    }
    if (!empty) {
      lines.push(line);
      line = rest;
      used = width(rest);
    }
    for (const point of word) {
      if (used + width(point) > columns) {
        lines.push(line);
        line = rest;
        used = width(rest);
      }
      line += point;
      used += width(point);
    }
    empty = false;
  }
  return [...lines, line].map((one) => one.trimEnd()).join("\n");
}

/** `label` in a column of `labelWidth`, its value wrapped beside it. */
export function row(label: string, value: string, labelWidth = 11): string {
  return wrap(value, label.padEnd(labelWidth), " ".repeat(labelWidth));
}

/** Columns that a terminal gives to `text`: wide for East Asian scripts and emoji, as Unicode's EAW does roughly. */
export function width(text: string): number {
  let total = 0;
  for (const point of text) total += wide.test(point) ? 2 : /\p{M}/u.test(point) ? 0 : 1;
  return total;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
