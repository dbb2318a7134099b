import Table from "cli-table3";
import { visible } from "../lib/visible.ts";
import { width, wrap } from "../lib/wrap.ts";

const gap = "  ";
/** Columns below which a cell is wrapped no further. */
const narrowest = 12;
const borders =
  "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right " +
  "left left-mid mid mid-mid right right-mid";
const bare = Object.fromEntries(borders.split(" ").map((border) => [border, ""]));

/**
 * Rows under a head, without lines between them, so that a row can be searched for, copied and cut; numbers stand at the
 * right. Cells may have lines, and hold whatever a log says: it is made visible here. Where the terminal's `columns` are
 * too few for it, the widest cells are wrapped.
 */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Infinity,
): string {
  const all = [head.map((name) => name.toUpperCase()), ...rows].map((row) => row.map(linesOf));
  const natural = head.map((_, column) =>
    greatest(all.flatMap((row) => (row[column] ?? []).map(width))),
  );
  const widths = fitted(natural, columns - gap.length * (head.length - 1));
  const table = new Table({
    chars: { ...bare, middle: gap },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: head.map((_, column) =>
      rows.every((row) => /^[\d,.]*$/.test(row[column] ?? "")) ? "right" : "left",
    ),
  });
  for (const row of all) table.push(row.map((cell, column) => wrapped(cell, widths[column] ?? 0)));
  const lines = table.toString().split("\n");
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function linesOf(cell: string): string[] {
  return cell.split("\n").map((line) => visible(line));
}

/** Of any number of values; Math.max takes no more than the stack holds. */
function greatest(values: readonly number[]): number {
  return values.reduce((most, one) => Math.max(most, one), 0);
}

/** The widest give way until all fit. */
function fitted(natural: readonly number[], room: number): number[] {
  const within = (most: number) => natural.map((one) => Math.min(one, most));
  const sum = (widths: readonly number[]) => widths.reduce((all, one) => all + one, 0);
  let most = greatest(natural);
  while (most > narrowest && sum(within(most)) > room) most--;
  return within(most);
}

function wrapped(lines: readonly string[], columns: number): string {
  return lines
    .map((line) => (width(line) <= columns ? line : wrap(line, "", "", columns)))
    .join("\n");
}
