/** One series as a detector judged it: a score for each row, and the labelled windows as rows, both ends included. */
export interface JudgedSeries {
  scores: readonly number[];
  windows: readonly { from: number; to: number }[];
}

/** What a detection, a false alarm and a missed window count for. */
interface Costs {
  tp: number;
  fp: number;
  fn: number;
}

/** NAB's application profiles: Lavin & Ahmad 2015, arXiv:1510.03336, table I. */
const profiles = {
  standard: { tp: 1, fp: 0.11, fn: 1 },
  reward_low_FP_rate: { tp: 1, fp: 0.22, fn: 1 },
  reward_low_FN_rate: { tp: 1, fp: 0.11, fn: 2 },
} satisfies Record<string, Costs>;

/**
 * From 0 (no better than no report at all) to 100 (every window reported at its first row, no false alarm). The counts and the threshold are the standard profile's; snake_case, as they are printed.
 */
export interface NabScore {
  standard: number;
  reward_low_FP_rate: number;
  reward_low_FN_rate: number;
  windows: number;
  detected: number;
  false_positives: number;
  threshold: number;
}

/**
 * The score of the Numenta Anomaly Benchmark over all series together, at the one threshold that is best for each
 * profile: Lavin & Ahmad 2015, arXiv:1510.03336, sections III-B and III-C.
 */
export function nabScore(series: readonly JudgedSeries[]): NabScore {
  const standard = bestTotal(series, profiles.standard);
  const low = (costs: Costs) => normalised(bestTotal(series, costs).total, standard.windows, costs);
  const { windows, detected, falsePositives, threshold } = standard;
  return {
    standard: normalised(standard.total, windows, profiles.standard),
    reward_low_FP_rate: low(profiles.reward_low_FP_rate),
    reward_low_FN_rate: low(profiles.reward_low_FN_rate),
    windows,
    detected,
    false_positives: falsePositives,
    threshold,
  };
}

/** 0 is the detector that never reports, 100 the perfect one; equation 3 of the paper. */
function normalised(total: number, windows: number, { tp, fn }: Costs): number {
  if (windows === 0) return NaN;
  return Number(((100 * (total + windows * fn)) / (windows * (tp + fn))).toFixed(2));
}

/** What changes when the threshold falls to `score`. */
interface Step {
  score: number;
  gain: number;
  detects: boolean;
  falsely: boolean;
}

/** Lowers the threshold score by score and keeps the best total; rows of one score are reported together. */
function bestTotal(series: readonly JudgedSeries[], costs: Costs) {
  const steps = series.flatMap((one) => stepsOf(one, costs)).sort((a, b) => b.score - a.score);
  const windows = series.reduce((sum, one) => sum + one.windows.length, 0);
  const now = { total: -windows * costs.fn, detected: 0, falsePositives: 0, threshold: Infinity };
  let best = { ...now };
  for (const [i, { score, gain, detects, falsely }] of steps.entries()) {
    now.total += gain;
    now.threshold = score;
    if (detects) now.detected++;
    if (falsely) now.falsePositives++;
    if (steps[i + 1]?.score !== score && now.total > best.total) best = { ...now };
  }
  return { ...best, windows };
}

/** A series' rows behind its probation that would change the total, each with what it adds. */
function stepsOf({ scores, windows }: JudgedSeries, costs: Costs): Step[] {
  const probation = Math.min(Math.floor(0.15 * scores.length), 750);
  const steps: Step[] = [];
  let row = probation;
  let before: { from: number; to: number } | undefined;
  const falseAlarms = (end: number) => {
    for (; row < end; row++) {
      const gain = costs.fp * (before ? worth(behind(row, before)) : -1);
      steps.push({ score: scores[row] ?? 0, gain, detects: false, falsely: true });
    }
  };
  for (const window of windows) {
    falseAlarms(window.from);
    steps.push(...detections(scores, window, row, costs));
    row = Math.max(row, window.to + 1);
    before = window;
  }
  falseAlarms(scores.length);
  return steps;
}

/** Only a window's earliest reported row counts: its rows, by score, that are earlier than all of a higher score. */
function detections(
  scores: readonly number[],
  { from, to }: { from: number; to: number },
  first: number,
  costs: Costs,
): Step[] {
  const rows = scores
    .slice(Math.max(first, from), to + 1)
    .map((score, i) => ({ score, row: Math.max(first, from) + i }))
    .sort((a, b) => b.score - a.score || a.row - b.row);
  const steps: Step[] = [];
  let held = -costs.fn;
  for (const { score, row } of rows) {
    const value = (costs.tp * worth(-(to - row + 1) / (to - from + 1))) / worth(-1);
    if (value <= held) continue;
    steps.push({ score, gain: value - held, detects: steps.length === 0, falsely: false });
    held = value;
  }
  return steps;
}

/** How far a row lies behind a window, in the window's lengths. */
const behind = (row: number, { from, to }: { from: number; to: number }): number =>
  (row - to) / Math.max(1, to - from);

/** Worth of a report at y: −1 is a window's first row, 0 its end; beyond 3 lengths behind it is plainly false. Equation 1. */
const worth = (y: number): number => (y > 3 ? -1 : 2 / (1 + Math.exp(5 * y)) - 1);
