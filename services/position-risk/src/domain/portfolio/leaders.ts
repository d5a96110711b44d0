import { type Direction, signOf } from '@algo/model';

/** Where a leader's move is one to leave by. *Units*: `move` a share of price. */
export interface LeaderLevels {
  readonly move: number;
  readonly correlation: number;
}

/**
 * Says whether a position is to be left because a leader has moved against it. *Units*: `change` a share of
 * the leader's price. *Shape*: both edges count; without a known correlation nothing follows. A short is
 * left when the leader rises. *Source*: spec 6; table leader_exit of the owner's oracle, which is of longs.
 */
export function isLeaderExit(
  direction: Direction,
  change: number,
  correlation: number | null,
  levels: LeaderLevels,
): boolean {
  if (correlation === null) return false;
  return signOf(direction) * change <= -levels.move && correlation >= levels.correlation;
}

/**
 * Returns Pearson's correlation of the log returns of two lists of prices at the same times; null for less
 * than two returns, or where one never moved.
 */
export function correlationOf(a: readonly number[], b: readonly number[]): number | null {
  const [x, y] = [returnsOf(a), returnsOf(b)];
  if (x.length < 2 || x.length !== y.length) return null;
  const [meanX, meanY] = [meanOf(x), meanOf(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    const [dx, dy] = [value - meanX, y[i]! - meanY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

function returnsOf(prices: readonly number[]): number[] {
  return prices.slice(1).map((price, i) => Math.log(price / prices[i]!));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
