/** A variance ratio, and how sure it is. `z` beyond ±1.65 tells a trend, or a return to the mean, at 5 %. */
export interface VarianceRatio {
  readonly ratio: number;
  readonly z: number;
}

/** Room for the squares of one call: to make it costs more than to fill it. */
let room = new Float64Array(256);

/**
 * Returns the variance of `horizon`-bar returns ÷ `horizon` × that of one-bar returns: above 1 where moves
 * go on, below 1 where they come back, with Lo and MacKinlay's z that also holds while volatility changes.
 * Null where prices don't vary or returns are fewer than 4 horizons. *Shape*: logarithmic returns, oldest
 * first.
 * *Source*: Lo and MacKinlay 1988; reference analytics §6.3.
 */
export function varianceRatio(returns: ArrayLike<number>, horizon: number): VarianceRatio | null {
  const n = returns.length;
  if (n < 4 * horizon) return null;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += returns[i]!;
  const mean = sum / n;
  if (room.length < n) room = new Float64Array(n);
  const squares = room;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const distance = returns[i]! - mean;
    squares[i] = distance * distance;
    total += squares[i]!;
  }
  if (!(total > 0)) return null;
  // The sum of `horizon` distances in a row, moved on one by one.
  let window = 0;
  let long = 0;
  for (let i = 0; i < n; i++) {
    window += returns[i]! - mean - (i < horizon ? 0 : returns[i - horizon]! - mean);
    if (i >= horizon - 1) long += window * window;
  }
  const degrees = horizon * (n - horizon + 1) * (1 - horizon / n);
  const ratio = long / degrees / (total / (n - 1));
  let theta = 0;
  for (let lag = 1; lag < horizon; lag++) {
    let products = 0;
    for (let i = lag; i < n; i++) products += squares[i]! * squares[i - lag]!;
    theta += ((2 * (horizon - lag)) / horizon) ** 2 * (products / (total * total));
  }
  return theta > 0 ? { ratio, z: (ratio - 1) / Math.sqrt(theta) } : null;
}
