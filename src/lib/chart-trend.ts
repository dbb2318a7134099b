import { scalePoint } from "d3-scale";
import { area, line as lineShape } from "d3-shape";
import { columnLabels, valueAxis, type ChartOptions } from "./chart-axes.ts";
import { palette, round, text, textWidth, type Mark, type Scene } from "./chart.ts";

export interface TrendOptions extends ChartOptions {
  readonly points: readonly {
    readonly label: string;
    /** undefined: nothing is known of this point; the line is broken there. */
    readonly value: number | undefined;
    /** What was to be expected. */
    readonly band?: { readonly low: number; readonly high: number };
  }[];
  readonly bandLabel: string;
}

/** A line with its points over the band of what was expected. The last point carries its number. */
export function trendChart(options: TrendOptions): Scene {
  const { points, width, height, alt, format, bandLabel } = options;
  const highest = Math.max(0, ...points.flatMap((p) => [p.value ?? 0, p.band?.high ?? 0]));
  const last = points.findLastIndex((point) => point.value !== undefined);
  const lastLabel = format(points[last]?.value ?? 0);
  const right = Math.max(24, lastLabel.length * 5 + 10);
  const { plot, y, marks } = valueAxis(highest, options, { right, bottom: 16 });
  const x = scalePoint<number>()
    .domain(points.map((_, index) => index))
    .range([plot.left + 14, plot.right - 4]);
  const at = (index: number) => x(index) ?? 0;

  const indexed = points.map((point, index) => ({ ...point, index }));
  const band = area<(typeof indexed)[number]>()
    .defined((point) => point.band !== undefined)
    .x((point) => at(point.index))
    .y0((point) => y(point.band?.low ?? 0))
    .y1((point) => y(point.band?.high ?? 0))
    .digits(2)(indexed);
  const path = lineShape<(typeof indexed)[number]>()
    .defined((point) => point.value !== undefined)
    .x((point) => at(point.index))
    .y((point) => y(point.value ?? 0))
    .digits(2)(indexed);
  // The band lies under the grid, or it would hide the lines it is read by.
  const under: Mark[] = band
    ? [{ kind: "path", d: band, fill: palette.band, stroke: palette.pale, width: 0.5 }]
    : [];
  if (path) marks.push({ kind: "path", d: path, stroke: palette.accent, width: 1.6 });
  for (const { value, index } of indexed) {
    if (value === undefined) continue;
    const size = index === last ? 3 : 1.8;
    marks.push(dot(at(index), y(value), size));
    if (index === last) {
      marks.push(
        text(at(index) + 7, y(value) + 3, lastLabel, { size: 9, fill: palette.ink, bold: true }),
      );
    }
  }
  const firstBand = indexed.find((point) => point.band !== undefined);
  if (firstBand?.band && band) {
    const left = plot.right - textWidth(bandLabel, 7.5);
    marks.push(text(left, 8, bandLabel));
    marks.push({
      kind: "path",
      d: `M${round(left - 13)},2h9v7h-9Z`,
      fill: palette.band,
      stroke: palette.pale,
      width: 0.6,
    });
  }
  marks.push(
    ...columnLabels(
      points.map((point) => point.label),
      at,
      x.step(),
      height - 5,
    ),
  );
  return { width, height, alt, marks: [...under, ...marks] };
}

function dot(x: number, y: number, radius: number): Mark {
  const [cx, cy, r] = [round(x), round(y), radius];
  return {
    kind: "path",
    d: `M${round(cx - r)},${cy}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0Z`,
    fill: palette.accent,
    stroke: palette.white,
    width: 0.8,
  };
}
