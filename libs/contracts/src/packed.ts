import { Refused } from './contract-error.ts';

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

/**
 * Where a column stands in the bytes of its message. Not a view: making one costs more than reading ten rows.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const NO_SPAN: Span = { start: 0, end: 0 };

/** Refuses a column that didn't end with its last row. */
function refuseRest(bytes: Uint8Array, span: Span, at: number, rows: number): void {
  if (at === span.end) return;
  let held = 0;
  for (let i = span.start; i < span.end; i++) if (bytes[i]! < 128) held++;
  if (held !== rows) throw new Refused('', `${held} rows`, `price has ${rows}`);
  throw new Refused('', '', 'cut off in the middle of a number');
}

/**
 * Fills `values` with the column that the rises spell, from `base` on. Rows that aren't there are read from
 * what follows, at most to the end of the message where undefined counts as 0 and ends a number; so the loop
 * stops, and `refuseRest` tells.
 */
export function takeRises(bytes: Uint8Array, span: Span, base: number, values: Float64Array): void {
  const rows = values.length;
  let at = span.start;
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
  refuseRest(bytes, span, at, rows);
  // It never falls, so the last row is the largest, and exact sums stay exact below 2^53.
  if (!(value <= Number.MAX_SAFE_INTEGER)) throw new Refused(`[${rows - 1}]`, value, 'above 2^53 − 1');
}

/**
 * Fills `values` with the column that the zigzag steps spell,
 * from `base` on. Reads behind the end as `takeRises` does.
 */
export function takeSteps(bytes: Uint8Array, span: Span, base: number, values: Float64Array): void {
  const rows = values.length;
  let at = span.start;
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
  refuseRest(bytes, span, at, rows);
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

/** Below this many rows a loop over a DataView beats making the views that a copy needs. */
const COPY_ROWS = 32;

/** Returns how many doubles stand there. */
export function doublesIn(span: Span): number {
  const size = span.end - span.start;
  if (size % BYTES_PER_DOUBLE !== 0) throw new Refused('', '', 'cut off in the middle of a number');
  return size / BYTES_PER_DOUBLE;
}

/**
 * Fills `values` with the doubles that stand there, copied,
 * because they needn't be aligned. `view` is over `bytes`.
 */
export function takeDoubles(bytes: Uint8Array, view: DataView, span: Span, values: Float64Array): void {
  const held = doublesIn(span);
  const rows = values.length;
  if (held !== rows) throw new Refused('', `${held} rows`, `price has ${rows}`);
  if (rows > COPY_ROWS) doubleBytes(values).set(bytes.subarray(span.start, span.end));
  else
    for (let row = 0; row < rows; row++)
      values[row] = view.getFloat64(span.start + row * BYTES_PER_DOUBLE, true);
  refuseInfinite(values);
}

/**
 * Writes how many trades each row stands for; nothing where each is one. Returns the place behind the last.
 */
export function putCounts(into: Uint8Array, counts: Uint32Array): number {
  let at = 0;
  let isMerged = false;
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row]!;
    if (count === 0) throw new Refused(`[${row}]`, count, 'less than 1');
    if (count > 1) isMerged = true;
    at = putVarint(into, at, count);
  }
  return isMerged ? at : 0;
}

/** Returns the column of counts that stands there; none where nothing does. */
export function takeCounts(bytes: Uint8Array, span: Span, rows: number): { readonly merged?: Uint32Array } {
  if (span.start === span.end) return {};
  const merged = new Uint32Array(rows);
  let at = span.start;
  for (let row = 0; row < rows; row++) {
    let byte = bytes[at++]!;
    let count = byte & 127;
    for (let weight = 128; byte > 127; weight *= 128) {
      byte = bytes[at++]!;
      count += (byte & 127) * weight;
    }
    if (count > 0xffffffff) throw new Refused(`[${row}]`, count, 'above 2^32 − 1');
    merged[row] = count;
  }
  refuseRest(bytes, span, at, rows);
  const none = merged.indexOf(0);
  if (none >= 0) throw new Refused(`[${none}]`, 0, 'less than 1');
  return { merged };
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

/** Fills `sides` with the column that the bits spell. */
export function takeSides(bytes: Uint8Array, span: Span, sides: Uint8Array): void {
  const rows = sides.length;
  const size = span.end - span.start;
  if (size !== (rows + 7) >>> 3) throw new Refused('', `${size} bytes`, `price has ${rows} rows`);
  if ((rows & 7) !== 0 && bytes[span.end - 1]! >>> (rows & 7) !== 0)
    throw new Refused('', '', 'bits set behind the last row');
  for (let row = 0; row < rows; row++) sides[row] = (bytes[span.start + (row >>> 3)]! >>> (row & 7)) & 1;
}
