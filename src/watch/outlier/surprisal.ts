/** Rows that a tail is fitted to: two weeks of five-minute rows, so that each hour of the week has had its say. */
export const horizonRows = 4000;

/** Share of the rows beyond a threshold. SPOT starts from a 98 % quantile: 1 % on each of two sides. */
const tailShare = 0.01;

/** The fewest peaks that give a mean excess of any use. */
const fewestPeaks = 3;

/** Rows below which not one peak is to be expected beyond a threshold. */
const fewestRows = 1 / tailShare;

/** Peaks kept of each side: more than are fitted to, for when the largest become older than the horizon. */
const keptPeaks = 2.5 * tailShare * horizonRows;

/**
 * Least mean excess, as a share of the distance between the two thresholds: where only a few values occur, all peaks
 * are the same one, and whatever is above it would be infinitely rare.
 */
const leastScale = 0.05;

/** Values this share of the thresholds' distance apart are equal: means of the same values may differ by rounding. */
const rounding = 1e-6;

/** Of n rows no tail is believed to reach further than to 1 in n to the power of this. */
const furthest = 2;

/** One measure's history. */
export interface Surprisal {
  /**
   * −ln of the two-sided tail probability of a value among the rows so far. 0 is anything between the thresholds;
   * undefined: too few rows yet.
   */
  of(value: number): number | undefined;
  learn(value: number): void;
  copy(): Surprisal;
}

interface Peak {
  value: number;
  row: number;
}

/** All that it remembers: the largest values of either side, the newest ones, and how many rows it has learned. */
interface Memory {
  upper: Peak[];
  lower: Peak[];
  fresh: number[];
  learned: number;
}

/**
 * How rarely a stream reaches a value, by peaks over threshold with an exponential tail: SPOT, Siffer et al. 2017,
 * "Anomaly detection in streams with extreme value theory" (KDD). The tail's scale is the mean excess (method of
 * moments); its peaks are those of the last `horizonRows`, so that the thresholds follow the stream. The last
 * `freshRows` are not among them yet: an anomaly that grows slowly must not pass for its own history.
 */
export function surprisal(
  freshRows: number,
  memory: Memory = { upper: [], lower: [], fresh: [], learned: 0 },
): Surprisal {
  const upper = peaks(memory.upper);
  const lower = peaks(memory.lower);
  const { fresh } = memory;
  return {
    of: (value) =>
      memory.learned < fewestRows ? undefined : rarity(value, upper, lower, memory.learned),
    learn(value) {
      const ripe = fresh.push(value) > freshRows ? fresh.shift() : undefined;
      if (ripe === undefined) return;
      memory.learned++;
      upper.keep(ripe, memory.learned);
      lower.keep(-ripe, memory.learned);
    },
    copy: () => surprisal(freshRows, structuredClone(memory)),
  };
}

type Peaks = ReturnType<typeof peaks>;

function rarity(value: number, upper: Peaks, lower: Peaks, learned: number): number {
  const rows = Math.min(learned, horizonRows);
  const count = Math.max(fewestPeaks, Math.floor(tailShare * rows));
  const spread = upper.threshold(count) + lower.threshold(count);
  return Math.max(
    upper.surprisal(value, count, rows, spread),
    lower.surprisal(-value, count, rows, spread),
  );
}

/** The largest values of the horizon, kept in ascending order. */
function peaks(kept: Peak[]) {
  const threshold = (count: number) => kept.at(-Math.min(count, kept.length))?.value ?? 0;
  return {
    threshold,
    surprisal(value: number, count: number, rows: number, spread: number): number {
      const limit = threshold(count);
      if (value - limit <= rounding * spread) return 0;
      const fitted = kept.slice(-count);
      const excess = fitted.reduce((sum, peak) => sum + (peak.value - limit), 0) / fitted.length;
      const scale = Math.max(excess, leastScale * spread);
      // A constant has no scale: whatever differs from it is as rare as can be.
      const beyond = Math.log(rows / (2 * fitted.length)) + (value - limit) / scale;
      // Where as large a value was seen before, how often that was is known, whatever the tail's form.
      const asLarge = kept.length - firstFrom(kept, value - rounding * spread);
      const known =
        asLarge > 0 ? Math.log((rows + 1) / (2 * (asLarge + 1))) : furthest * Math.log(rows);
      return Math.max(0, Math.min(known, beyond));
    },
    keep(value: number, row: number): void {
      const old = kept.findIndex((peak) => peak.row === row - horizonRows);
      if (old >= 0) kept.splice(old, 1);
      if (kept.length >= keptPeaks) {
        if (value <= (kept[0]?.value ?? 0)) return;
        kept.shift();
      }
      kept.splice(firstFrom(kept, value), 0, { value, row });
    },
  };
}

/** Index of the first peak that is not below the value. */
function firstFrom(kept: readonly { value: number }[], value: number): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((kept[middle]?.value ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
