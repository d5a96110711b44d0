import type { Candle } from '@algo/model';
import { type DuckDBAppender, DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import { bigInts, doubles, setWholeNumbers } from './chunk-columns.ts';
import { TABLES } from './schema.ts';

const COLUMNS = Object.values(TABLES.candles_1m);
const WHOLE: readonly (readonly [column: number, of: (candle: Candle) => number])[] = [
  [0, ({ openTimeUs }) => openTimeUs],
  [8, ({ trades }) => trades],
  [9, ({ buyTrades }) => buyTrades],
  [10, ({ sellTrades }) => sellTrades],
];
const REAL: readonly (readonly [column: number, of: (candle: Candle) => number])[] = [
  [1, ({ open }) => open],
  [2, ({ high }) => high],
  [3, ({ low }) => low],
  [4, ({ close }) => close],
  [5, ({ volume }) => volume],
  [6, ({ buyVolume }) => buyVolume],
  [7, ({ sellVolume }) => sellVolume],
];
const COMPLETE = 11;

/** A reusable column chunk for candles: an import has one for each fifteen trades or so of a slow market. */
export class CandleChunk {
  readonly #chunk = DuckDBDataChunk.create(COLUMNS);
  readonly #size = DuckDBVector.standardSize();
  readonly #numbers = new Float64Array(this.#size);

  /** Appends all candles, a chunk at a time. */
  append(appender: DuckDBAppender, candles: readonly Candle[]): void {
    for (let from = 0; from < candles.length; from += this.#size) {
      this.#fill(candles.slice(from, from + this.#size));
      appender.appendDataChunk(this.#chunk);
    }
  }

  #fill(candles: readonly Candle[]): void {
    const chunk = this.#chunk;
    const count = candles.length;
    chunk.reset();
    chunk.rowCount = count;
    for (const [column, of] of WHOLE) {
      for (let row = 0; row < count; row++) this.#numbers[row] = of(candles[row]!);
      setWholeNumbers(bigInts(chunk, column), this.#numbers, 0, count);
    }
    for (const [column, of] of REAL) {
      const items = doubles(chunk, column);
      for (let row = 0; row < count; row++) items[row] = of(candles[row]!);
    }
    const complete = chunk.getColumnVector(COMPLETE);
    for (let row = 0; row < count; row++) complete.setItem(row, candles[row]!.complete);
    for (let column = 0; column < chunk.columnCount; column++) chunk.getColumnVector(column).flush();
  }
}
