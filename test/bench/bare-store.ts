// Column chunks and nothing else: no positions, no other tables, no checkpoints.
import { type Appender, type Chunk, type Connection, duckdb, type Instance } from './floor-libraries.ts';

const CHUNK_ROWS = 2_048;
const TWO_POW_32 = 4_294_967_296;

/** Columns of trades; the first `count` rows of each. */
export interface BareRows {
  readonly count: number;
  readonly timeUs: Float64Array;
  readonly price: Float64Array;
  readonly quantity: Float64Array;
  readonly side: Uint8Array;
  readonly ids: Float64Array;
}

/** A DuckDB file with a table of trades like ours. */
export class BareStore implements Disposable {
  readonly #instance: Instance;
  readonly #connection: Connection;
  readonly #appender: Appender;
  readonly #chunk: Chunk;

  private constructor(instance: Instance, connection: Connection, appender: Appender, chunk: Chunk) {
    this.#instance = instance;
    this.#connection = connection;
    this.#appender = appender;
    this.#chunk = chunk;
  }

  static async create(path: string): Promise<BareStore> {
    const { DuckDBInstance, DuckDBDataChunk, TIMESTAMP, DOUBLE, BIGINT, ENUM } = duckdb();
    const instance = await DuckDBInstance.create(path, {
      threads: '1',
      memory_limit: '512MB',
      checkpoint_threshold: '1GB',
    });
    const connection = await instance.connect();
    const sides = "ENUM('sell', 'buy')";
    await connection.run(
      `CREATE TABLE ticks (timestamp TIMESTAMP, price DOUBLE, volume DOUBLE, side ${sides}, exchange ENUM('x'), trade_id BIGINT)`,
    );
    const types = [TIMESTAMP, DOUBLE, DOUBLE, ENUM(['sell', 'buy']), ENUM(['x']), BIGINT];
    return new BareStore(
      instance,
      connection,
      await connection.createAppender('ticks'),
      DuckDBDataChunk.create(types),
    );
  }

  /** Appends and commits in one transaction. */
  write(rows: BareRows): void {
    for (let from = 0; from < rows.count; from += CHUNK_ROWS)
      this.#append(rows, from, Math.min(rows.count, from + CHUNK_ROWS));
    this.#appender.flushSync();
  }

  #append({ timeUs, price, quantity, side, ids }: BareRows, from: number, to: number): void {
    const chunk = this.#chunk;
    chunk.reset();
    chunk.rowCount = to - from;
    wholeNumbers(chunk.getColumnVector(0).items as BigInt64Array, timeUs, from, to);
    (chunk.getColumnVector(1).items as Float64Array).set(price.subarray(from, to));
    (chunk.getColumnVector(2).items as Float64Array).set(quantity.subarray(from, to));
    (chunk.getColumnVector(3).items as Uint8Array).set(side.subarray(from, to));
    (chunk.getColumnVector(4).items as Uint8Array).fill(0);
    wholeNumbers(chunk.getColumnVector(5).items as BigInt64Array, ids, from, to);
    for (let column = 0; column < 6; column++) chunk.getColumnVector(column).flush();
    this.#appender.appendDataChunk(chunk);
  }

  [Symbol.dispose](): void {
    this.#appender.closeSync();
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

function wholeNumbers(target: BigInt64Array, source: Float64Array, from: number, to: number): void {
  const halves = new Uint32Array(target.buffer, target.byteOffset, target.length * 2);
  for (let row = from, at = 0; row < to; row++, at += 2) {
    const value = source[row]!;
    const high = Math.floor(value / TWO_POW_32);
    halves[at] = value - high * TWO_POW_32;
    halves[at + 1] = high;
  }
}
