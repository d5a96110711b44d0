import { NOBODY, TradeBars } from '@algo/market-analytics';
import {
  type Candle,
  type CandleDoubted,
  type Instrument,
  sliceTrades,
  type TradeColumns,
} from '@algo/model';
import type { RowStore, StoredPosition } from '@algo/tickstore';

/** The id of the last trade where there was none yet. */
const NONE = -1;

/** Where an instrument stands in its store before an import. *Units*: µs. */
export interface ImportStart {
  readonly stored: StoredPosition;
  /** The latest trades that are stored already, so that bars which are open go on. */
  readonly recent: TradeColumns;
}

/**
 * Puts trades of one instrument, oldest first, and the bars that they make into its store. What is stored
 * already is passed over: told by ids where the file counts the venue's trades, else by time, and by how many
 * were stored at that time.
 */
export class TradeImport {
  readonly #store: RowStore;
  readonly #bars: TradeBars;
  #position: number;
  #lastId: number;
  #lastUs: number;
  /** How many are stored at the time of the last. */
  #thenCount = 0;
  /** What was there before the file in hand: all before this time, and so many at it. */
  #before = { timeUs: 0, count: 0 };
  stored = 0;
  passedOver = 0;
  /** Trades that are missing by their ids. */
  missing = 0;

  constructor(instrument: Instrument, store: RowStore, { stored, recent }: ImportStart) {
    this.#store = store;
    this.#bars = new TradeBars({
      instrument: instrument.id,
      priceTick: instrument.priceTick.toNumber(),
      quantityStep: instrument.quantityStep.toNumber(),
    });
    this.#position = stored.position;
    this.#lastId = Number(stored.lastTradeId ?? NONE);
    this.#lastUs = 0;
    this.#reach(recent);
    for (const { trades, isBehindHole } of unbroken(recent, NONE))
      this.#bars.onTrades(trades, !isBehindHole, NOBODY);
  }

  /** A file begins: what it has of before is there already. */
  beginFile(): void {
    this.#before = { timeUs: this.#lastUs, count: this.#thenCount };
  }

  /** Takes trades; `hasIds` says whether they are counted by the venue. Waits while the store is behind. */
  async take(read: TradeColumns, hasIds: boolean): Promise<void> {
    const first = hasIds ? this.#firstById(read) : this.#firstByTime(read);
    this.passedOver += first;
    const trades = hasIds ? sliceTrades(read, first, read.count) : this.#numbered(read, first);
    if (trades.count === 0) return;
    const candles: Candle[] = [];
    const doubted: CandleDoubted[] = [];
    const onCandle = (candle: Candle) => void candles.push(candle);
    const onDoubt = (bar: CandleDoubted) => void doubted.push(bar);
    for (const part of unbroken(trades, hasIds ? this.#lastId : NONE))
      this.#bars.onTrades(part.trades, !part.isBehindHole, { onCandle, onDoubt });
    const ids = idsOf(trades);
    const [firstId, lastId] = [ids[0]!, ids[trades.count - 1]!];
    this.missing += lastId - (this.#lastId === NONE ? firstId - 1 : this.#lastId) - trades.count;
    const { instrument } = trades;
    this.#position += 1;
    this.#store.append({ instrument, position: this.#position, trades, candles, doubted });
    this.#store.commitUpTo(instrument, this.#position);
    this.#lastId = lastId;
    this.#reach(trades);
    this.stored += trades.count;
    if (this.#store.isBehind) await this.#store.ready();
  }

  #reach({ count, timeUs }: TradeColumns): void {
    if (count === 0) return;
    const lastUs = timeUs[count - 1]!;
    if (lastUs !== this.#lastUs) this.#thenCount = 0;
    this.#lastUs = lastUs;
    for (let row = count - 1; row >= 0 && timeUs[row] === lastUs; row--) this.#thenCount++;
  }

  #firstById({ count, ids }: TradeColumns): number {
    const values = ids.values as Float64Array;
    let first = 0;
    while (first < count && values[first]! <= this.#lastId) first++;
    return first;
  }

  #firstByTime({ count, timeUs }: TradeColumns): number {
    const before = this.#before;
    let first = 0;
    while (first < count && timeUs[first]! < before.timeUs) first++;
    for (; first < count && timeUs[first] === before.timeUs && before.count > 0; first++) before.count--;
    return first;
  }

  #numbered(read: TradeColumns, first: number): TradeColumns {
    const trades = sliceTrades(read, first, read.count);
    const last = Math.max(0, this.#lastId);
    const values = Float64Array.from({ length: trades.count }, (_, at) => last + at + 1);
    return { ...trades, ids: { kind: 'counted', values } };
  }
}

/** Cuts trades where one is missing by its id; the one behind it stands alone, so that it alone is marked. */
function* unbroken(trades: TradeColumns, lastId: number) {
  const ids = idsOf(trades);
  for (let from = 0; from < trades.count; ) {
    const before = from === 0 ? lastId : ids[from - 1]!;
    const isBehindHole = before !== NONE && ids[from]! !== before + 1;
    let to = from + 1;
    if (!isBehindHole) while (to < trades.count && ids[to]! === ids[to - 1]! + 1) to++;
    yield { trades: sliceTrades(trades, from, to), isBehindHole };
    from = to;
  }
}

function idsOf({ ids }: TradeColumns): Float64Array {
  return ids.values as Float64Array;
}
