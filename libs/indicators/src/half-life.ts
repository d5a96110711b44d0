/**
 * Returns how many bars a distance from the mean takes to halve: each value is regressed on the one before,
 * and the slope is put right for short samples. Null where it does not come back at all, values don't vary,
 * or they are fewer than 20. *Units*: bars. *Shape*: oldest first.
 * *Source*: Ornstein–Uhlenbeck in bars, Kendall's correction; reference analytics §6.5.
 */
export function reversionHalfLife(values: ArrayLike<number>): number | null {
  const n = values.length - 1;
  if (n < 19) return null;
  let meanBefore = 0;
  let meanNow = 0;
  for (let i = 0; i < n; i++) {
    meanBefore += values[i]! / n;
    meanNow += values[i + 1]! / n;
  }
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < n; i++) {
    const before = values[i]! - meanBefore;
    variance += before * before;
    covariance += before * (values[i + 1]! - meanNow);
  }
  if (!(variance > 0)) return null;
  const slope = covariance / variance;
  const corrected = slope + (1 + 3 * slope) / n;
  return corrected > 0 && corrected < 1 ? Math.log(0.5) / Math.log(corrected) : null;
}
