import {
  type Candle,
  type FairValueGap,
  type InstrumentId,
  sliceTrades,
  TIMEFRAME_US,
  type TimeUs,
  type TradeBatch,
  type TradeColumns,
  type Zone,
} from '@algo/model';
import type { RowStore, StoredPosition, StoreRows } from '@algo/tickstore';
import type { ShardRows } from '../domain/index.ts';
import type { PastRows } from './past-rows.ts';

/** Candles of one position. */
const CANDLES_AT_ONCE = 5_000;
/** So many rows may wait for the disk; then reading waits. */
const BACKLOG_MAX = 100_000;
const SHORTEST_US = TIMEFRAME_US['15s'];

/** A file that lacks rows which were taken before: what it holds, and the first rows that come behind. */
export interface Lacking {
  readonly instrument: InstrumentId;
  readonly stored: StoredPosition;
  readonly next: ShardRows;
}

/**
 * Puts back what the streams still hold of an instrument between what its file has and the rows that come
 * next. Cut off by a crash it is begun again behind what was put back: trades are told by their ids, candles
 * replace those of the same time. Returns words for a person; undefined where nothing was lacking. *Errors*:
 * those of the store.
 */
export async function refill(
  store: RowStore,
  { instrument, stored, next }: Lacking,
  past: PastRows,
): Promise<string | undefined> {
  const isLost = stored.position === 0;
  const into = new Refilling(store, instrument, stored.position, next.position - 1);
  const edge = edgeOf(next);
  // Trades go last: whether they are all there shows whether all is.
  const putBars = async (fromUs: TimeUs) => {
    let candles: Candle[] = [];
    for await (const candle of past.candles(instrument)) {
      const endUs = candle.openTimeUs + TIMEFRAME_US[candle.timeframe];
      if (endUs <= fromUs || endUs > edge.candlesUs) continue;
      if (candles.push(candle) < CANDLES_AT_ONCE) continue;
      await into.put({ candles });
      candles = [];
    }
    await into.put({ candles, ...(isLost ? await patternsOf(instrument, past) : {}) });
  };
  const isKnown = knownTo(stored);
  let hasBars = false;
  let lost: string | undefined;
  let isFirst = true;
  for await (const batch of past.batches(instrument)) {
    if (isFirst) lost = await lostBefore(batch, stored, past);
    isFirst = false;
    const trades = newIn(batch.trades, isKnown, edge);
    if (trades.count > 0) {
      if (!hasBars) await putBars(isLost ? stored.rolledToUs : trades.timeUs[0]!);
      hasBars = true;
      await into.put({ trades });
    }
    if (edge.isReachedBy(batch.trades)) break;
  }
  if (!hasBars && isLost) await putBars(stored.rolledToUs);
  await into.end();
  if (into.trades + into.candles === 0 && lost === undefined) return undefined;
  const said = (count: number) => count.toLocaleString('en-US');
  const put = `${said(into.trades)} trades and ${said(into.candles)} candles were put back from the stream`;
  const without = into.trades === 0 ? '' : ', order flow and profiles of that time were not';
  return `${instrument}: its file lacked rows; ${put}${without}${lost === undefined ? '' : `; ${lost}`}`;
}

/** Appends rows at the positions that are free below those that come next. */
class Refilling {
  readonly #store: RowStore;
  readonly #instrument: InstrumentId;
  readonly #lastPosition: number;
  #position: number;
  trades = 0;
  candles = 0;

  constructor(store: RowStore, instrument: InstrumentId, position: number, lastPosition: number) {
    this.#store = store;
    this.#instrument = instrument;
    this.#position = position;
    this.#lastPosition = lastPosition;
  }

