import { TIMEFRAMES, type Timeframe } from '@algo/model';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBEnumType,
  type DuckDBType,
  ENUM,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import type { ArchiveUnit, IdKind } from './store-rows.ts';

/** Grows by one with every change of a table; a file with a higher one was written by a newer engine. */
export const SCHEMA_VERSION = 2;

/** What every row of a file has in common. */
export interface FileSpec {
  readonly instrument: string;
  readonly path: string;
  readonly exchange: string;
  readonly idKind: IdKind;
  /** Where its closed days or hours go; without, all rows stay. */
  readonly archive?: { readonly folder: string; readonly unit: ArchiveUnit; readonly isAllAtEnd: boolean };
}

type Columns = Readonly<Record<string, DuckDBType>>;

const CANDLES: Columns = {
  timestamp: TIMESTAMP,
  open: DOUBLE,
  high: DOUBLE,
  low: DOUBLE,
  close: DOUBLE,
  volume: DOUBLE,
  buy_volume: DOUBLE,
  sell_volume: DOUBLE,
  num_trades: BIGINT,
  num_buy_trades: BIGINT,
  num_sell_trades: BIGINT,
  complete: BOOLEAN,
};

/** Columns of the tables that hold few rows, in order; DuckDB's JSON is text to a column chunk. */
export const TABLES = {
  ...(Object.fromEntries(TIMEFRAMES.map((timeframe) => [`candles_${timeframe}`, CANDLES])) as Record<
    `candles_${Timeframe}`,
    Columns
  >),
  order_flow: {
    timestamp: TIMESTAMP,
    cvd: DOUBLE,
    buy_volume: DOUBLE,
    sell_volume: DOUBLE,
    imbalance_ratio: DOUBLE,
    delta: DOUBLE,
    aggressive_buys: BIGINT,
    aggressive_sells: BIGINT,
    avg_buy_size: DOUBLE,
    avg_sell_size: DOUBLE,
  },
  market_profile: {
    timestamp: TIMESTAMP,
    timeframe: VARCHAR,
    poc_price: DOUBLE,
    value_area_high: DOUBLE,
    value_area_low: DOUBLE,
    profile_data: VARCHAR,
    profile_shape: VARCHAR,
  },
  supply_demand_zones: {
    zone_id: VARCHAR,
    timeframe: VARCHAR,
    zone_type: VARCHAR,
    price_low: DOUBLE,
    price_high: DOUBLE,
    strength_score: DOUBLE,
    first_seen: TIMESTAMP,
    last_tested: TIMESTAMP,
    test_count: BIGINT,
    status: VARCHAR,
    created_from: VARCHAR,
  },
  fair_value_gaps: {
    fvg_id: VARCHAR,
    timeframe: VARCHAR,
    fvg_type: VARCHAR,
    gap_low: DOUBLE,
    gap_high: DOUBLE,
    gap_size: DOUBLE,
    created_at: TIMESTAMP,
    filled_at: TIMESTAMP,
    fill_percentage: DOUBLE,
    status: VARCHAR,
  },
  // A row for each commit: appending one is cheaper than updating
  // one. The highest position counts; a checkpoint drops the rest.
  checkpoints: { position: BIGINT, trades: BIGINT, last_trade_id: VARCHAR },
} satisfies Record<string, Columns>;

export type TableName = keyof typeof TABLES;

/** Where each column of a tick chunk stands. */
export const TICK = { timestamp: 0, price: 1, volume: 2, side: 3, exchange: 4, tradeId: 5 } as const;

/**
 * Returns the column types of `ticks`. No PRIMARY KEY: an index costs a third of the write rate and more than
 * doubles the file (floors.md), and keeps nothing out that the position in `checkpoints`, committed with the
 * rows, does not keep out. `side` is an ENUM in the order of SELL and BUY, so the side column is copied as it
 * is; `exchange` is an ENUM of one, a byte a row.
 */
export function tickTypes(spec: FileSpec): DuckDBType[] {
  const id = spec.idKind === 'counted' ? BIGINT : VARCHAR;
  return [TIMESTAMP, DOUBLE, DOUBLE, ENUM(['sell', 'buy']), exchangeType(spec), id];
}

function exchangeType(spec: FileSpec): DuckDBEnumType {
  return ENUM([spec.exchange]);
}

/** Returns the statements that make an empty file, in the schema `database`. */
export function createStatements(database: string, spec: FileSpec): string {
  const types = tickTypes(spec);
  const ticks = Object.entries(TICK).map(
    ([name, at]) => `${name === 'tradeId' ? 'trade_id' : name} ${types[at]}`,
  );
  const tables = Object.entries(TABLES).map(([table, columns]) => {
    const list = Object.entries(columns).map(
      ([name, type]) => `"${name}" ${name === 'profile_data' ? 'JSON' : type}`,
    );
    return `CREATE TABLE ${database}.${table}(${list.join(', ')});`;
  });
  return `BEGIN;
    CREATE TABLE ${database}.ticks(${ticks.join(', ')});
    ${tables.join('\n')}
    CREATE TABLE ${database}.store_info(
      schema_version INTEGER, instrument VARCHAR, id_kind VARCHAR, rolled_to TIMESTAMP);
    INSERT INTO ${database}.store_info
      VALUES (${SCHEMA_VERSION}, ${sqlText(spec.instrument)}, ${sqlText(spec.idKind)}, NULL);
    COMMIT;`;
}

/** Returns the statements that make a file of schema 1, which knew no archive, one of today. */
export function upgradeStatements(database: string): string {
  return `BEGIN;
    ALTER TABLE ${database}.store_info ADD COLUMN rolled_to TIMESTAMP;
    UPDATE ${database}.store_info SET schema_version = ${SCHEMA_VERSION};
    COMMIT;`;
}

/** Returns a text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
