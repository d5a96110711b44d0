import type { ProfileShape } from '../rows.ts';

/**
 * Rows that the shape is looked for in at most; a finer profile is made coarser first, which bounds the work.
 */
const MAX_SHAPE_ROWS = 128;

/** Returns the sums of each `group` rows. */
function coarser(rows: ArrayLike<number>, group: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < rows.length; i += group) out.push(sumOf(rows, i, Math.min(i + group, rows.length)));
  return out;
}

/** Returns the rows smoothed by a Gaussian of 3 % of their number (at least one row) standard deviation. */
function smoothed(rows: ArrayLike<number>): number[] {
  const width = Math.max(1, 0.03 * rows.length);
  const reach = Math.ceil(3 * width);
  const kernel = Array.from({ length: reach + 1 }, (_, d) => Math.exp(-(d * d) / (2 * width * width)));
  const out: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    let sum = 0;
    let weights = 0;
    for (let j = Math.max(0, i - reach); j <= Math.min(rows.length - 1, i + reach); j++) {
      const weight = kernel[Math.abs(i - j)]!;
      sum += weight * rows[j]!;
      weights += weight;
    }
    out.push(sum / weights);
  }
  return out;
}

function sumOf(rows: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += rows[i]!;
  return sum;
}

/**
 * Whether two peaks, each at least 35 % of the highest, stand
 * a quarter of the range apart with a deep valley between.
 */
function isDouble(rows: ArrayLike<number>, smooth: readonly number[], total: number): boolean {
  const n = smooth.length;
  const top = Math.max(...smooth);
  const peaks: number[] = [];
  for (let i = 0; i < n; i++) {
    const value = smooth[i]!;
    if (value >= 0.35 * top && value >= (smooth[i - 1] ?? 0) && value > (smooth[i + 1] ?? 0)) peaks.push(i);
  }
  for (let a = 0; a < peaks.length; a++) {
    for (let b = a + 1; b < peaks.length; b++) {
      const i = peaks[a]!;
      const j = peaks[b]!;
      if (j - i < 0.25 * n) continue;
      let valley = i;
      for (let k = i; k <= j; k++) if (smooth[k]! < smooth[valley]!) valley = k;
      if (smooth[valley]! > 0.5 * Math.min(smooth[i]!, smooth[j]!)) continue;
      const below = sumOf(rows, 0, valley);
      if (below >= 0.25 * total && total - below >= 0.25 * total) return true;
    }
  }
  return false;
}

/**
 * Returns the shape of a profile of at least one row. *Source*:
 * reference analytics §1.6, tests in its order B, T, P, b, D, else U.
 * *Shape*: `areaRows` is the number of rows in the value area.
 */
export function profileShape(profile: ArrayLike<number>, areaRows: number): ProfileShape {
  const group = Math.ceil(profile.length / MAX_SHAPE_ROWS);
  const rows = coarser(profile, group);
  const n = rows.length;
  const total = sumOf(rows, 0, n);
  const smooth = smoothed(rows);
  if (isDouble(rows, smooth, total)) return 'B';
  const top = Math.max(...smooth);
  if (areaRows / group >= 0.62 * n && top <= (2.2 * total) / n) return 'T';
  const peak = smooth.indexOf(top);
  const third = Math.floor(n / 3);
  const lower = sumOf(rows, 0, third) / total;
  const upper = sumOf(rows, n - third, n) / total;
  if (peak >= 0.6 * n && upper >= 0.45 && lower <= 0.25) return 'P';
  if (peak <= 0.4 * n && lower >= 0.45 && upper <= 0.25) return 'b';
  return peak >= 0.3 * n && peak <= 0.7 * n ? 'D' : 'U';
}