  async put(rows: Pick<StoreRows, 'trades' | 'candles' | 'zones' | 'gaps'>): Promise<void> {
    const { trades, candles = [], zones = [], gaps = [] } = rows;
    if ((trades?.count ?? 0) + candles.length + zones.length + gaps.length === 0) return;
    // Each message was an input once, so that there is a position for it; should there be too few, the
    // last ones share one, which is committed with all of them.
    this.#position = Math.min(this.#position + 1, this.#lastPosition);
    this.#store.append({ instrument: this.#instrument, position: this.#position, again: true, ...rows });
    this.trades += trades?.count ?? 0;
    this.candles += candles.length;
    if (this.#position === this.#lastPosition) return;
    this.#store.commitUpTo(this.#instrument, this.#position);
    if (this.#store.backlog > BACKLOG_MAX) await this.#store.flush();
  }

  async end(): Promise<void> {
    if (this.#lastPosition > 0) this.#store.commitUpTo(this.#instrument, this.#lastPosition);
    await this.#store.flush();
  }
}

/** Where the rows that come next begin. */
interface Edge {
  /** No candle that was said before ends later. */
  readonly candlesUs: TimeUs;
  holds(trades: TradeColumns, row: number): boolean;
  isReachedBy(trades: TradeColumns): boolean;
}

function edgeOf({ trades, candles }: ShardRows): Edge {
  const shortest = candles.filter(({ timeframe }) => timeframe === '15s').map(({ openTimeUs }) => openTimeUs);
  const firstUs = trades?.timeUs[0] ?? Math.max(0, ...shortest) + SHORTEST_US;
  const candlesUs =
    shortest.length > 0 ? Math.min(...shortest) : Math.floor(firstUs / SHORTEST_US) * SHORTEST_US;
  if (trades === null) {
    // Time was told: no trade from before comes later.
    const holds = ({ timeUs }: TradeColumns, row: number) => timeUs[row]! < firstUs;
    return { candlesUs, holds, isReachedBy: () => false };
  }
  const first = trades.ids.values[0]!;
  if (typeof first === 'number') {
    const holds = ({ ids }: TradeColumns, row: number) => Number(ids.values[row]) < first;
    return { candlesUs, holds, isReachedBy: (batch) => !holds(batch, batch.count - 1) };
  }
  const isNext = ({ ids, timeUs }: TradeColumns) => ids.values[0] === first && timeUs[0] === trades.timeUs[0];
  return { candlesUs, holds: (batch) => !isNext(batch), isReachedBy: isNext };
}

/** Returns which trades the file holds already: counted ones by id, of named ones all up to the last. */
function knownTo({ lastTradeId }: StoredPosition): (trades: TradeColumns, row: number) => boolean {
  if (lastTradeId === null) return () => false;
  const last = Number(lastTradeId);
  let isBehind = false;
  return ({ ids }, row) => {
    if (ids.kind === 'counted') return ids.values[row]! <= last;
    if (isBehind) return false;
    isBehind = ids.values[row] === lastTradeId;
    return true;
  };
}

function newIn(
  trades: TradeColumns,
  isKnown: (trades: TradeColumns, row: number) => boolean,
  edge: Edge,
): TradeColumns {
  let [from, to] = [0, trades.count];
  while (from < to && isKnown(trades, from)) from++;
  while (to > from && !edge.holds(trades, to - 1)) to--;
  return sliceTrades(trades, from, to);
}

/** Returns what neither the file with its archive nor the stream holds, by the stream's first batch. */
async function lostBefore(
  { trades, complete }: TradeBatch,
  { lastTradeId }: StoredPosition,
  past: PastRows,
): Promise<string | undefined> {
  const first = trades.ids.values[0]!;
  if (lastTradeId === null)
    return (await past.isWhole())
      ? undefined
      : `trades before ${first} are neither in the archive nor in the stream`;
  if (typeof first === 'string' || first <= Number(lastTradeId) + 1 || !complete) return undefined;
  const [from, to] = [Number(lastTradeId) + 1, first - 1];
  return `trades ${from} to ${to} are lost: neither in the archive nor in the stream`;
}

/** The last word on each zone and gap. */
async function patternsOf(
  instrument: InstrumentId,
  past: PastRows,
): Promise<{ readonly zones: readonly Zone[]; readonly gaps: readonly FairValueGap[] }> {
  const zones = new Map<string, Zone>();
  const gaps = new Map<string, FairValueGap>();
  for await (const pattern of past.patterns(instrument))
    if ('touches' in pattern) zones.set(pattern.id, pattern);
    else gaps.set(pattern.id, pattern);
  return { zones: [...zones.values()], gaps: [...gaps.values()] };
}
