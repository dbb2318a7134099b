/** What one window of the past held, what was to be expected in it, and where in the season it stood. */
export interface SeasonalWindow {
  count: number;
  mean: number;
  /** Number of its place in the season, and of the season (day or week) itself. */
  place: number;
  cycle: number;
}

/**
 * A factor of a share of them that is left out at either end: of six Thursdays the one with an attack and the one with
 * an outage.
 */
const trimmedShare = 0.15;

/** How far seasons are believed to reach before they are seen: the standard deviation of the factor round 1. */
export interface Belief {
  variance: number;
  dispersion: number;
}

/**
 * By place in the season the factor by which counts exceed their means: of the place and its two neighbours, trimmed over
 * the cycles, and drawn towards 1 as far as little was seen (the posterior mean of a gamma prior).
 */
export function seasonalFactors(
  windows: readonly SeasonalWindow[],
  places: number,
  { variance, dispersion }: Belief,
): (place: number) => number {
  const sums = Array.from(
    { length: places },
    () => new Map<number, { count: number; mean: number }>(),
  );
  for (const { count, mean, place, cycle } of windows) {
    for (const near of [place - 1, place, place + 1]) {
      const cycles = sums[(near + places) % places];
      if (!cycles) continue;
      const sum = cycles.get(cycle) ?? { count: 0, mean: 0 };
      cycles.set(cycle, { count: sum.count + count, mean: sum.mean + mean });
    }
  }
  const prior = dispersion / variance;
  const factors = sums.map((cycles) => {
    const kept = trimmed([...cycles.values()]);
    const total = (key: "count" | "mean") => kept.reduce((sum, one) => sum + one[key], 0);
    return (prior + total("count")) / (prior + total("mean"));
  });
  return (place) => factors[place] ?? 1;
}

/** Without the cycles whose counts exceed their means most and least; of fewer than four none can be spared. */
function trimmed(cycles: { count: number; mean: number }[]): { count: number; mean: number }[] {
  const cut = cycles.length < 4 ? 0 : Math.max(1, Math.floor(cycles.length * trimmedShare));
  return cycles.sort((a, b) => a.count / a.mean - b.count / b.mean).slice(cut, cycles.length - cut);
}
