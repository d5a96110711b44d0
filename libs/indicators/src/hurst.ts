/** Window sizes of the rescaled-range estimate. *Units*: returns. */
export const HURST_LAGS = [10, 20, 50] as const;
/** Prices that are looked at, and the fewest that say anything. */
export const HURST_PRICES = 100;
const HURST_PRICES_MIN = 20;
/** What stands where nothing can be said: a walk without memory. */
const NO_MEMORY = 0.5;

/**
 * Returns the Hurst exponent of the last 100 prices by rescaled range, 0–1; 0.5 under 20 prices and where
 * fewer than two lags have a value. *Shape*: prices above 0, oldest first.
 */
export function hurst(prices: ArrayLike<number>): number {
  const count = Math.min(prices.length, HURST_PRICES);
  const from = prices.length - count;
  const returns = new Float64Array(Math.max(0, count - 1));
  for (let i = 0; i < returns.length; i++)
    returns[i] = Math.log(prices[from + i + 1]!) - Math.log(prices[from + i]!);
  return hurstOfReturns(returns);
}

/**
 * Returns the same of the logarithmic returns between those prices. For each lag the returns are cut into
 * chunks from the oldest on, the last of which may be shorter; R ÷ S is the spread of a chunk's summed
 * distances from its mean ÷ their deviation, and the exponent is the slope of log mean(R ÷ S) on log lag.
 * Chunks of one return, or that don't move, are left out. *Shape*: at most 99, oldest first.
 * *Source*: rule set `classic`; a random walk scores about 0.59 with it, not 0.5.
 */
export function hurstOfReturns(returns: ArrayLike<number>): number {
  if (returns.length < HURST_PRICES_MIN - 1) return NO_MEMORY;
  let points = 0;
  let [sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0];
  for (const lag of HURST_LAGS) {
    const ratio = returns.length < lag ? null : meanRescaledRange(returns, lag);
    if (ratio === null) continue;
    const [x, y] = [Math.log(lag), Math.log(ratio)];
    points++;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  }
  if (points < 2) return NO_MEMORY;
  const slope = (points * sumXY - sumX * sumY) / (points * sumXX - sumX * sumX);
  return Math.min(1, Math.max(0, slope));
}

function meanRescaledRange(returns: ArrayLike<number>, lag: number): number | null {
  let sum = 0;
  let chunks = 0;
  for (let from = 0; from + 1 < returns.length; from += lag) {
    const ratio = rescaledRange(returns, from, Math.min(from + lag, returns.length));
    if (ratio === null) continue;
    sum += ratio;
    chunks++;
  }
  return chunks === 0 ? null : sum / chunks;
}

function rescaledRange(returns: ArrayLike<number>, from: number, to: number): number | null {
  const count = to - from;
  let sum = 0;
  for (let i = from; i < to; i++) sum += returns[i]!;
  const mean = sum / count;
  let walk = 0;
  let top = Number.NEGATIVE_INFINITY;
  let bottom = Number.POSITIVE_INFINITY;
  let squares = 0;
  for (let i = from; i < to; i++) {
    const distance = returns[i]! - mean;
    squares += distance * distance;
    walk += distance;
    if (walk > top) top = walk;
    if (walk < bottom) bottom = walk;
  }
  return squares > 0 ? (top - bottom) / Math.sqrt(squares / count) : null;
}
