import { type DuckDBAppender, DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import { CANDLE_FIELDS, type CandleRows } from './candle-rows.ts';
import { bigInts, doubles, setWholeNumbers } from './chunk-columns.ts';
import { TABLES } from './schema.ts';

const COLUMNS = Object.values(TABLES.candles_1m);
/** Columns of whole numbers: the time, and how many trades. */
const WHOLE = [0, 8, 9, 10] as const;
const REAL = [1, 2, 3, 4, 5, 6, 7] as const;
const COMPLETE = 11;

/** A reusable column chunk for candles: an import has one for each fifteen trades or so of a slow market. */
export class CandleChunk {
  readonly #chunk = DuckDBDataChunk.create(COLUMNS);
  readonly #size = DuckDBVector.standardSize();
  readonly #numbers = new Float64Array(this.#size);

  /** Appends all candles, a chunk at a time. */
  append(appender: DuckDBAppender, { count, values }: CandleRows): void {
    for (let from = 0; from < count; from += this.#size) {
      const to = Math.min(from + this.#size, count);
      this.#fill(values.subarray(from * CANDLE_FIELDS, to * CANDLE_FIELDS), to - from);
      appender.appendDataChunk(this.#chunk);
    }
  }

  #fill(values: Float64Array, count: number): void {
    const chunk = this.#chunk;
    chunk.reset();
    chunk.rowCount = count;
    for (const column of WHOLE) {
      for (let row = 0; row < count; row++) this.#numbers[row] = values[row * CANDLE_FIELDS + column]!;
      setWholeNumbers(bigInts(chunk, column), this.#numbers, 0, count);
    }
    for (const column of REAL) {
      const items = doubles(chunk, column);
      for (let row = 0; row < count; row++) items[row] = values[row * CANDLE_FIELDS + column]!;
    }
    const complete = chunk.getColumnVector(COMPLETE);
    for (let row = 0; row < count; row++) complete.setItem(row, values[row * CANDLE_FIELDS + COMPLETE] === 1);
    for (let column = 0; column < chunk.columnCount; column++) chunk.getColumnVector(column).flush();
  }
}
