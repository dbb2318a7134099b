/** The share of the past whose surprises say how thick the tail really is. */
const tailShare = 0.05;

/**
 * The surprise that a window reaches by chance with a probability of `chance`, by peaks over threshold (Siffer et al.,
 * KDD 2017) with an exponential tail: surprises are −ln p, so of a true model they are exponential with mean 1. Excesses
 * are measured by their median, which an attack in the past does not move. Never less than the model itself asks for.
 */
export function surpriseLimit(surprises: readonly number[], chance: number): number {
  const nominal = -Math.log(chance);
  const sorted = [...surprises].sort((a, b) => b - a);
  const peaks = sorted.slice(0, Math.ceil(sorted.length * tailShare));
  const threshold = peaks.at(-1);
  const middle = peaks[Math.floor(peaks.length / 2)];
  if (threshold === undefined || middle === undefined) return nominal;
  const scale = Math.max(1, (middle - threshold) / Math.LN2);
  const limit = threshold + scale * Math.log(tailShare / chance);
  return Math.max(nominal, limit);
}
