/**
 * Returns the population standard deviation of the last `count` values, or of all where there are fewer;
 * exactly 0 where they are equal, and exact before the root for whole numbers. *Shape*: oldest first; 0
 * without values.
 */
export function deviationOfLast(values: ArrayLike<number>, count: number): number {
  const used = Math.min(count, values.length);
  const from = values.length - used;
  const first = values[from]!;
  let sum = 0;
  let squares = 0;
  for (let i = from + 1; i < values.length; i++) {
    // From the first value on, so that whole numbers stay small ones and equal ones give 0.
    const d = values[i]! - first;
    sum += d;
    squares += d * d;
  }
  return used === 0 ? 0 : Math.sqrt(Math.max(0, used * squares - sum * sum)) / used;
}

/** Fewest values that a distance in deviations is taken over. */
const DISTANCE_VALUES_MIN = 20;

/**
 * Returns how far the last value stands from `center` in standard deviations of the last `count` values (of
 * all where there are fewer); null under 20 values or where they are all equal. *Shape*: oldest first.
 */
export function distanceInDeviations(
  values: ArrayLike<number>,
  count: number,
  center: number,
): number | null {
  if (values.length < DISTANCE_VALUES_MIN) return null;
  const deviation = deviationOfLast(values, count);
  return deviation > 0 ? (values[values.length - 1]! - center) / deviation : null;
}
