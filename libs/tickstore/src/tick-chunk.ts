import { type DuckDBAppender, DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import { CandleChunk } from './candle-chunk.ts';
import { bigInts, bytes, doubles, setWholeNumbers } from './chunk-columns.ts';
import type { TickBuffers } from './row-buffer.ts';
import { type FileSpec, TICK, tickTypes } from './schema.ts';

/**
 * A reusable column chunk for the ticks of one exchange and id
 * kind; rows go through it without an object for any of them.
 */
export class TickChunk {
  /** The one for the candles of the same files. */
  readonly candles = new CandleChunk();
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
