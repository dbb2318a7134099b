import { scaleBand } from "d3-scale";
import { stack } from "d3-shape";
import { columnLabels, valueAxis, type ChartOptions } from "./chart-axes.ts";
import { line, palette, rect, text, textWidth, type Mark, type Scene } from "./chart.ts";

export interface BarOptions extends ChartOptions {
  readonly bars: readonly { readonly label: string; readonly value: number }[];
  readonly colour?: string;
  /** A level to hold the bars against, drawn dashed with its own label. */
  readonly threshold?: { readonly value: number; readonly label: string };
}

/** Vertical bars from zero. The highest carries its number. */
export function barChart(options: BarOptions): Scene {
  const { bars, threshold, format, width, height, alt } = options;
  const highest = Math.max(0, ...bars.map((bar) => bar.value));
  const { plot, y, marks } = valueAxis(Math.max(highest, threshold?.value ?? 0), options, {
    right: 2,
    bottom: 16,
  });
  const x = scaleBand<number>()
    .domain(bars.map((_, index) => index))
    .range([plot.left, plot.right])
    .paddingInner(0.25)
    .paddingOuter(0.15);
  const centre = (index: number) => (x(index) ?? 0) + x.bandwidth() / 2;
  let labelled = false;
  for (const [index, { value }] of bars.entries()) {
    if (value <= 0) continue;
    const fill = options.colour ?? palette.accent;
    marks.push(rect(x(index) ?? 0, y(value), x.bandwidth(), y(0) - y(value), { fill }));
    if (value === highest && !labelled) {
      marks.push(
        text(centre(index), y(value) - 3, format(value), {
          anchor: "middle",
          fill: palette.ink,
          bold: true,
        }),
      );
      labelled = true;
    }
  }
  if (threshold) {
    const at = y(threshold.value);
    marks.push(line([plot.left, at], [plot.right, at], palette.ink, 0.8, [3, 2]));
    // Named above the plot: on the line it would lie over the bars.
    marks.push(text(width, 8, threshold.label, { anchor: "end", fill: palette.ink }));
    const sample = width - textWidth(threshold.label, 7.5) - 6;
    marks.push(line([sample - 16, 5.5], [sample, 5.5], palette.ink, 0.8, [3, 2]));
  }
  marks.push(
    ...columnLabels(
      bars.map((bar) => bar.label),
      centre,
      x.step(),
      height - 5,
    ),
  );
  return { width, height, alt, marks };
}

export interface StackOptions extends ChartOptions {
  readonly columns: readonly string[];
  /** From the base line upwards; `values` has one number for each column. */
  readonly series: readonly {
    readonly name: string;
    readonly colour: string;
    readonly values: readonly number[];
  }[];
}

/** Bars made of parts. Each part is outlined; a key names those that occur, and each column carries its sum, if there is room. */
export function stackedBars(options: StackOptions): Scene {
  const { columns, series, format, width, height, alt } = options;
  const rows = columns.map((_, index) => series.map((one) => one.values[index] ?? 0));
  const sums = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
  const { plot, y, marks } = valueAxis(Math.max(0, ...sums), options, { right: 2, bottom: 16 });
  const x = scaleBand<number>()
    .domain(columns.map((_, index) => index))
    .range([plot.left, plot.right])
    .paddingInner(0.3)
    .paddingOuter(0.15);
  const layers = stack<number[], number>()
    .keys(series.map((_, index) => index))
    .value((row, key) => row[key] ?? 0)(rows);
  for (const layer of layers) {
    const colour = series[layer.key]?.colour ?? palette.accent;
    for (const [index, [low, high]] of layer.entries()) {
      if (high <= low) continue;
      marks.push(
        rect(x(index) ?? 0, y(high), x.bandwidth(), y(low) - y(high), {
          fill: colour,
          stroke: palette.white,
          width: 0.6,
        }),
      );
    }
  }
  // Again, over the white edges of the bars.
  marks.push(line([plot.left, y(0)], [plot.right, y(0)], palette.ink, 0.8));
  const centre = (index: number) => (x(index) ?? 0) + x.bandwidth() / 2;
  marks.push(
    ...sumLabels(
      sums.map((sum, index) => ({ at: centre(index), y: y(sum) - 3, sum, label: format(sum) })),
    ),
  );
  marks.push(...columnLabels(columns, centre, x.step(), height - 5));
  const present = series.filter((one) => one.values.some((value) => value > 0));
  return { width, height, alt, marks: [...marks, ...key(present, width)] };
}

/** The sums over their columns, the largest first: one that would touch another is left out. */
function sumLabels(
  labels: readonly { at: number; y: number; sum: number; label: string }[],
): Mark[] {
  const placed: (typeof labels)[number][] = [];
  const half = ({ label }: { label: string }) => textWidth(label, 7.5) / 2 + 1;
  for (const one of [...labels].sort((a, b) => b.sum - a.sum)) {
    const touches = placed.some(
      (other) =>
        Math.abs(other.at - one.at) < half(other) + half(one) && Math.abs(other.y - one.y) < 9,
    );
    if (one.sum > 0 && !touches) placed.push(one);
  }
  // In the order of the columns, as they are read out.
  return placed
    .sort((a, b) => a.at - b.at)
    .map(({ at, y, label }) =>
      text(at, y, label, { anchor: "middle", fill: palette.ink, bold: true }),
    );
}

/** Squares and names at the right end of the line that carries the unit. */
function key(series: readonly { name: string; colour: string }[], width: number): Mark[] {
  const marks: Mark[] = [];
  let right = width;
  for (const { name, colour } of [...series].reverse()) {
    right -= textWidth(name, 7.5);
    marks.push(text(right, 8, name, { fill: palette.ink }));
    right -= 11;
    marks.push(rect(right, 1.5, 7, 7, { fill: colour, stroke: palette.muted, width: 0.4 }));
    right -= 9;
  }
  return marks;
}
