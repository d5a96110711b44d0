import { InputError, type Market } from '@algo/model';

/** What a column can be. *Shape*: `maker` says whether the buyer was the maker, `taker` who came last. */
const ROLES = ['time', 'price', 'quantity', 'taker', 'maker', 'id', 'symbol', 'exchange'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Where the fields of a trade stand in a row, and what the layout itself shows of where the trades are from.
 * *Shape*: `columns` fields a row; a role that no column has is undefined. Without `taker` and `maker` the
 * side is inferred from how the price moves.
 */
export interface TradeLayout {
  readonly columns: number;
  readonly at: Readonly<Partial<Record<Role, number>>>;
  readonly market?: Market;
  readonly venue?: string;
}

/** Names of columns, small letters and digits alone, in the order in which they are believed. */
const NAMES: Readonly<Record<Role, readonly string[]>> = {
  time: [
    ...['tsms', 'exchtsms', 'time', 'transacttime', 'tradetime', 'timestamp', 'timestampms', 'tsus', 'ts'],
    ...['datetime', 'date', 'createdat', 'executedat', 't'],
  ],
  price: ['price', 'px', 'rate', 'p'],
  quantity: ['qty', 'quantity', 'size', 'volume', 'amount', 'baseqty', 'basevolume', 'q', 'v'],
  taker: ['side', 'takerside', 'aggressorside', 'direction'],
  maker: ['isbuyermaker', 'buyermaker', 'wasbuyermaker', 'm'],
  id: ['tradeid', 'aggtradeid', 'aggid', 'trdmatchid', 'execid', 'tid', 'id', 'a'],
  symbol: ['symbol', 'instrument', 'pair', 'productid'],
  exchange: ['exchange', 'venue'],
};

/** What people are told when a file is none of them. */
export const KNOWN_LAYOUTS = [
  'a header that names a time (ts_ms, time, timestamp …), price, quantity (qty, size, amount …),',
  'side or is_buyer_maker, and perhaps trade_id, symbol;',
  'or a public dump of Binance (spot or USD-M, trades or aggTrades) or Bybit;',
  'or say where the fields stand: --layout time,price,quantity,side,id, with - for what is to be passed over',
].join(' ');

const WORDS: Readonly<Record<string, Role>> = {
  time: 'time',
  price: 'price',
  quantity: 'quantity',
  side: 'taker',
  is_buyer_maker: 'maker',
  id: 'id',
  symbol: 'symbol',
};
/** Layouts that have no header and can't be told from others: to be asked for by name. */
const BY_NAME: Readonly<Record<string, string>> = { kraken: 'time,price,quantity' };

/** Returns the layout that a person spells out. *Errors*: InputError on a word that is no field. */
export function layoutOfWords(text: string): TradeLayout {
  const words = (BY_NAME[text] ?? text).split(',').map((word) => word.trim());
  const at: Partial<Record<Role, number>> = {};
  const [fields, known] = [WORDS, BY_NAME].map((each) => Object.keys(each).join(', '));
  const refused = (because: string) =>
    new InputError({
      field: '--layout',
      value: text,
      because,
      remedy: `Name each column, comma separated: ${fields}, or - for any other; or write ${known}.`,
    });
  for (const [column, word] of words.entries()) {
    if (word === '-') continue;
    const role = WORDS[word];
    if (role === undefined) throw refused(`${JSON.stringify(word)} is no field of a trade`);
    if (at[role] !== undefined) throw refused(`${word} is named twice`);
    at[role] = column;
  }
  const missing = (['time', 'price', 'quantity'] as const).filter((role) => at[role] === undefined);
  if (missing.length > 0) throw refused(`${missing.join(' and ')} is missing`);
  return { columns: words.length, at };
}

/** Returns the layout that column names spell; undefined where one that a trade needs is not among them. */
export function layoutOfNames(names: readonly string[]): TradeLayout | undefined {
  const plain = names.map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
  const at: Partial<Record<Role, number>> = {};
  for (const role of ROLES) {
    const column = NAMES[role].map((name) => plain.indexOf(name)).find((found) => found >= 0);
    if (column !== undefined) at[role] = column;
  }
  const { time, price, quantity, taker, maker } = at;
  if (time === undefined || price === undefined || quantity === undefined) return undefined;
  if (taker === undefined && maker === undefined) return undefined;
  const layout = { columns: names.length, at };
  if (plain.includes('trdmatchid')) return { ...layout, venue: 'bybit' };
  // Only the dumps of Binance name a quote quantity beside the flag; those of spot end with one more.
  if (plain.includes('isbestmatch')) return { ...layout, market: 'spot', venue: 'binance' };
  if (plain.includes('quoteqty') && maker !== undefined)
    return { ...layout, market: 'perp', venue: 'binance' };
  return layout;
}

/** Returns the layout of a row of a Binance dump without header; undefined where it isn't one. */
export function layoutOfDump(fields: readonly string[]): TradeLayout | undefined {
  const isFlag = (at: number) => /^(true|false)$/i.test(fields[at] ?? '');
  const isWhole = (at: number) => /^\d+$/.test(fields[at] ?? '');
  const isNumber = (at: number) => /^\d+(\.\d+)?$/.test(fields[at] ?? '');
  if (!isWhole(0) || !isNumber(1) || !isNumber(2)) return undefined;
  const { length: columns } = fields;
  const common = { id: 0, price: 1, quantity: 2 };
  // Those of spot end with whether it was the best match; those of USD-M don't.
  if ((columns === 6 || columns === 7) && isWhole(4) && isFlag(5))
    return { ...binance(columns === 7), columns, at: { ...common, time: 4, maker: 5 } };
  if ((columns === 7 || columns === 8) && isWhole(3) && isWhole(4) && isWhole(5) && isFlag(6))
    return { ...binance(columns === 8), columns, at: { ...common, time: 5, maker: 6 } };
  return undefined;
}

function binance(isSpot: boolean): { readonly market: Market; readonly venue: string } {
  return { market: isSpot ? 'spot' : 'perp', venue: 'binance' };
}
