import {
  BUY,
  type Candle,
  type CandleDoubted,
  type FairValueGap,
  InputError,
  type InstrumentId,
  type OrderFlowRow,
  type TimeUs,
  type TradeColumns,
  type ValueArea,
  type Zone,
} from '@algo/model';

/** Whether a venue counts its trades or names them; fixed for the life of a file. */
export type IdKind = 'counted' | 'named';

/** How much of the market's time one Parquet file of the archive holds. */
export type ArchiveUnit = 'day' | 'hour';

/**
 * What of a file goes to the archive when it is let go, and the file with it: its rows, or also what lives
 * on in it, zones and gaps.
 */
export type Leaves = 'nothing' | 'rows' | 'all';

/** How far a file has come. */
export interface StoredPosition {
  /** The last position whose rows are durable; 0 in a new file. */
  readonly position: number;
  /** How many trades were ever stored, those that the archive holds with them. */
  readonly trades: number;
  /** The venue's id of the last trade; null before the first. */
  readonly lastTradeId: string | null;
  /** Up to where the archive holds the rows; 0 where it holds none. *Units*: µs. */
  readonly rolledToUs: number;
}

/**
 * One row of `market_profile`. *Units*: prices quote. *Shape*: `profileData` holds a volume for each
 * price, stored as a JSON object; `timeframe` names what the profile covers, such as `session`.
 */
export interface MarketProfileRow {
  readonly timeUs: TimeUs;
  readonly timeframe: string;
  readonly pocPrice: number;
  /** Null: one price alone holds more than the area's share. */
  readonly valueArea: ValueArea | null;
  readonly profileData: { readonly prices: readonly number[]; readonly volumes: readonly number[] };
  readonly profileShape: string;
}

/**
 * Rows of one instrument that one position of the caller's logical clock brought.
 * *Shape*: the store reads the columns until `commitUpTo`
 * has covered the position; they must not change before.
 */
export interface StoreRows {
  readonly instrument: InstrumentId;
  /** Above 0; never smaller than in the append before. */
  readonly position: number;
  /** Candles of these rows may be stored already: those of the same time are replaced. */
  readonly again?: true;
  readonly trades?: TradeColumns;
  readonly candles?: readonly Candle[];
  /** Stored candles that are not complete after all. */
  readonly doubted?: readonly CandleDoubted[];
  readonly orderFlow?: readonly OrderFlowRow[];
  readonly profiles?: readonly MarketProfileRow[];
  /** Replace the stored zones of the same id. */
  readonly zones?: readonly Zone[];
  /** Replace the stored gaps of the same id. */
  readonly gaps?: readonly FairValueGap[];
}

/** Returns how many rows these are, over all tables. */
export function rowCount(rows: StoreRows): number {
  return (
    (rows.trades?.count ?? 0) +
    (rows.candles?.length ?? 0) +
    (rows.doubted?.length ?? 0) +
    (rows.orderFlow?.length ?? 0) +
    (rows.profiles?.length ?? 0) +
    (rows.zones?.length ?? 0) +
    (rows.gaps?.length ?? 0)
  );
}

/** Checks what DuckDB would store without a word, or crash on. *Errors*: InputError. */
export function checkRows(rows: StoreRows, idKind: IdKind): void {
  checkPosition(rows.position);
  if (rows.trades !== undefined) checkTrades(rows.trades, rows.instrument, idKind);
  for (const list of [rows.candles, rows.doubted, rows.zones, rows.gaps])
    for (const row of list ?? []) checkOwner(row.instrument, rows.instrument);
}

/** *Errors*: InputError for a position that is not a whole number above 0. */
export function checkPosition(position: number): void {
  if (!Number.isSafeInteger(position) || position < 1)
    throw refusal('position', position, 'not a whole number above 0', 'Pass the stream sequence.');
}

function checkOwner(owner: InstrumentId, instrument: InstrumentId): void {
  if (owner !== instrument)
    throw refusal('instrument', owner, `rows of ${instrument} hold another's`, 'Append each on its own.');
}

function checkTrades(trades: TradeColumns, instrument: InstrumentId, idKind: IdKind): void {
  checkOwner(trades.instrument, instrument);
  const { count, timeUs, price, quantity, side, ids } = trades;
  if (ids.kind !== idKind)
    throw refusal(
      'ids.kind',
      ids.kind,
      `${instrument} was opened with ${idKind} ids`,
      'Open it with this kind.',
    );
  const shortest = Math.min(timeUs.length, price.length, quantity.length, side.length, ids.values.length);
  if (!(count <= shortest))
    throw refusal('trades.count', count, `a column has ${shortest} rows`, 'Give all columns `count` rows.');
  for (let row = 0; row < count; row++) {
    if (!Number.isSafeInteger(timeUs[row])) throw badCell('timeUs', row, timeUs[row]);
    if (!Number.isFinite(price[row])) throw badCell('price', row, price[row]);
    if (!Number.isFinite(quantity[row])) throw badCell('quantity', row, quantity[row]);
    if (side[row]! > BUY) throw badCell('side', row, side[row]);
  }
  if (ids.kind === 'counted')
    for (let row = 0; row < count; row++)
      if (!Number.isSafeInteger(ids.values[row])) throw badCell('ids', row, ids.values[row]);
}

function badCell(column: string, row: number, value: unknown): InputError {
  return refusal(`trades.${column}[${row}]`, value, 'cannot be stored', 'Mend the driver that decoded it.');
}

function refusal(field: string, value: unknown, because: string, remedy: string): InputError {
  return new InputError({ field, value, because, remedy });
}
