import type { BinanceDialect, Endpoint } from './dialect.ts';
import { INTERVALS_MS, klineRows } from './kline-rows.ts';
import { rowFrom, type Tape, type TapeAggregate, type TapeTrade, timeIn } from './tape.ts';

const HOUR_MS = 3_600_000;

/** A question as it came. */
export interface RestQuestion {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly wantsMicroseconds: boolean;
  readonly hasKey: boolean;
}

/** What is answered: a body, and the weight that it cost. */
export interface RestAnswer {
  readonly status: number;
  readonly weight: number;
  readonly body: unknown;
}

/** An answer in the venue's own words for what is wrong. */
class Refused extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** What an order of a symbol must be, and whether any is taken. *Shape*: decimals as text. */
export interface ListedRules {
  readonly status: string;
  readonly tickSize: string;
  readonly stepSize: string;
  readonly minQty: string;
  readonly minNotional: string;
}

/** As a symbol is listed when nobody says. */
const USUAL_RULES: ListedRules = {
  ...{ status: 'TRADING', tickSize: '0.01', stepSize: '0.001', minQty: '0.001', minNotional: '5' },
};

/** What the market of a stand-in shows to reads. */
export interface RestMarket {
  readonly tape: Tape;
  readonly nowMs: () => number;
  /** The first id that a read of a symbol from an id on doesn't show yet. */
  readonly historyEnd: (symbol: string, fromId: number) => number;
  /** The id that a page from an id on begins at in truth. */
  readonly pageStart: (symbol: string, fromId: number) => number;
  /** What an address may use in a minute. */
  readonly weightMax: number;
  /** What an order of a symbol must be, where not as usual; null: it is not listed any more. */
  readonly rules: ReadonlyMap<string, Partial<ListedRules> | null>;
  /** Whether a trade's id is missing from all that reads show. */
  readonly isLost: (symbol: string, id: number) => boolean;
}

/** Answers the reads of one of Binance's markets, as documented. */
export function answerRest(dialect: BinanceDialect, market: RestMarket, question: RestQuestion): RestAnswer {
  const name = question.path.slice(dialect.prefix.length + 1);
  const handler = HANDLERS[name as Endpoint];
  if (!question.path.startsWith(`${dialect.prefix}/`) || handler === undefined)
    return { status: 404, weight: 1, body: '<html><head><title>404 Not Found</title></head></html>' };
  const endpoint = name as Endpoint;
  try {
    const limits = dialect.limits[endpoint as keyof BinanceDialect['limits']];
    const limit = limits === undefined ? 0 : limitOf(question.query, limits.standard, limits.most);
    const weight = dialect.weightOf(endpoint, limit);
    return { status: 200, weight, body: handler({ dialect, market, question, limit }) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const body = { code: error.code, msg: error.message };
    return { status: error.status, weight: dialect.weightOf(endpoint, 0), body };
  }
}

interface Handling {
  readonly dialect: BinanceDialect;
  readonly market: RestMarket;
  readonly question: RestQuestion;
  readonly limit: number;
}

const HANDLERS: Readonly<Record<Endpoint, (handling: Handling) => unknown>> = {
  ping: () => ({}),
  time: ({ market }) => ({ serverTime: market.nowMs() }),
  exchangeInfo,
  trades: (handling) => historyRows(handling, undefined),
  historicalTrades: (handling) => {
    if (handling.dialect.wantsKey && !handling.question.hasKey)
      throw new Refused(-2014, 'API-key format invalid.', 401);
    return historyRows(handling, numberIn(handling.question.query, 'fromId'));
  },
  aggTrades,
  klines,
};

function exchangeInfo({ dialect, market }: Handling): unknown {
  const minute = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1 };
  const contract = dialect.wantsKey ? { contractType: 'PERPETUAL', underlyingType: 'COIN' } : {};
  return {
    timezone: 'UTC',
    serverTime: market.nowMs(),
    rateLimits: [{ ...minute, limit: market.weightMax }],
    symbols: market.tape.symbols.flatMap((symbol) => {
      const own = market.rules.get(symbol);
      if (own === null) return [];
      return [{ ...listedRow(symbol, { ...USUAL_RULES, ...own }, dialect), ...contract }];
    }),
  };
}

const QUOTES = ['USDT', 'USDC', 'BTC', 'ETH', 'BNB'];

function listedRow(symbol: string, rules: ListedRules, dialect: BinanceDialect): object {
  const quoteAsset = QUOTES.find((name) => symbol.endsWith(name) && symbol !== name) ?? 'USDT';
  const baseAsset = symbol.endsWith(quoteAsset) ? symbol.slice(0, -quoteAsset.length) : symbol;
  const { status, tickSize, stepSize, minQty, minNotional } = rules;
  const notional = dialect.wantsKey
    ? { filterType: 'MIN_NOTIONAL', notional: minNotional }
    : { filterType: 'NOTIONAL', minNotional, applyMinToMarket: true };
  return {
    ...{ symbol, status, baseAsset, quoteAsset },
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: tickSize, maxPrice: '1000000', tickSize },
      { filterType: 'LOT_SIZE', minQty, maxQty: '90000', stepSize },
      notional,
    ],
  };
}

