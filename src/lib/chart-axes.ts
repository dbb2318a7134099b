import { scaleLinear, type ScaleLinear } from "d3-scale";
import { line, palette, round, text, textWidth, type Mark } from "./chart.ts";

/** The area inside the axes. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What every chart with a value axis is asked for. */
export interface ChartOptions {
  readonly width: number;
  readonly height: number;
  /** What the value axis counts, written above it: `failed logins a week`. */
  readonly unit: string;
  readonly alt: string;
  /** Writes a value in the reader's language. */
  readonly format: (value: number) => string;
}

/** A value axis from zero to a round number at or above `max`, with its lines, its labels and its unit. */
export function valueAxis(
  max: number,
  options: ChartOptions,
  margin: { right: number; bottom: number },
): { plot: Plot; y: ScaleLinear<number, number>; marks: Mark[] } {
  const { width, height, unit, format } = options;
  const scale = scaleLinear()
    // What is smaller than any figure of ours has no ticks that numbers could tell apart.
    .domain([0, max > 1e-9 ? max : 1])
    .nice(4);
  const ticks = scale.ticks(4).filter((tick) => Number.isInteger(tick) || max < 1);
  const labelWidth = Math.max(...ticks.map((tick) => textWidth(format(tick), 7.5)));
  const plot: Plot = {
    left: round(labelWidth + 8),
    right: width - margin.right,
    top: 20,
    bottom: height - margin.bottom,
  };
  const y = scale.range([plot.bottom, plot.top]);
  const marks: Mark[] = [text(0, 8, unit)];
  for (const tick of ticks) {
    const at = y(tick);
    const stroke = tick === 0 ? palette.ink : palette.line;
    marks.push(line([plot.left, at], [plot.right, at], stroke, tick === 0 ? 0.8 : 0.4));
    marks.push(text(plot.left - 5, at + 2.6, format(tick), { anchor: "end" }));
  }
  return { plot, y, marks };
}

/** The names under the columns; only every nth where they would touch. */
export function columnLabels(
  labels: readonly string[],
  centre: (index: number) => number,
  step: number,
  baseline: number,
): Mark[] {
  const widest = Math.max(0, ...labels.map((label) => textWidth(label, 7.5))) + 6;
  const every = Math.max(1, Math.ceil(widest / step));
  return labels.flatMap((label, index) =>
    label !== "" && index % every === 0
      ? [text(centre(index), baseline, label, { anchor: "middle" })]
      : [],
  );
}
