import { TIMEFRAMES, type Timeframe } from '@algo/model';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { type CandleRows, openTimesUs } from './candle-rows.ts';
import type { RowBatch } from './row-buffer.ts';
import { sqlText, type TableName } from './schema.ts';
import type { StoredPosition } from './store-rows.ts';
import {
  appendRows,
  doubtStatement,
  gapRow,
  lastOfEach,
  orderFlowRow,
  profileRow,
  type TableRow,
  zoneRow,
} from './table-rows.ts';
import type { TickChunk } from './tick-chunk.ts';

/** Puts batches into the tables of one attached file. */
export class BatchWriter {
  readonly #connection: DuckDBConnection;
  readonly #database: string;
  readonly #chunk: TickChunk;
  readonly #appenders = new Map<'ticks' | 'checkpoints', DuckDBAppender>();

  constructor(connection: DuckDBConnection, database: string, chunk: TickChunk) {
    this.#connection = connection;
    this.#database = database;
    this.#chunk = chunk;
  }

  /** Adds a batch and its position, inside the transaction of the caller. */
  async append(batch: RowBatch, stored: StoredPosition): Promise<void> {
    if (batch.ticks !== null) {
      const ticks = await this.#appender('ticks');
      this.#chunk.append(ticks, batch.ticks);
      ticks.flushSync();
    }
    for (const timeframe of TIMEFRAMES) {
      const candles = batch.candles[timeframe];
      if (candles === undefined) continue;
      if (batch.again) await this.#deleteCandles(timeframe, candles);
      await this.#into(`candles_${timeframe}`, candles.count, (appender) =>
        this.#chunk.candles.append(appender, candles),
      );
    }
    for (const bar of batch.doubted) await this.#connection.run(doubtStatement(this.#database, bar));
    await this.#insert('order_flow', batch.orderFlow.map(orderFlowRow));
    await this.#insert('market_profile', batch.profiles.map(profileRow));
    await this.#replace('supply_demand_zones', 'zone_id', lastOfEach(batch.zones).map(zoneRow));
    await this.#replace('fair_value_gaps', 'fvg_id', lastOfEach(batch.gaps).map(gapRow));
    const checkpoints = await this.#appender('checkpoints');
    appendRows(checkpoints, 'checkpoints', [
      [BigInt(stored.position), BigInt(stored.trades), stored.lastTradeId],
    ]);
    checkpoints.flushSync();
  }

  #insert(table: TableName, rows: readonly TableRow[]): Promise<void> {
    return this.#into(table, rows.length, (appender) => appendRows(appender, table, rows));
  }

  async #into(table: TableName, rows: number, append: (appender: DuckDBAppender) => void): Promise<void> {
    if (rows === 0) return;
    const appender = await this.#connection.createAppender(table, 'main', this.#database);
    append(appender);
    appender.closeSync();
  }

  // Delete and append rather than INSERT OR REPLACE, which needs an index on the id.
  async #replace(table: TableName, key: string, rows: readonly TableRow[]): Promise<void> {
    if (rows.length === 0) return;
    const ids = rows.map((row) => sqlText(String(row[0])));
    await this.#connection.run(`DELETE FROM ${this.#database}.${table} WHERE ${key} IN (${ids.join(', ')})`);
    await this.#insert(table, rows);
  }

  async #deleteCandles(timeframe: Timeframe, candles: CandleRows): Promise<void> {
    const times = openTimesUs(candles).join(', ');
    await this.#connection.run(
      `DELETE FROM ${this.#database}.candles_${timeframe} WHERE epoch_us(timestamp) IN (${times})`,
    );
  }

  async #appender(table: 'ticks' | 'checkpoints'): Promise<DuckDBAppender> {
    const known = this.#appenders.get(table);
    if (known !== undefined) return known;
    const appender = await this.#connection.createAppender(table, 'main', this.#database);
    this.#appenders.set(table, appender);
    return appender;
  }

  /** Lets go of the tables; what was not committed is dropped. */
  close(): void {
    for (const appender of this.#appenders.values()) {
      appender.clear();
      appender.closeSync();
    }
    this.#appenders.clear();
  }
}
