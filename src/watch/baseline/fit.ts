/** One window of the past: what was counted in it, and what that usually goes along with. */
export interface PastWindow {
  /** Epoch milliseconds. */
  start: number;
  count: number;
  /** Events of `scale`; 0 throughout where there is none. */
  scale: number;
}

/** `mean = base + perScale * scale`, both at least 0. */
export interface Fit {
  base: number;
  perScale: number;
}

const rounds = 10;
/** Residuals beyond it count less: Noufaily et al. (Statistics in Medicine 32, 2013). */
const outlyingAt = 2.58;
/** Of the squared residuals the largest are left out: an attack in the past must not make the future look calm. */
const trimmedShare = 0.02;

/**
 * How counts follow from their scale, by quasi-Poisson regression that outliers hardly move (Farrington et al., Journal of
 * the Royal Statistical Society A 159, 1996, with the number of successful events in place of time).
 */
export function fitCounts(past: readonly PastWindow[]): Fit {
  let weights = past.map(() => 1);
  let fit = weighted(past, weights);
  for (let round = 0; round < rounds; round++) {
    const means = past.map(({ scale }) => meanOf(fit, scale, past.length));
    const spread = dispersion(past.map(({ count }, i) => [count, means[i] ?? 0]));
    weights = past.map(({ count }, i) => {
      const mean = means[i] ?? 0;
      const residual = anscombe(count, mean, spread);
      return (residual <= outlyingAt ? 1 : (outlyingAt / residual) ** 2) / mean;
    });
    fit = weighted(past, weights);
  }
  return fit;
}

/** The mean of a window; never quite 0, as if half an event had been seen in `windows` of them. */
export const meanOf = ({ base, perScale }: Fit, scale: number, windows: number) =>
  Math.max(base + perScale * scale, 0.5 / windows);

/** How many times the variance exceeds the mean: Pearson's χ² over pairs of count and mean, trimmed, at least 1. */
export function dispersion(pairs: readonly (readonly [count: number, mean: number])[]): number {
  const squares = pairs
    .map(([count, mean]) => (count - mean) ** 2 / mean)
    .sort((a, b) => a - b)
    .slice(0, Math.ceil(pairs.length * (1 - trimmedShare)));
  return Math.max(
    1,
    squares.reduce((sum, square) => sum + square, 0) / Math.max(1, squares.length),
  );
}

/** Anscombe's residual of a Poisson count, over the root of the dispersion: nearly normal also for small means. */
const anscombe = (count: number, mean: number, spread: number) =>
  (1.5 * (count ** (2 / 3) - mean ** (2 / 3))) / (mean ** (1 / 6) * Math.sqrt(spread));

/** Least squares with weights; a line that would fall, or begin below 0, gives way to the best one that does not. */
function weighted(past: readonly PastWindow[], weights: readonly number[]): Fit {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const [i, { scale, count }] of past.entries()) {
    const weight = weights[i] ?? 0;
    w += weight;
    wx += weight * scale;
    wy += weight * count;
    wxx += weight * scale * scale;
    wxy += weight * scale * count;
  }
  const spread = w * wxx - wx * wx;
  const perScale = spread > 1e-9 * w * wxx ? (w * wxy - wx * wy) / spread : 0;
  if (perScale <= 0) return { base: w > 0 ? wy / w : 0, perScale: 0 };
  const base = (wy - perScale * wx) / w;
  return base >= 0 ? { base, perScale } : { base: 0, perScale: wxy / wxx };
}
