/** The share of volume that the value area holds. */
export const VALUE_AREA_SHARE = 0.7;

/**
 * Returns the row with the most volume; of equals the one nearest the middle of the range, then the one on
 * the side of the middle with more volume, then the lower. *Source*: reference analytics §1.2.
 */
export function pointOfControl(rows: ArrayLike<number>): number {
  const middle = (rows.length - 1) / 2;
  let below = 0;
  let above = 0;
  for (let i = 0; i < rows.length; i++) {
    if (i < middle) below += rows[i]!;
    else if (i > middle) above += rows[i]!;
  }
  let best = 0;
  for (let i = 1; i < rows.length; i++) {
    if (rows[i]! < rows[best]!) continue;
    if (rows[i]! > rows[best]!) {
      best = i;
      continue;
    }
    const nearer = Math.abs(i - middle) - Math.abs(best - middle);
    if (nearer < 0 || (nearer === 0 && above > below)) best = i;
  }
  return best;
}

/**
 * Returns the first and last row of the value area: from the POC outwards by pairs of rows, the heavier pair
 * first, upwards on a tie, until it holds 70 %. *Source*: the two-row expansion of the CBOT, reference
 * analytics §1.3.
 */
export function valueArea(rows: ArrayLike<number>, poc: number): { low: number; high: number } {
  let total = 0;
  for (let i = 0; i < rows.length; i++) total += rows[i]!;
  const last = rows.length - 1;
  let low = poc;
  let high = poc;
  let held = rows[poc]!;
  while (held < VALUE_AREA_SHARE * total && (low > 0 || high < last)) {
    const up = high < last ? rows[high + 1]! + (rows[high + 2] ?? 0) : -1;
    const down = low > 0 ? rows[low - 1]! + (rows[low - 2] ?? 0) : -1;
    if (up >= down) {
      held += up;
      high = Math.min(high + 2, last);
    } else {
      held += down;
      low = Math.max(low - 2, 0);
    }
  }
  return { low, high };
}

/** Returns the volume of the highest other peak ÷ the POC's volume; 0 when there is no other peak. */
export function runnerUp(rows: ArrayLike<number>, poc: number): number {
  let best = 0;
  for (let i = 0; i < rows.length; i++) {
    if (Math.abs(i - poc) < 2) continue;
    const volume = rows[i]!;
    if (volume > best && volume >= (rows[i - 1] ?? 0) && volume >= (rows[i + 1] ?? 0)) best = volume;
  }
  return best / rows[poc]!;
}
