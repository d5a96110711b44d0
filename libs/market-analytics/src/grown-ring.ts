/** Returns a ring's rows at the beginning of a larger one. */
export function turned<Ring extends Float64Array | Int32Array | Uint32Array>(
  old: Ring,
  fresh: Ring,
  from: number,
  count: number,
): Ring {
  const untilTurn = Math.min(count, old.length - from);
  fresh.set(old.subarray(from, from + untilTurn));
  fresh.set(old.subarray(0, count - untilTurn), untilTurn);
  return fresh;
}
