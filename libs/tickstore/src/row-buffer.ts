import type { CandleDoubted, FairValueGap, OrderFlowRow, TradeColumns, Zone } from '@algo/model';
import { type CandlesByTimeframe, withCandle } from './candle-rows.ts';
import { type MarketProfileRow, rowCount, type StoreRows } from './store-rows.ts';

type Doubles = Float64Array<ArrayBuffer>;

/**
 * Trades as they cross to the worker. *Shape*: the first
 * `count` rows of each column; the columns may be longer.
 */
export interface TickBuffers {
  readonly count: number;
  readonly timeUs: Doubles;
  readonly price: Doubles;
  readonly quantity: Doubles;
  readonly side: Uint8Array<ArrayBuffer>;
  readonly ids: Doubles | string[];
}

/** Whole positions of one instrument, (`from`, `to`], that become durable together or not at all. */
export interface RowBatch extends Readonly<Gathered> {
  readonly from: number;
  readonly to: number;
}

const FIRST_CAPACITY = 256;

interface Gathered {
  rows: number;
  /** Whether some of the candles may be stored already. */
  again: boolean;
  ticks: TickBuffers | null;
  readonly candles: CandlesByTimeframe;
  readonly doubted: CandleDoubted[];
  readonly orderFlow: OrderFlowRow[];
  readonly profiles: MarketProfileRow[];
  readonly zones: Zone[];
  readonly gaps: FairValueGap[];
}

const nothing = (): Gathered => ({
  ...{ rows: 0, again: false, ticks: null, candles: {}, doubted: [], orderFlow: [], profiles: [] },
  ...{ zones: [], gaps: [] },
});

/** Gathers rows in columns that the next batch hands over whole. Bounded by the store's backlog. */
export class RowBuffer {
  #gathered = nothing();

  get rows(): number {
    return this.#gathered.rows;
  }

  add(rows: StoreRows): void {
    const gathered = this.#gathered;
    if (rows.trades !== undefined && rows.trades.count > 0) this.#addTrades(rows.trades);
    for (const candle of rows.candles ?? []) {
      const { timeframe } = candle;
      gathered.candles[timeframe] = withCandle(gathered.candles[timeframe], candle);
    }
    for (const row of rows.doubted ?? []) gathered.doubted.push(row);
    for (const row of rows.orderFlow ?? []) gathered.orderFlow.push(row);
    for (const row of rows.profiles ?? []) gathered.profiles.push(row);
    for (const row of rows.zones ?? []) gathered.zones.push(row);
    for (const row of rows.gaps ?? []) gathered.gaps.push(row);
    gathered.rows += rowCount(rows);
    if (rows.again === true) gathered.again = true;
  }

  /** Returns everything gathered as the batch of positions (`from`, `to`], and is empty afterwards. */
  take(from: number, to: number): RowBatch {
    const batch = { from, to, ...this.#gathered };
    this.#gathered = nothing();
    return batch;
  }

  #addTrades({ count, timeUs, price, quantity, side, ids }: TradeColumns): void {
    const at = this.#gathered.ticks?.count ?? 0;
    const ticks = withRoom(this.#gathered.ticks, at + count, ids.kind === 'counted');
    ticks.timeUs.set(timeUs.subarray(0, count), at);
    ticks.price.set(price.subarray(0, count), at);
    ticks.quantity.set(quantity.subarray(0, count), at);
    ticks.side.set(side.subarray(0, count), at);
    if (ids.kind === 'counted') (ticks.ids as Doubles).set(ids.values.subarray(0, count), at);
    else for (let row = 0; row < count; row++) (ticks.ids as string[]).push(ids.values[row]!);
    this.#gathered.ticks = { ...ticks, count: at + count };
  }
}

/** Returns the memory that a batch can hand to another thread instead of being copied. */
export function transferables(batch: RowBatch): ArrayBuffer[] {
  const candles = Object.values(batch.candles).map(({ values }) => values.buffer);
  if (batch.ticks === null) return candles;
  const { timeUs, price, quantity, side, ids } = batch.ticks;
  const buffers = [...candles, timeUs.buffer, price.buffer, quantity.buffer, side.buffer];
  return ids instanceof Float64Array ? [...buffers, ids.buffer] : buffers;
}

function withRoom(old: TickBuffers | null, needed: number, counted: boolean): TickBuffers {
  if (old !== null && old.timeUs.length >= needed) return old;
  let capacity = FIRST_CAPACITY;
  while (capacity < needed) capacity *= 2;
  const grown = (column: Doubles | undefined): Doubles => {
    const wider = new Float64Array(capacity);
    if (column !== undefined) wider.set(column);
    return wider;
  };
  const side = new Uint8Array(capacity);
  if (old !== null) side.set(old.side);
  return {
    count: old?.count ?? 0,
    timeUs: grown(old?.timeUs),
    price: grown(old?.price),
    quantity: grown(old?.quantity),
    side,
    ids: counted ? grown(old?.ids as Doubles | undefined) : ((old?.ids as string[] | undefined) ?? []),
  };
}