function historyRows(handling: Handling, fromId: number | undefined): unknown[] {
  const { market, limit } = handling;
  const symbol = symbolOf(handling);
  const perMs = perMsOf(handling);
  const endId = market.historyEnd(symbol, fromId ?? 0);
  const shown = market.tape.trades(symbol)!.filter(({ id }) => !market.isLost(symbol, id));
  const startId = fromId === undefined ? undefined : market.pageStart(symbol, fromId);
  return page(shown, startId, endId, limit).map(({ id, price, quantity: qty, timeUs, isBuyerMaker }) => ({
    ...{ id, price, qty, time: timeIn(timeUs, perMs), isBuyerMaker },
    ...(handling.dialect.wantsKey ? {} : { isBestMatch: true }),
  }));
}

function aggTrades(handling: Handling): unknown[] {
  const { market, limit, question } = handling;
  const symbol = symbolOf(handling);
  const perMs = perMsOf(handling);
  const fromId = numberIn(question.query, 'fromId');
  const startMs = numberIn(question.query, 'startTime');
  const endMs = numberIn(question.query, 'endTime');
  if (startMs !== undefined && endMs !== undefined && endMs - startMs > HOUR_MS)
    throw new Refused(-1127, 'More than 1 hours between startTime and endTime.');
  const rows = market.tape.aggregates(symbol)!.filter(({ id }) => !market.isLost(symbol, id));
  const inTime = (ms: number | undefined, other: number) =>
    ms === undefined ? other : rowFrom(rows, ms * 1_000, ({ timeUs }) => timeUs);
  const endId = market.historyEnd(symbol, fromId ?? 0);
  const shown =
    startMs === undefined && endMs === undefined
      ? page(rows, fromId === undefined ? undefined : market.pageStart(symbol, fromId), endId, limit)
      : rows.slice(inTime(startMs, 0), inTime(endMs === undefined ? undefined : endMs + 1, rows.length));
  return shown.slice(0, limit).map((row) => aggregateRow(row, perMs));
}

function aggregateRow(row: TapeAggregate, perMs: number): unknown {
  const { id: a, price: p, quantity: q, firstTradeId: f, lastTradeId: l, timeUs, isBuyerMaker: m } = row;
  return { a, p, q, f, l, T: timeIn(timeUs, perMs), m };
}

function klines(handling: Handling): unknown[][] {
  const { dialect, market, question, limit } = handling;
  const { query } = question;
  const symbol = symbolOf(handling);
  const interval = query.get('interval') ?? '';
  if (interval === '') throw mandatory('interval');
  if (!dialect.intervals.includes(interval)) throw new Refused(-1120, 'Invalid interval.');
  const wanted = {
    intervalMs: INTERVALS_MS[interval]!,
    fromMs: numberIn(query, 'startTime'),
    toMs: Math.min(market.nowMs(), numberIn(query, 'endTime') ?? Number.POSITIVE_INFINITY),
    limit,
  };
  return klineRows(market.tape.trades(symbol)!, wanted, perMsOf(handling));
}

/** Returns rows from an id on, or without one the newest; none that the history doesn't show yet. */
function page<Row extends TapeTrade>(
  rows: readonly Row[],
  fromId: number | undefined,
  endId: number,
  most: number,
): readonly Row[] {
  const idOf = ({ id }: Row) => id;
  const end = rowFrom(rows, endId, idOf);
  const from = fromId === undefined ? Math.max(0, end - most) : rowFrom(rows, fromId, idOf);
  return rows.slice(from, Math.min(end, from + most));
}

function perMsOf({ dialect, question }: Handling): number {
  return dialect.hasMicroseconds && question.wantsMicroseconds ? 1_000 : 1;
}

function symbolOf({ market, question }: Handling): string {
  const symbol = question.query.get('symbol') ?? '';
  if (symbol === '') throw mandatory('symbol');
  if (market.tape.trades(symbol) === undefined) throw new Refused(-1121, 'Invalid symbol.');
  return symbol;
}

function limitOf(query: URLSearchParams, standard: number, most: number): number {
  const limit = numberIn(query, 'limit') ?? standard;
  if (limit < 1) throw new Refused(-1130, "Data sent for parameter 'limit' is not valid.");
  return Math.min(limit, most);
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,19}$/.test(text))
    throw new Refused(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
    );
  return Number(text);
}

function mandatory(name: string): Refused {
  return new Refused(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}
