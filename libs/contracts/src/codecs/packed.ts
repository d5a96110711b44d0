import { Refused } from '../contract-error.ts';

// The packed columns of a TradeBatch, read and written in one pass between typed arrays and the wire's bytes.
// protobufjs would go through a Long for every 64-bit number and an element at a time for doubles.

const BYTES_PER_DOUBLE = 8;
/** A varint of a whole number below 2^53 has at most eight groups of seven bits. */
export const VARINT_MAX = 8;

/** Writes a whole number of 0 to 2^53 − 1 as a varint; returns the place behind it. */
function putVarint(into: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest > 0x7fffffff) {
    into[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  let low = rest;
  while (low > 127) {
    into[at++] = (low & 127) | 128;
    low >>>= 7;
  }
  into[at++] = low;
  return at;
}

/** Writes the column `values` as differences that are never negative; returns the place behind the last. */
export function putRises(into: Uint8Array, values: Float64Array): number {
  let at = 0;
  let before = values[0] ?? 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    const rise = value - before;
    if (!(rise >= 0)) throw new Refused(`[${row}]`, value, 'earlier than the row before');
    if (rise < 128) into[at++] = rise;
    else at = putVarint(into, at, rise);
    before = value;
  }
  return at;
}

/** Writes the column `values` as differences of either sign, zigzag; returns the place behind the last. */
export function putSteps(into: Uint8Array, values: Float64Array): number {
  let at = 0;
  let before = values[0] ?? 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    const step = value - before;
    // Zigzag: 2m for m ≥ 0, 2m + 1 for −(m + 1); split by hand because 2m may not fit a double.
    const sign = step < 0 ? 1 : 0;
    const size = sign === 1 ? -step - 1 : step;
    if (size < 64) into[at++] = size * 2 + sign;
    else {
      into[at++] = (size % 64) * 2 + sign + 128;
      at = putVarint(into, at, Math.floor(size / 64));
    }
    before = value;
  }
  return at;
}

/** Refuses a column that didn't end with its last row. */
function refuseRest(bytes: Uint8Array, end: number, rows: number): void {
  if (end === bytes.length) return;
  let held = 0;
  for (const byte of bytes) if (byte < 128) held++;
  if (held !== rows) throw new Refused('', `${held} rows`, `price has ${rows}`);
  throw new Refused('', '', 'cut off in the middle of a number');
}

/**
 * Returns the column that rises of `rows` rows spell, from `base` on.
 * A read behind the end gives undefined, which counts as 0 and ends a number, so the loop stops and `refuseRest` tells.
 */
export function takeRises(bytes: Uint8Array, rows: number, base: number): Float64Array {
  const values = new Float64Array(rows);
  let at = 0;
  let value = base;
  for (let row = 0; row < rows; row++) {
    let byte = bytes[at++]!;
    value += byte & 127;
    for (let weight = 128; byte > 127; weight *= 128) {
      byte = bytes[at++]!;
      value += (byte & 127) * weight;
    }
    values[row] = value;
  }
  refuseRest(bytes, at, rows);
  // It never falls, so the last row is the largest, and exact sums stay exact below 2^53.
  if (!(value <= Number.MAX_SAFE_INTEGER)) throw new Refused(`[${rows - 1}]`, value, 'above 2^53 − 1');
  return values;
}

/** Returns the column that zigzag steps of `rows` rows spell, from `base` on. Reads behind the end as `takeRises` does. */
export function takeSteps(bytes: Uint8Array, rows: number, base: number): Float64Array {
  const values = new Float64Array(rows);
  let at = 0;
  let value = base;
  for (let row = 0; row < rows; row++) {
    let byte = bytes[at++]!;
    const negative = (byte & 1) === 1;
    let size = (byte & 127) >> 1;
    for (let weight = 64; byte > 127; weight *= 128) {
      byte = bytes[at++]!;
      size += (byte & 127) * weight;
    }
    value = negative ? value - size - 1 : value + size;
    // Refused at once: what came back into range later might have lost digits on the way.
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER))
      throw new Refused(`[${row}]`, value, 'outside 0 to 2^53 − 1');
    values[row] = value;
  }
  refuseRest(bytes, at, rows);
  return values;
}

if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1)
  throw new Error('This machine is big-endian; the columns of trade batches are copied as little-endian.');

/** Refuses a column of whole numbers that a double doesn't hold exactly. */
export function refuseUnsafe(values: Float64Array): void {
  for (let row = 0; row < values.length; row++)
    if (!Number.isSafeInteger(values[row]!) || values[row]! < 0)
      throw new Refused(`[${row}]`, values[row], 'not a whole number from 0 to 2^53 − 1');
}

/** Refuses a column that holds NaN or an infinity. */
export function refuseInfinite(values: Float64Array): void {
  for (let row = 0; row < values.length; row++)
    if (!Number.isFinite(values[row]!)) throw new Refused(`[${row}]`, values[row], 'not a finite number');
}

/** Returns the bytes of a column of doubles as the wire has them: no copy, this machine is little-endian. */
export function doubleBytes(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Returns the column of doubles that the bytes hold, copied, because they needn't be aligned. */
export function takeDoubles(bytes: Uint8Array): Float64Array {
  if (bytes.length % BYTES_PER_DOUBLE !== 0) throw new Refused('', '', 'cut off in the middle of a number');
  const values = new Float64Array(bytes.length / BYTES_PER_DOUBLE);
  doubleBytes(values).set(bytes);
  refuseInfinite(values);
  return values;
}

/** Returns one bit for each row: 1 where the taker bought. */
export function putSides(sides: Uint8Array): Uint8Array {
  const bits = new Uint8Array((sides.length + 7) >>> 3);
  for (let row = 0; row < sides.length; row++) {
    const side = sides[row]!;
    if (side > 1) throw new Refused(`[${row}]`, side, 'neither BUY nor SELL');
    bits[row >>> 3]! |= side << (row & 7);
  }
  return bits;
}

/** Returns the side column of `rows` rows. */
export function takeSides(bits: Uint8Array, rows: number): Uint8Array {
  if (bits.length !== (rows + 7) >>> 3)
    throw new Refused('', `${bits.length} bytes`, `price has ${rows} rows`);
  if ((rows & 7) !== 0 && bits[bits.length - 1]! >>> (rows & 7) !== 0)
    throw new Refused('', '', 'bits set behind the last row');
  const sides = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) sides[row] = (bits[row >>> 3]! >>> (row & 7)) & 1;
  return sides;
}
