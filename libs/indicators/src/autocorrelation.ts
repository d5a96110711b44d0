/** Returns that the autocorrelation needs at least. */
const RETURNS_MIN = 20;

/**
 * Returns the correlation of each return with the one before, −1 to 1; null under 20 returns or when they
 * don't vary. *Shape*: oldest first.
 */
export function lagOneAutocorrelation(returns: ArrayLike<number>): number | null {
  const count = returns.length;
  if (count < RETURNS_MIN) return null;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += returns[i]!;
  const mean = sum / count;
  let before = returns[0]! - mean;
  let variance = before * before;
  let covariance = 0;
  for (let i = 1; i < count; i++) {
    const distance = returns[i]! - mean;
    variance += distance * distance;
    covariance += distance * before;
    before = distance;
  }
  return variance > 0 ? covariance / variance : null;
}
