import { US_PER_MS, US_PER_SECOND } from '@algo/model';

/**
 * Where the fields of a trade stand in a row. `id` is undefined where rows have none; `symbol` where the file
 * is of one.
 */
export interface TradeLayout {
  readonly columns: number;
  readonly time: number;
  readonly price: number;
  readonly quantity: number;
  readonly side: number;
  /** `taker` names the aggressor; `maker` says whether the buyer was the maker. */
  readonly sideMeans: 'taker' | 'maker';
  readonly id: number | undefined;
  readonly symbol: number | undefined;
}

const NAMES = {
  time: ['ts_ms', 'exch_ts_ms', 'time', 'transact_time', 'timestamp', 'ts'],
  price: ['price'],
  quantity: ['qty', 'quantity', 'volume', 'amount'],
  taker: ['side'],
  maker: ['is_buyer_maker', 'isbuyermaker'],
  id: ['trade_id', 'agg_trade_id', 'id'],
  symbol: ['symbol'],
} as const;

/** What people are told when a file is none of them. */
export const KNOWN_LAYOUTS = [
  'CSV with a header that names a time (ts_ms, exch_ts_ms, time, timestamp), price,',
  'qty|quantity|volume|amount, side|is_buyer_maker and perhaps trade_id|id, symbol,',
  'such as "ts_ms,trade_id,price,qty,side";',
  'a Binance public dump without header (trades: id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch;',
  'aggTrades: id,price,qty,firstId,lastId,time,isBuyerMaker,isBestMatch); either of them as .gz;',
  'Parquet with the columns timestamp|time|ts, price, quantity|volume|qty, side, trade_id',
].join(' ');

/**
 * Returns the layout that column names spell; undefined when a field that a trade needs is not among them.
 */
export function layoutOfNames(names: readonly string[]): TradeLayout | undefined {
  const lower = names.map((name) => name.trim().toLowerCase());
  const find = (field: keyof typeof NAMES): number | undefined => {
    const found = NAMES[field].map((name) => lower.indexOf(name)).find((at) => at >= 0);
    return found;
  };
  const [time, price, quantity, taker, maker] = [
    find('time'),
    find('price'),
    find('quantity'),
    find('taker'),
    find('maker'),
  ];
  const side = taker ?? maker;
  if (time === undefined || price === undefined || quantity === undefined || side === undefined)
    return undefined;
  return {
    columns: names.length,
    time,
    price,
    quantity,
    side,
    sideMeans: taker === undefined ? 'maker' : 'taker',
    id: find('id'),
    symbol: find('symbol'),
  };
}

/** Returns the layout of a row of a Binance public dump, which has no header; undefined when it isn't one. */
export function layoutOfDump(fields: readonly string[]): TradeLayout | undefined {
  const isFlag = (at: number) => /^(true|false)$/i.test(fields[at] ?? '');
  const isWhole = (at: number) => /^\d+$/.test(fields[at] ?? '');
  const isNumber = (at: number) => /^\d+(\.\d+)?$/.test(fields[at] ?? '');
  const common = { price: 1, quantity: 2, sideMeans: 'maker', id: 0, symbol: undefined } as const;
  if (!isWhole(0) || !isNumber(1) || !isNumber(2)) return undefined;
  // Spot dumps end with isBestMatch; those of futures don't.
  const { length } = fields;
  if ((length === 6 || length === 7) && isWhole(4) && isFlag(5))
    return { columns: length, time: 4, side: 5, ...common };
  if ((length === 7 || length === 8) && isWhole(3) && isWhole(4) && isWhole(5) && isFlag(6))
    return { columns: length, time: 5, side: 6, ...common };
  return undefined;
}

/**
 * Returns a time given as a number as µs: its size tells seconds, ms (dumps before 2025), µs (since) and ns
 * apart.
 */
export function microseconds(value: number): number {
  if (value < 1e11) return Math.round(value * US_PER_SECOND);
  if (value < 1e14) return Math.round(value * US_PER_MS);
  return value < 1e17 ? value : Math.floor(value / 1_000);
}
