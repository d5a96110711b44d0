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
    ...['datetime', 'date', 'createdat', 'createdtime', 'executedat', 't'],
  ],
  price: ['price', 'px', 'rate', 'p'],
  quantity: ['qty', 'quantity', 'size', 'volume', 'amount', 'baseqty', 'basevolume', 'q', 'v'],
  taker: ['side', 'takerside', 'aggressorside', 'direction'],
  maker: ['isbuyermaker', 'buyermaker', 'wasbuyermaker', 'm'],
  id: ['tradeid', 'aggtradeid', 'aggid', 'trdmatchid', 'execid', 'tid', 'id', 'a'],
  symbol: ['symbol', 'instrument', 'instrumentname', 'pair', 'productid'],
  exchange: ['exchange', 'venue'],
};

/** What people are told when a file is none of them. */
export const KNOWN_LAYOUTS = [
  'What is read: a header that names a time (ts_ms, time, timestamp …), price,',
  'quantity (qty, size, amount …),',
  'side or is_buyer_maker, and perhaps trade_id, symbol;',
  'or a public dump of Binance (spot or USD-M, trades or aggTrades) or Bybit;',
  'or say where the fields stand: --layout time,price,quantity,side,id, with - for what is to be passed over',
].join(' ');

/** How people are told to write each field. */
const WORDS: Readonly<Record<Role, string>> = {
  time: 'time',
  price: 'price',
  quantity: 'quantity',
  taker: 'side',
  maker: 'is_buyer_maker',
  id: 'id',
  symbol: 'symbol',
  exchange: 'exchange',
};
/** Layouts that have no header and can't be told from others: to be asked for by name. */
const BY_NAME: Readonly<Record<string, string>> = { kraken: 'time,price,quantity' };

/** Returns the layout that a person spells out. *Errors*: InputError on a word that is no field. */
export function layoutOfWords(text: string): TradeLayout {
  const words = (BY_NAME[text] ?? text).split(',').map((word) => word.trim());
  const at: Partial<Record<Role, number>> = {};
  const [fields, known] = [Object.values(WORDS), Object.keys(BY_NAME)].map((each) => each.join(', '));
  const refused = (because: string) =>
    new InputError({
      field: '--layout',
      value: text,
      because,
      remedy: `Name each column, comma separated: ${fields}, or - for any other; or write ${known}.`,
    });
  for (const [column, word] of words.entries()) {
    if (word === '-') continue;
    const role = roleOf(word);
    if (role === undefined) throw refused(`${JSON.stringify(word)} is no field of a trade`);
    if (at[role] !== undefined) throw refused(`${word} is named twice`);
    at[role] = column;
  }
  const missing = (['time', 'price', 'quantity'] as const).filter((role) => at[role] === undefined);
  if (missing.length > 0) throw refused(`${missing.join(' and ')} is missing`);
  return { columns: words.length, at };
}

/** Returns what a column of this name holds; undefined where nothing of a trade is called so. */
function roleOf(name: string): Role | undefined {
  const plain = plainly(name);
  return (
    ROLES.find((role) => plainly(WORDS[role]) === plain) ?? ROLES.find((role) => NAMES[role].includes(plain))
  );
}

function plainly(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Returns where each field of a trade stands by the names of columns. */
function placesOf(names: readonly string[]): TradeLayout['at'] {
  const plain = names.map(plainly);
  const at: Partial<Record<Role, number>> = {};
  for (const role of ROLES) {
    const column = NAMES[role].map((name) => plain.indexOf(name)).find((found) => found >= 0);
    if (column !== undefined) at[role] = column;
  }
  return at;
}

/**
 * Returns the words for `--layout` by which a table is read in which no column is a side; undefined where
 * something else is missing, too, or nothing.
 */
export function layoutWithoutSide(names: readonly string[]): string | undefined {
  const at = placesOf(names);
  const isThere = [at.time, at.price, at.quantity].every((column) => column !== undefined);
  if (!isThere || at.taker !== undefined || at.maker !== undefined) return undefined;
  const roleAt = (column: number) => ROLES.find((role) => at[role] === column);
  return names.map((_, column) => WORDS[roleAt(column)!] ?? '-').join(',');
}

/** Returns the layout that column names spell; undefined where one that a trade needs is not among them. */
export function layoutOfNames(names: readonly string[]): TradeLayout | undefined {
  const at = placesOf(names);
  const { time, price, quantity, taker, maker } = at;
  if (time === undefined || price === undefined || quantity === undefined) return undefined;
  if (taker === undefined && maker === undefined) return undefined;
  const layout = { columns: names.length, at };
  const has = (name: string) => names.some((one) => plainly(one) === name);
  if (has('trdmatchid')) return { ...layout, venue: 'bybit' };
  // Only the dumps of Binance name a quote quantity beside the flag; those of spot end with one more.
  if (has('isbestmatch')) return { ...layout, market: 'spot', venue: 'binance' };
  if (has('quoteqty') && maker !== undefined) return { ...layout, market: 'perp', venue: 'binance' };
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
