import { scaleSequentialSymlog } from "d3-scale";
import { palette, rect, text, type Mark, type Scene } from "./chart.ts";

export interface HeatOptions {
  readonly width: number;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `values[row][column]`; undefined: that hour did not exist or has not come yet. */
  readonly values: readonly (readonly (number | undefined)[])[];
  readonly unit: string;
  readonly alt: string;
  readonly format: (value: number) => string;
}

const cellHeight = 14;

/** Cells whose darkness grows with the value (by its logarithm: one attack must not make every ordinary hour look empty). */
export function heatMap(options: HeatOptions): Scene {
  const { width, rows, columns, values, unit, alt, format } = options;
  const left = 30;
  const top = 18;
  const highest = Math.max(0, ...values.flatMap((row) => row.map((value) => value ?? 0)));
  const shade = scaleSequentialSymlog(mix).domain([0, Math.max(1, highest)]);
  const cellWidth = (width - left) / Math.max(1, columns.length);
  const marks: Mark[] = [text(0, 8, unit)];
  let marked = false;
  for (const [r, label] of rows.entries()) {
    const y = top + r * cellHeight;
    marks.push(text(0, y + cellHeight / 2 + 2.6, label, { fill: palette.ink }));
    for (const c of columns.keys()) {
      const value = values[r]?.[c];
      const x = left + c * cellWidth;
      if (value === undefined) continue;
      const paint = { fill: shade(value), stroke: palette.white, width: 0.8 };
      marks.push(rect(x, y, cellWidth, cellHeight, paint));
      if (value === highest && highest > 0 && !marked) {
        marked = true;
        const label = format(value);
        const size = Math.min(7, (cellWidth / Math.max(1, label.length)) * 1.6);
        marks.push(
          text(x + cellWidth / 2, y + cellHeight / 2 + size * 0.36, label, {
            anchor: "middle",
            fill: palette.white,
            bold: true,
            size: Math.round(size * 10) / 10,
          }),
        );
      }
    }
  }
  const bottom = top + rows.length * cellHeight;
  for (const [c, label] of columns.entries()) {
    if (label === "") continue;
    marks.push(text(left + c * cellWidth, bottom + 9, label));
  }
  marks.push(...key(width, highest, shade, format));
  return { width, height: bottom + 13, alt, marks };
}

/** From near white to a dark green, darkening steadily: in black and white it is a ramp of greys. */
function mix(share: number): string {
  const channel = (from: number, to: number) =>
    Math.round(from + (to - from) * share)
      .toString(16)
      .padStart(2, "0");
  return `#${channel(0xee, 0x12)}${channel(0xf2, 0x40)}${channel(0xf2, 0x3c)}`;
}

function key(
  width: number,
  highest: number,
  shade: (value: number) => string,
  format: (value: number) => string,
): Mark[] {
  const label = format(highest);
  const labelLeft = width - label.length * 4.6 - 2;
  const marks: Mark[] = [text(width, 8, label, { anchor: "end" })];
  const steps = 8;
  for (let step = 0; step < steps; step++) {
    const x = labelLeft - (steps - step) * 9 - 3;
    marks.push(rect(x, 1.5, 9, 7, { fill: shade((highest * step) / (steps - 1)) }));
  }
  marks.push(text(labelLeft - steps * 9 - 7, 8, format(0), { anchor: "end" }));
  return marks;
}
