import {
  BUY,
  type InstrumentId,
  SELL,
  SIDE_UNREADABLE,
  type TradeColumns,
  type TradeIds,
  US_PER_MS,
} from '@algo/model';

/**
 * A public trade as Binance tells it; fields of the stream that can't be read are NaN or SIDE_UNREADABLE.
 * *Shape*: `merged` trades in one row.
 */
export interface BinanceTrade {
  readonly symbol: string;
  readonly id: number;
  readonly timeUs: number;
  readonly price: number;
  readonly quantity: number;
  readonly side: number;
  readonly merged: number;
}

/** Returns trades of one instrument as columns. */
export function columnsOf(
  instrument: InstrumentId,
  trades: readonly BinanceTrade[],
  kind: TradeIds['kind'],
): TradeColumns {
  const count = trades.length;
  const timeUs = new Float64Array(count);
  const price = new Float64Array(count);
  const quantity = new Float64Array(count);
  const values = new Float64Array(count);
  const side = new Uint8Array(count);
  let merged: Uint32Array | undefined;
  for (let row = 0; row < count; row++) {
    const trade = trades[row]!;
    timeUs[row] = trade.timeUs;
    price[row] = trade.price;
    quantity[row] = trade.quantity;
    side[row] = trade.side;
    values[row] = trade.id;
    if (trade.merged === 1) continue;
    merged ??= new Uint32Array(count).fill(1);
    merged[row] = trade.merged;
  }
  const columns = { instrument, count, timeUs, price, quantity, side };
  const ids: TradeIds =
    kind === 'counted' ? { kind, values } : { kind, values: trades.map(({ id }) => String(id)) };
  return merged === undefined ? { ...columns, ids } : { ...columns, ids, merged };
}

/** The buyer was the maker means that the taker sold. */
export function takerSide(isBuyerMaker: unknown): number {
  return isBuyerMaker === true ? SELL : isBuyerMaker === false ? BUY : SIDE_UNREADABLE;
}

/** We ask for microseconds; a server that doesn't know the wish answers in milliseconds. */
export function microseconds(value: unknown): number {
  if (!Number.isSafeInteger(value)) return Number.NaN;
  return Number(value) < 1e14 ? Number(value) * US_PER_MS : Number(value);
}

export function wholeNumber(value: unknown): number {
  return Number.isSafeInteger(value) ? Number(value) : Number.NaN;
}

const [ZERO, NINE, POINT] = [48, 57, 46];

/** Returns the number that plain digits say, with or without a point among them; NaN for all else. */
export function decimal(value: unknown): number {
  if (typeof value !== 'string') return Number.NaN;
  // Two of each trade are read so, in one go over the digits: a pattern and Number take twice as long.
  const { length } = value;
  let digits = 0;
  let point = -1;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code >= ZERO && code <= NINE) digits = digits * 10 + (code - ZERO);
    else if (code === POINT && point < 0 && i > 0) point = i;
    else return Number.NaN;
  }
  if (length === 0 || point === length - 1) return Number.NaN;
  const places = point < 0 ? 0 : length - 1 - point;
  // One division of whole numbers that doubles hold is rounded as Number does it.
  return digits <= Number.MAX_SAFE_INTEGER && places < TENS.length ? digits / TENS[places]! : Number(value);
}

const TENS = Array.from({ length: 16 }, (_, places) => 10 ** places);
