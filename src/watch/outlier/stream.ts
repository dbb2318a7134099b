import { median } from "./median.ts";
import { season, type Season } from "./season.ts";
import { surprisal, type Surprisal } from "./surprisal.ts";

/** Rows of the short run whose mean is judged: an hour of five-minute rows. */
const shortRun = 12;

/** Rows just before, whose median a jump is measured from: the fewest of which one may be an outlier itself. */
const justBefore = 3;

/** The first day is only learned: a daily rise is news until one has been seen. */
const learningMs = 86_400_000;

/** Rows in which a score must surpass all others: longer than a level shift takes to fill the tails' 1 % of 4000. */
const refractoryRows = 60;

/** By how much, in decades: while an anomaly goes on, rows about as rare as the rarest are nothing new. */
const surpassing = 1.2;

/** As many of the four views. So the p-values come closest to how often they are reached, on noise as on NAB. */
const independentViews = 2;

/** Beyond it, differences and sums of values would overflow. */
const largest = 1e300;

/** Judges one series, row by row. Times are epoch milliseconds; of the wall clock, if that is what the season follows. */
export interface StreamDetector {
  /** What is usual at this time; undefined while that is not known. */
  usual(at: number): number | undefined;
  /**
   * How rare a value is beside what has been learned, in decades: d where so extreme a value has a probability of
   * 10^−d. 0 of what is no number, and as long as too little is known.
   */
  rarity(at: number, value: number): number;
  /** Takes a value for part of the history; NaN and infinite ones are not. */
  learn(at: number, value: number): void;
  /**
   * Anomaly score of a value, from it and what came before it only; then learns it. d / (1 + d) for a rarity of d, so 0.5
   * for one in ten, 0.75 for one in a thousand; 0 where it is not clearly rarer than the rows just before.
   */
  next(at: number, value: number): number;
  /** Another detector that has learned the same so far. */
  copy(): StreamDetector;
}

/** All that it remembers. */
interface Memory {
  views: Record<"value" | "jump" | "run" | "residual", Surprisal>;
  seasonal: Season;
  before: number[];
  run: number[];
  residuals: number[];
  recent: number[];
  origin?: { at: number; value: number };
}

/**
 * An anomaly detector for a stream of a continuous measure with a row every so often, from one a minute to one a day.
 * Four views of each row are held against their own history by peaks over threshold: the value; its jump from the rows
 * just before; the mean of a short run; and the mean of what the run differs by from the usual of this hour of day or
 * week. A long anomaly scores once: a row not clearly rarer than those before it scores 0, as for a while after a
 * detection of KNN-CAD (Burnaev & Ishimtsev 2016, arXiv:1608.04585).
 */
export function streamDetector(memory: Memory = nothing()): StreamDetector {
  const { views, seasonal } = memory;
  const before = lastOf(justBefore, memory.before);
  const run = lastOf(shortRun, memory.run);
  const residuals = lastOf(shortRun, memory.residuals);
  const recent = lastOf(refractoryRows, memory.recent);

  /** Counted from the first value, the same series at another level is the same but for rounding. */
  const fromOrigin = (measured: number) => clipped(measured) - (memory.origin?.value ?? 0);

  const look = (at: number, value: number) => {
    const level = median(before.values);
    const usual = seasonal.usual(at);
    const residual = usual === undefined ? undefined : value - usual;
    return {
      residual,
      value,
      jump: level === undefined ? undefined : value - level,
      run: mean(run.with(value)),
      residualRun: residual === undefined ? undefined : mean(residuals.with(residual)),
    };
  };

  const rarity = (at: number, measured: number) => {
    if (!Number.isFinite(measured) || !memory.origin) return 0;
    const seen = look(at, fromOrigin(measured));
    return combined([
      views.value.of(seen.value),
      seen.jump === undefined ? undefined : views.jump.of(seen.jump),
      views.run.of(seen.run),
      seen.residualRun === undefined ? undefined : views.residual.of(seen.residualRun),
    ]);
  };

  const learn = (at: number, measured: number) => {
    if (!Number.isFinite(measured)) return;
    memory.origin ??= { at, value: clipped(measured) };
    const value = fromOrigin(measured);
    const seen = look(at, value);
    views.value.learn(value);
    if (seen.jump !== undefined) views.jump.learn(seen.jump);
    views.run.learn(seen.run);
    if (seen.residualRun !== undefined) views.residual.learn(seen.residualRun);
    before.push(value);
    run.push(value);
    if (seen.residual !== undefined) residuals.push(seen.residual);
    seasonal.learn(at, value);
  };

  return {
    usual(at) {
      const usual = seasonal.usual(at) ?? median(run.values);
      return usual === undefined || !memory.origin ? undefined : usual + memory.origin.value;
    },
    rarity,
    learn,
    next(at, measured) {
      if (!Number.isFinite(measured)) return 0;
      const decades = rarity(at, measured);
      learn(at, measured);
      const surpassed = Math.max(0, ...recent.values);
      recent.push(decades);
      const learning = at - (memory.origin?.at ?? at) < learningMs;
      return learning || decades <= surpassing * surpassed ? 0 : decades / (1 + decades);
    },
    copy() {
      const { value, jump, run: runs, residual } = views;
      return streamDetector({
        views: {
          value: value.copy(),
          jump: jump.copy(),
          run: runs.copy(),
          residual: residual.copy(),
        },
        seasonal: seasonal.copy(),
        before: [...memory.before],
        run: [...memory.run],
        residuals: [...memory.residuals],
        recent: [...memory.recent],
        ...(memory.origin ? { origin: memory.origin } : {}),
      });
    },
  };
}

/**
 * One p-value of several that depend on one another, as −log10, from their −ln: Fisher's method (1932) with fewer
 * degrees of freedom, Brown 1975, "A method for combining non-independent, one-sided tests of significance",
 * Biometrics 31: −2 ln p is χ² with 2 × `independentViews` = 4, whose upper tail is (1 + s) exp(−s).
 */
function combined(surprisals: readonly (number | undefined)[]): number {
  const known = surprisals.filter((one) => one !== undefined);
  if (known.length === 0) return 0;
  const sum = independentViews * mean(known);
  return (sum - Math.log1p(sum)) / Math.LN10;
}

const nothing = (): Memory => ({
  views: {
    value: surprisal(shortRun),
    jump: surprisal(shortRun),
    run: surprisal(shortRun),
    residual: surprisal(shortRun),
  },
  seasonal: season(),
  before: [],
  run: [],
  residuals: [],
  recent: [],
});

/** The last so many numbers, oldest first, kept in `values`. */
function lastOf(count: number, values: number[]) {
  return {
    values: values as readonly number[],
    /** What they would be with one more. */
    with: (value: number) => [...values, value].slice(-count),
    push(value: number) {
      if (values.push(value) > count) values.shift();
    },
  };
}

const clipped = (value: number) => Math.min(largest, Math.max(-largest, value));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
