/** The share of volume that the value area holds at most, in tenths. */
const SHARE_TENTHS = 7;

/** What volumes by price say. *Units*: prices in whole steps. */
export interface VolumeReading {
  readonly poc: number;
  /** Null: the largest row alone holds more than its share. */
  readonly area: { readonly low: number; readonly high: number } | null;
}

/**
 * Returns the price with the most volume, the lowest of equals, and the lowest and highest price of the rows
 * that together, taken from the largest on and equal ones at once, hold no more than 70 %. There is no area
 * where the largest alone holds more. *Units*: `prices` and `volumes` whole steps, of the same rows in any
 * order. *Source*: rule set `classic`.
 */
export function valueAreaByVolume(prices: Float64Array, volumes: Float64Array): VolumeReading {
  let total = 0;
  let poc = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < volumes.length; i++) {
    const volume = volumes[i]!;
    total += volume;
    if (volume < most || (volume === most && prices[i]! > poc)) continue;
    most = volume;
    poc = prices[i]!;
  }
  const least = leastInside(volumes.toSorted(), total);
  if (least === null) return { poc, area: null };
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < volumes.length; i++) {
    if (volumes[i]! < least) continue;
    low = Math.min(low, prices[i]!);
    high = Math.max(high, prices[i]!);
  }
  return { poc, area: { low, high } };
}

/** Returns the smallest volume that a row inside has, or null when there is none. */
function leastInside(ascending: Float64Array, total: number): number | null {
  let least: number | null = null;
  let held = 0;
  for (let i = ascending.length - 1; i >= 0; ) {
    const volume = ascending[i]!;
    while (i >= 0 && ascending[i] === volume) {
      held += volume;
      i--;
    }
    if (10 * held > SHARE_TENTHS * total) return least;
    least = volume;
  }
  return least;
}
