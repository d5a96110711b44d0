import type { DuckDBDataChunk } from '@duckdb/node-api';

const TWO_POW_32 = 4_294_967_296;

/**
 * Writes whole doubles as 64-bit integers by halves: a bigint for each would be the dearest part of the loop.
 */
export function setWholeNumbers(target: BigInt64Array, source: Float64Array, from: number, to: number): void {
  const halves = new Uint32Array(target.buffer, target.byteOffset, target.length * 2);
  for (let row = from, at = 0; row < to; row++, at += 2) {
    const value = source[row]!;
    const high = Math.floor(value / TWO_POW_32);
    halves[at] = value - high * TWO_POW_32;
    halves[at + 1] = high;
  }
}

export function bigInts(chunk: DuckDBDataChunk, column: number): BigInt64Array {
  const items = columnItems(chunk, column);
  return items instanceof BigInt64Array ? items : notAColumn(column);
}

export function doubles(chunk: DuckDBDataChunk, column: number): Float64Array {
  const items = columnItems(chunk, column);
  return items instanceof Float64Array ? items : notAColumn(column);
}

export function bytes(chunk: DuckDBDataChunk, column: number): Uint8Array {
  const items = columnItems(chunk, column);
  return items instanceof Uint8Array ? items : notAColumn(column);
}

// The public way sets one value at a time, bigints and timestamp
// objects included; the array beneath is not in the types.
function columnItems(chunk: DuckDBDataChunk, column: number): unknown {
  return Reflect.get(chunk.getColumnVector(column), 'items');
}

function notAColumn(column: number): never {
  throw new Error(
    `@duckdb/node-api keeps the values of column ${column} in another way; chunk-columns.ts must follow`,
  );
}
