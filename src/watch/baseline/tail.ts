/** As near to Poisson (1) as the sums below are exact. */
const leastDispersion = 1.001;

/**
 * −ln P(N ≥ n) for a negative binomial N with this mean and the variance `dispersion * mean`, the model of over-dispersed
 * counts in Noufaily et al. (Statistics in Medicine 32, 2013). What is not above the mean is no surprise: 0.
 */
export function surprise(n: number, mean: number, dispersion: number): number {
  if (n <= mean || n <= 0) return 0;
  const spread = Math.max(dispersion, leastDispersion);
  const size = mean / (spread - 1);
  const rest = 1 - 1 / spread;
  const least = Math.ceil(n);
  const first =
    lnGamma(least + size) -
    lnGamma(least + 1) -
    lnGamma(size) -
    size * Math.log(spread) +
    least * Math.log(rest);
  // Above the mean each term is smaller than the one before.
  let sum = 1;
  for (let k = least, term = 1; term > sum * 1e-12; k++) {
    term *= ((k + size) / (k + 1)) * rest;
    sum += term;
  }
  return Math.max(0, -(first + Math.log(sum)));
}

/** The least count that is a surprise of at least `atLeast`. */
export function leastSurprising(atLeast: number, mean: number, dispersion: number): number {
  let low = Math.floor(mean);
  let step = 1;
  while (surprise(low + step, mean, dispersion) < atLeast) step *= 2;
  let high = low + step;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (surprise(middle, mean, dispersion) < atLeast) low = middle;
    else high = middle;
  }
  return high;
}

/** ln Γ(x) for x > 0: Stirling's series, to ten digits from 10 on (Abramowitz & Stegun 6.1.41). */
function lnGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 10; at++) shift += Math.log(at);
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
