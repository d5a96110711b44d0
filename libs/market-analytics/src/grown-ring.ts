/** Whole numbers of steps in half the memory, for as long as all of them fit: those below 2^24 do. */
export type StepsRing = Float32Array | Float64Array;

/** Returns a ring that holds a number exactly: the same one, or a wider copy. */
export function holding(ring: StepsRing, steps: number): StepsRing {
  return Math.fround(steps) === steps || ring instanceof Float64Array ? ring : Float64Array.from(ring);
}

/** Returns an empty ring as wide as another. */
export function emptyLike(ring: StepsRing, capacity: number): StepsRing {
  return ring instanceof Float64Array ? new Float64Array(capacity) : new Float32Array(capacity);
}

/** Returns a ring's rows at the beginning of a larger one, or of one of wider numbers. */
export function turned<Ring extends StepsRing | Int32Array | Uint32Array>(
  old: StepsRing | Int32Array | Uint32Array,
  fresh: Ring,
  from: number,
  count: number,
): Ring {
  const untilTurn = Math.min(count, old.length - from);
  fresh.set(old.subarray(from, from + untilTurn));
  fresh.set(old.subarray(0, count - untilTurn), untilTurn);
  return fresh;
}
