/** Window sizes of the classic rescaled-range estimate. *Units*: returns. */
export const HURST_WINDOWS = [10, 20, 50] as const;

/** Returns the mean and the population standard deviation, by two passes. */
export function meanAndDeviation(values: Float64Array): { mean: number; deviation: number } {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const d = values[i]! - mean;
    squares += d * d;
  }
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/**
 * Returns the Hurst exponent by rescaled range, or null when some window size has no chunk that moved: the
 * slope of log mean(R/S) on log size over HURST_WINDOWS, with full chunks that don't overlap, oldest first, S
 * without correction.
 * *Source*: rule set `classic`; uncorrected, so that a random walk of 100 returns scores about 0.59, not 0.5.
 */
export function hurstRescaledRange(returns: Float64Array): number | null {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const size of HURST_WINDOWS) {
    let sum = 0;
    let chunks = 0;
    for (let from = 0; from + size <= returns.length; from += size) {
      const ratio = rescaledRange(returns, from, size);
      if (ratio === null) continue;
      sum += ratio;
      chunks++;
    }
    if (chunks === 0) return null;
    xs.push(Math.log(size));
    ys.push(Math.log(sum / chunks));
  }
  return slope(xs, ys);
}

/** Returns the correlation of each return with the one before, −1 to 1; null when they don't vary. */
export function lagOneAutocorrelation(returns: Float64Array): number | null {
  if (returns.length < 3) return null;
  const { mean } = meanAndDeviation(returns);
  let variance = 0;
  let covariance = 0;
  for (let i = 0; i < returns.length; i++) {
    const d = returns[i]! - mean;
    variance += d * d;
    if (i > 0) covariance += d * (returns[i - 1]! - mean);
  }
  return variance > 0 ? covariance / variance : null;
}

function rescaledRange(returns: Float64Array, from: number, size: number): number | null {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += returns[from + i]!;
  const mean = sum / size;
  let walk = 0;
  let top = 0;
  let bottom = 0;
  let squares = 0;
  for (let i = 0; i < size; i++) {
    const d = returns[from + i]! - mean;
    squares += d * d;
    walk += d;
    if (walk > top) top = walk;
    if (walk < bottom) bottom = walk;
  }
  const deviation = Math.sqrt(squares / size);
  return deviation > 0 && top > bottom ? (top - bottom) / deviation : null;
}

function slope(xs: readonly number[], ys: readonly number[]): number {
  let mx = 0;
  let my = 0;
  for (let i = 0; i < xs.length; i++) {
    mx += xs[i]! / xs.length;
    my += ys[i]! / xs.length;
  }
  let sxy = 0;
  let sxx = 0;
  for (let i = 0; i < xs.length; i++) {
    sxy += (xs[i]! - mx) * (ys[i]! - my);
    sxx += (xs[i]! - mx) ** 2;
  }
  return sxy / sxx;
}
