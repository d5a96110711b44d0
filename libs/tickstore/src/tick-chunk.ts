import { type DuckDBAppender, DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import type { TickBuffers } from './row-buffer.ts';
import { type FileSpec, TICK, tickTypes } from './schema.ts';

const TWO_POW_32 = 4_294_967_296;

/**
 * A reusable column chunk for the ticks of one exchange and id
 * kind; rows go through it without an object for any of them.
 */
export class TickChunk {
  readonly #chunk: DuckDBDataChunk;
  readonly #size = DuckDBVector.standardSize();

  constructor(spec: FileSpec) {
    this.#chunk = DuckDBDataChunk.create(tickTypes(spec));
  }

  /** Appends all ticks, a chunk at a time. */
  append(appender: DuckDBAppender, ticks: TickBuffers): void {
    for (let from = 0; from < ticks.count; from += this.#size) {
      this.#fill(ticks, from, Math.min(from + this.#size, ticks.count));
      appender.appendDataChunk(this.#chunk);
    }
  }

  #fill({ timeUs, price, quantity, side, ids }: TickBuffers, from: number, to: number): void {
    const chunk = this.#chunk;
    chunk.reset();
    chunk.rowCount = to - from;
    setWholeNumbers(bigInts(chunk, TICK.timestamp), timeUs, from, to);
    doubles(chunk, TICK.price).set(price.subarray(from, to));
    doubles(chunk, TICK.volume).set(quantity.subarray(from, to));
    bytes(chunk, TICK.side).set(side.subarray(from, to));
    bytes(chunk, TICK.exchange).fill(0);
    if (ids instanceof Float64Array) setWholeNumbers(bigInts(chunk, TICK.tradeId), ids, from, to);
    else {
      const names = chunk.getColumnVector(TICK.tradeId);
      for (let row = from; row < to; row++) names.setItem(row - from, ids[row]!);
    }
    for (let column = 0; column < chunk.columnCount; column++) chunk.getColumnVector(column).flush();
  }
}

/**
 * Writes whole doubles as 64-bit integers by halves: a bigint for each would be the dearest part of the loop.
 */
function setWholeNumbers(target: BigInt64Array, source: Float64Array, from: number, to: number): void {
  const halves = new Uint32Array(target.buffer, target.byteOffset, target.length * 2);
  for (let row = from, at = 0; row < to; row++, at += 2) {
    const value = source[row]!;
    const high = Math.floor(value / TWO_POW_32);
    halves[at] = value - high * TWO_POW_32;
    halves[at + 1] = high;
  }
}

function bigInts(chunk: DuckDBDataChunk, column: number): BigInt64Array {
  const items = columnItems(chunk, column);
  return items instanceof BigInt64Array ? items : notAColumn(column);
}

function doubles(chunk: DuckDBDataChunk, column: number): Float64Array {
  const items = columnItems(chunk, column);
  return items instanceof Float64Array ? items : notAColumn(column);
}

function bytes(chunk: DuckDBDataChunk, column: number): Uint8Array {
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
    `@duckdb/node-api keeps the values of tick column ${column} in another way; tick-chunk.ts must follow`,
  );
}
