import {
  type CandleDoubted,
  decimalDifference,
  type FairValueGap,
  type OrderFlowRow,
  type Zone,
} from '@algo/model';
import {
  type DuckDBAppender,
  DuckDBDataChunk,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { TABLES, type TableName } from './schema.ts';
import type { MarketProfileRow } from './store-rows.ts';

/** A row as DuckDB takes it, in the column order of TABLES. */
export type TableRow = DuckDBValue[];

/** Returns what says of a stored candle that it is not complete; behind the candles of the same batch. */
export function doubtStatement(database: string, { openTimeUs, timeframe }: CandleDoubted): string {
  const table = `${database}.candles_${timeframe}`;
  return `UPDATE ${table} SET complete = false WHERE timestamp = make_timestamp(${openTimeUs})`;
}

export function orderFlowRow(row: OrderFlowRow): TableRow {
  return [
    timestamp(row.timeUs),
    row.cvd,
    row.buyVolume,
    row.sellVolume,
    row.imbalanceRatio,
    row.delta,
    BigInt(row.aggressiveBuys),
    BigInt(row.aggressiveSells),
    row.avgBuySize,
    row.avgSellSize,
  ];
}

export function profileRow(row: MarketProfileRow): TableRow {
  return [
    timestamp(row.timeUs),
    row.timeframe,
    row.pocPrice,
    row.valueArea?.high ?? null,
    row.valueArea?.low ?? null,
    profileJson(row),
    row.profileShape,
  ];
}

/** Returns `{"83.29": 9.827, …}`, lowest price first: in a JavaScript object whole prices would be first. */
function profileJson({ profileData: { prices, volumes } }: MarketProfileRow): string {
  return `{${prices.map((price, at) => `"${price}":${volumes[at]}`).join(',')}}`;
}

export function zoneRow(zone: Zone): TableRow {
  return [
    zone.id,
    zone.timeframe,
    zone.kind,
    zone.low,
    zone.high,
    zone.strength,
    timestamp(zone.firstSeenUs),
    timestampOrNull(zone.lastTestedUs),
    BigInt(zone.touches),
    zone.status,
    zone.origin,
  ];
}

export function gapRow(gap: FairValueGap): TableRow {
  return [
    gap.id,
    gap.timeframe,
    gap.kind,
    gap.low,
    gap.high,
    decimalDifference(gap.high, gap.low),
    timestamp(gap.createdUs),
    timestampOrNull(gap.filledUs),
    gap.filled * 100,
    gap.status,
  ];
}

/** Returns the last row of each id, in order: one transaction may bring several stages of one zone's life. */
export function lastOfEach<Row extends { readonly id: string }>(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

/** Adds rows to a table, a chunk at a time. */
export function appendRows(appender: DuckDBAppender, table: TableName, rows: readonly TableRow[]): void {
  const size = 2048;
  for (let from = 0; from < rows.length; from += size) {
    const chunk = DuckDBDataChunk.create(Object.values(TABLES[table]));
    chunk.setRows(rows.slice(from, from + size));
    appender.appendDataChunk(chunk);
  }
}

function timestamp(timeUs: number): DuckDBTimestampValue {
  return new DuckDBTimestampValue(BigInt(timeUs));
}

function timestampOrNull(timeUs: number): DuckDBTimestampValue | null {
  return timeUs === 0 ? null : timestamp(timeUs);
}
