const LOGS = 1_024;
const logged = new Float64Array(LOGS);
const logs = new Float64Array(LOGS).fill(Number.NEGATIVE_INFINITY);
const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);

/** Returns the natural logarithm: price goes to and fro over the same few steps. */
export function knownLog(value: number): number {
  asDouble[0] = value;
  const place = Math.imul(asWords[0]! ^ asWords[1]!, 0x9e3779b1) >>> 22;
  if (logged[place] !== value) {
    logged[place] = value;
    logs[place] = Math.log(value);
  }
  return logs[place]!;
}
