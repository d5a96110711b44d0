import { INTERVALS_MS } from './kline-rows.ts';

/** A read that a stand-in answers. */
export type Endpoint =
  | 'ping'
  | 'time'
  | 'exchangeInfo'
  | 'trades'
  | 'historicalTrades'
  | 'aggTrades'
  | 'klines';

/** A read's rows: how many are given without a wish, and at most. */
interface Limits {
  readonly standard: number;
  readonly most: number;
}

/** In what Binance's markets differ, as its documentation has it. */
export interface BinanceDialect {
  /** Before the name of every read. */
  readonly prefix: string;
  /** What one address may use in a minute. */
  readonly weightMax: number;
  readonly weightOf: (endpoint: Endpoint, limit: number) => number;
  readonly limits: Readonly<Record<'trades' | 'historicalTrades' | 'aggTrades' | 'klines', Limits>>;
  /** Names of bars. */
  readonly intervals: readonly string[];
  /** Whether times may be asked for in microseconds. */
  readonly hasMicroseconds: boolean;
  /** Reads of old trades want a key. */
  readonly wantsKey: boolean;
  /** Trades of one price and side so near each other are told as one. *Units*: µs. */
  readonly mergeUs: number;
  readonly streamsMax: number;
  /** Connections that an address may make in five minutes. */
  readonly dialsMax: number;
  /** Frames that a client may send in a second. */
  readonly framesPerSecond: number;
  readonly pingEveryMs: number;
  /** What a stream's path begins with; undefined where all paths have all streams. */
  readonly routeOf: (kind: string) => string | undefined;
}

const ALL_INTERVALS = Object.keys(INTERVALS_MS);
const WEIGHTS = {
  ping: 1,
  time: 1,
  exchangeInfo: 20,
  trades: 25,
  historicalTrades: 25,
  aggTrades: 4,
  klines: 2,
};
const FUTURES_WEIGHTS = { ...WEIGHTS, exchangeInfo: 1, trades: 5, historicalTrades: 200, aggTrades: 20 };

export const SPOT_DIALECT: BinanceDialect = {
  prefix: '/api/v3',
  weightMax: 6_000,
  weightOf: (endpoint) => WEIGHTS[endpoint],
  limits: {
    trades: { standard: 500, most: 1_000 },
    historicalTrades: { standard: 500, most: 1_000 },
    aggTrades: { standard: 500, most: 1_000 },
    klines: { standard: 500, most: 1_000 },
  },
  intervals: ALL_INTERVALS,
  hasMicroseconds: true,
  wantsKey: false,
  mergeUs: 0,
  streamsMax: 1_024,
  dialsMax: 300,
  framesPerSecond: 5,
  pingEveryMs: 20_000,
  routeOf: () => undefined,
};

export const USDM_DIALECT: BinanceDialect = {
  prefix: '/fapi/v1',
  weightMax: 2_400,
  weightOf: (endpoint, limit) => (endpoint === 'klines' ? klinesWeight(limit) : FUTURES_WEIGHTS[endpoint]),
  limits: {
    trades: { standard: 500, most: 1_000 },
    historicalTrades: { standard: 100, most: 500 },
    aggTrades: { standard: 500, most: 1_000 },
    klines: { standard: 500, most: 1_500 },
  },
  intervals: ALL_INTERVALS.filter((name) => name !== '1s'),
  hasMicroseconds: false,
  wantsKey: true,
  mergeUs: 100_000,
  streamsMax: 1_024,
  dialsMax: 300,
  framesPerSecond: 10,
  pingEveryMs: 180_000,
  routeOf: (kind) => (kind === 'trade' ? '/public/' : '/market/'),
};

function klinesWeight(limit: number): number {
  if (limit < 100) return 1;
  if (limit < 500) return 2;
  return limit <= 1_000 ? 5 : 10;
}
