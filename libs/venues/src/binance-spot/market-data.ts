import {
  type FeedTraits,
  InputError,
  type Instrument,
  type InstrumentId,
  type TradeColumns,
} from '@algo/model';
import type { MarketDataFeed, MarketDataSink } from '../port.ts';
import { BINANCE_TIMINGS, BinanceConnection, type ConnectionTimings } from './connection.ts';
import { BinanceError } from './errors.ts';
import { BinanceHttp } from './http.ts';
import { BinanceKlines } from './klines.ts';
import type { RequestBudget } from './request-budget.ts';
import { type BinanceTrade, columnsOf } from './trade.ts';

/** Binance allows 1,024 streams on a connection; fewer lose less when one breaks. */
export const STREAMS_PER_CONNECTION = 200;

export interface BinanceSpotOptions {
  /** Of the streams: `wss://stream.binance.com:9443`. */
  readonly binanceUrl: string;
  /** Of REST: `https://api.binance.com`. */
  readonly binanceRestUrl: string;
  /** Milliseconds that never jump. */
  readonly monotonicMs: () => number;
  /** A number from 0 to 1, for the jitter of waits. */
  readonly random: () => number;
  readonly timings?: ConnectionTimings;
  /** Shared by all that ask Binance from this process; its own where nobody shares it. */
  readonly budget?: RequestBudget;
}

/** Public spot trades of Binance: streams over WebSocket, missed ones over REST, both without a key. */
export class BinanceSpotFeed implements MarketDataFeed {
  readonly name = 'binance';
  readonly traits: FeedTraits = {
    ...{ completeness: 'complete-by-id', sides: 'told', rowsSpanIds: true },
  };
  readonly #options: BinanceSpotOptions;
  readonly bars: BinanceKlines;
  readonly #http: BinanceHttp;
  readonly #connections: BinanceConnection[] = [];

  constructor(options: BinanceSpotOptions) {
    this.#options = options;
    this.#http = new BinanceHttp(options.binanceRestUrl, options.monotonicMs, options.budget);
    this.bars = new BinanceKlines(this.#http);
  }

  /** *Errors*: InputError when there is no instrument, or one that isn't of Binance's spot market. */
  open(instruments: readonly Instrument[], sink: MarketDataSink): void {
    refuseForeign(instruments);
    for (let from = 0; from < instruments.length; from += STREAMS_PER_CONNECTION)
      this.#connect(instruments.slice(from, from + STREAMS_PER_CONNECTION), sink);
  }

  /** *Errors*: rejects with a BinanceError. */
  async tradesFrom(instrument: Instrument, id: number): Promise<TradeColumns> {
    return columnsOf(instrument.id, await this.#http.historicalTrades(instrument.symbol, id));
  }

  /** *Errors*: rejects with a BinanceError. */
  async newestId({ symbol }: Instrument): Promise<number> {
    const [newest] = await this.#http.historicalTrades(symbol, undefined, 1);
    if (newest === undefined) throw new BinanceError('unreadable', `no trade of ${symbol}`);
    return newest.id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection[Symbol.dispose]();
    this.#http[Symbol.dispose]();
  }

  #connect(instruments: readonly Instrument[], sink: MarketDataSink): void {
    const { binanceUrl, monotonicMs, random, timings } = this.#options;
    const bySymbol = new Map<string, InstrumentId>(instruments.map(({ symbol, id }) => [symbol, id]));
    const ids = [...bySymbol.values()];
    const trade = (heard: BinanceTrade) => {
      const id = bySymbol.get(heard.symbol);
      if (id === undefined) sink.malformed();
      else sink.trades(columnsOf(id, [heard]));
    };
    this.#connections.push(
      new BinanceConnection({
        url: binanceUrl,
        symbols: [...bySymbol.keys()],
        timings: timings ?? BINANCE_TIMINGS,
        nowMs: monotonicMs,
        random,
        sink: {
          trade,
          malformed: () => sink.malformed(),
          connected: () => sink.connected(ids),
          disconnected: (reason) => sink.disconnected(ids, reason),
        },
      }),
    );
  }
}

function refuseForeign(instruments: readonly Instrument[]): void {
  const foreign = instruments.find(({ venue, market }) => venue !== 'binance' || market !== 'spot');
  if (foreign === undefined && instruments.length > 0) return;
  throw new InputError({
    field: '--instruments',
    value: foreign?.id ?? '',
    because: 'the feed binance brings instruments of binance.spot only, at least one',
    remedy: 'Name some such as binance.spot.BTCUSDT.',
  });
}
