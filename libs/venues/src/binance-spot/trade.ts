import { BUY, type InstrumentId, SELL, SIDE_UNREADABLE, type TradeColumns, US_PER_MS } from '@algo/model';

/** A public trade as Binance tells it; fields of the stream that can't be read are NaN or SIDE_UNREADABLE. */
export interface BinanceTrade {
  readonly symbol: string;
  readonly id: number;
  readonly timeUs: number;
  readonly price: number;
  readonly quantity: number;
  readonly side: number;
}

/**
 * Returns the trade in a frame, `answer` for the reply to a request of ours, undefined for what is neither.
 */
export function binanceTradeIn(frame: string): BinanceTrade | 'answer' | undefined {
  let message: unknown;
  try {
    message = JSON.parse(frame);
  } catch {
    return undefined; // counted by the caller; a frame that is no JSON names no instrument
  }
  if (!isRecord(message)) return undefined;
  if ('id' in message && ('result' in message || 'error' in message)) return 'answer';
  const data = isRecord(message.data) ? message.data : message;
  if (data.e !== 'trade' || typeof data.s !== 'string') return undefined;
  return {
    symbol: data.s,
    id: Number.isSafeInteger(data.t) ? Number(data.t) : Number.NaN,
    timeUs: microseconds(data.T),
    price: decimal(data.p),
    quantity: decimal(data.q),
    side: takerSide(data.m),
  };
}

/** Returns a trade of a REST answer; undefined when any field of it can't be read. */
export function historicalTradeOf(row: unknown, symbol: string): BinanceTrade | undefined {
  if (!isRecord(row) || !Number.isSafeInteger(row.id)) return undefined;
  const trade = {
    symbol,
    id: Number(row.id),
    timeUs: microseconds(row.time),
    price: decimal(row.price),
    quantity: decimal(row.qty),
    side: takerSide(row.isBuyerMaker),
  };
  const isWhole = trade.timeUs > 0 && trade.price > 0 && trade.quantity > 0 && trade.side !== SIDE_UNREADABLE;
  return isWhole ? trade : undefined;
}

/** Returns trades of one instrument as columns. */
export function columnsOf(instrument: InstrumentId, trades: readonly BinanceTrade[]): TradeColumns {
  const column = () => new Float64Array(trades.length);
  const [timeUs, price, quantity, ids, side] = [
    column(),
    column(),
    column(),
    column(),
    new Uint8Array(trades.length),
  ];
  for (const [row, trade] of trades.entries()) {
    timeUs[row] = trade.timeUs;
    price[row] = trade.price;
    quantity[row] = trade.quantity;
    side[row] = trade.side;
    ids[row] = trade.id;
  }
  return {
    instrument,
    count: trades.length,
    timeUs,
    price,
    quantity,
    side,
    ids: { kind: 'counted', values: ids },
  };
}

/** The buyer was the maker means that the taker sold. */
function takerSide(isBuyerMaker: unknown): number {
  return isBuyerMaker === true ? SELL : isBuyerMaker === false ? BUY : SIDE_UNREADABLE;
}

/** We ask for microseconds; a server that doesn't know the wish answers in milliseconds. */
export function microseconds(value: unknown): number {
  if (!Number.isSafeInteger(value)) return Number.NaN;
  return Number(value) < 1e14 ? Number(value) * US_PER_MS : Number(value);
}

/** Returns a decimal that Binance spells as text; NaN for anything else. */
export function decimal(value: unknown): number {
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
