import { InstrumentAnalytics, type MarketProfileRow, USUAL_SETTINGS } from '@algo/market-analytics';
import {
  type Candle,
  type FairValueGap,
  type Instrument,
  type OrderFlowRow,
  sliceTrades,
  TIMEFRAME_US,
  type TradeColumns,
  type Zone,
} from '@algo/model';
import type { RowStore, StoredPosition, StoreRows } from '@algo/tickstore';

const BAR_US = TIMEFRAME_US['15s'];
/** A position brings no more trades than that. */
const SLICE_MAX = 8_192;
/** So many rows may wait for the disk; then reading waits. */
const BACKLOG_MAX = 200_000;

type Gathered = {
  -readonly [K in 'candles' | 'orderFlow' | 'profiles' | 'zones' | 'gaps']-?: NonNullable<
    StoreRows[K]
  >[number][];
};

/** Where an instrument stands in its store before an import. *Units*: µs. */
export interface ImportStart {
  readonly stored: StoredPosition;
  readonly lastUs: number;
  /** The latest trades that are stored already, so that bars which are open go on. */
  readonly recent: TradeColumns;
}

/**
 * Puts trades of one instrument, oldest first, and what analytics makes of them into its store. What is
 * stored already is passed over: told by ids where the file counts the venue's trades, else by time.
 */
export class TradeImport {
  readonly #store: RowStore;
  readonly #engine: InstrumentAnalytics;
  #position: number;
  #lastId: number;
  #lastUs: number;
  #gathered = nothing();
  stored = 0;
  passedOver = 0;

  constructor(instrument: Instrument, store: RowStore, { stored, lastUs, recent }: ImportStart) {
    this.#store = store;
    this.#engine = new InstrumentAnalytics({
      ...{ ...USUAL_SETTINGS, instrument: instrument.id },
      ...{ priceTick: instrument.priceTick.toNumber(), quantityStep: instrument.quantityStep.toNumber() },
    });
    this.#position = stored.position;
    this.#lastId = Number(stored.lastTradeId ?? 0);
    this.#lastUs = lastUs;
    for (const { trades, isComplete } of slices(recent, 0)) this.#feed(trades, isComplete);
    this.#gathered = nothing();
  }

  /** Takes trades; `hasIds` says whether they are counted by the venue. Waits while the store is behind. */
  async take(read: TradeColumns, hasIds: boolean): Promise<void> {
    const first = this.#firstNew(read, hasIds);
    this.passedOver += first;
    const trades = hasIds ? sliceTrades(read, first, read.count) : this.#numbered(read, first);
    for (const slice of slices(trades, hasIds ? this.#lastId : 0)) {
      this.#feed(slice.trades, slice.isComplete);
      const { instrument } = slice.trades;
      this.#position += 1;
      this.#store.append({ instrument, position: this.#position, trades: slice.trades, ...this.#gathered });
      this.#store.commitUpTo(instrument, this.#position);
      this.#gathered = nothing();
    }
    if (trades.count > 0) {
      this.#lastId = idsOf(trades)[trades.count - 1]!;
      this.#lastUs = trades.timeUs[trades.count - 1]!;
      this.stored += trades.count;
    }
    if (this.#store.backlog > BACKLOG_MAX) await this.#store.flush();
  }

  #firstNew({ count, timeUs, ids }: TradeColumns, hasIds: boolean): number {
    const [column, last] = hasIds ? [ids.values as Float64Array, this.#lastId] : [timeUs, this.#lastUs];
    if (count === 0 || column[0]! > last) return 0;
    // A time that is stored already may go on in the same piece: only what was there before is passed over.
    let first = 0;
    while (first < count && column[first]! <= last) first++;
    return first;
  }

  #numbered(read: TradeColumns, first: number): TradeColumns {
    const trades = sliceTrades(read, first, read.count);
    const values = Float64Array.from({ length: trades.count }, (_, at) => this.#lastId + at + 1);
    return { ...trades, ids: { kind: 'counted', values } };
  }

  #feed(trades: TradeColumns, isComplete: boolean): void {
    this.#engine.advanceTo(Math.floor(trades.timeUs[0]! / BAR_US) * BAR_US, this.#sink);
    this.#engine.onTrades(trades, isComplete, this.#sink);
  }

  readonly #sink = {
    onCandle: (candle: Candle) => void this.#gathered.candles.push(candle),
    onOrderFlow: (row: OrderFlowRow) => void this.#gathered.orderFlow.push(row),
    onZone: (zone: Zone) => void this.#gathered.zones.push(zone),
    onGap: (gap: FairValueGap) => void this.#gathered.gaps.push(gap),
    onProfile: (row: MarketProfileRow) => {
      const { prices, volumes } = row.profileData;
      const profileData = prices.map((price, i) => [price, volumes[i]!] as const);
      this.#gathered.profiles.push({
        ...row,
        profileData,
        profileShape: row.profileShape ?? 'not available',
      });
    },
    onSignal: () => {},
    onStateDue: () => {},
  };
}

function nothing(): Gathered {
  return { candles: [], orderFlow: [], profiles: [], zones: [], gaps: [] };
}

/** Cuts trades where a bar of 15 s ends, where one is missing by its id, and where they get many. */
function* slices(trades: TradeColumns, lastId: number) {
  const ids = idsOf(trades);
  for (let from = 0; from < trades.count; ) {
    const endUs = Math.floor(trades.timeUs[from]! / BAR_US) * BAR_US + BAR_US;
    const before = from === 0 ? lastId : ids[from - 1]!;
    let to = from + 1;
    while (
      to < trades.count &&
      to - from < SLICE_MAX &&
      trades.timeUs[to]! < endUs &&
      ids[to]! === ids[to - 1]! + 1
    )
      to++;
    yield { trades: sliceTrades(trades, from, to), isComplete: before === 0 || ids[from]! === before + 1 };
    from = to;
  }
}

function idsOf({ ids }: TradeColumns): Float64Array {
  return ids.values as Float64Array;
}
