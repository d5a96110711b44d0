import { setTimeout as sleep } from 'node:timers/promises';
import {
  type FeedTraits,
  InputError,
  type Instrument,
  type InstrumentId,
  nearestName,
  type TradeColumns,
  US_PER_MS,
} from '@algo/model';
import { type MarketDataFeed, type MarketDataSink, ReadFailure } from '../port.ts';
import type { BinanceMarket } from './binance-market.ts';
import { BINANCE_TIMINGS, BinanceConnection, type ConnectionTimings } from './connection.ts';
import { DialGate, type DialMemory, KEPT_FOR_TRADES } from './dial-gate.ts';
import { BinanceError } from './errors.ts';
import { BinanceHttp, type BinanceListing } from './http.ts';
import { BinanceKlines } from './klines.ts';
import type { MinuteBar } from './minute-bar.ts';
import { MARKET_DATA_SHARE, RequestBudget } from './request-budget.ts';
import { StreamWatch } from './stream-watch.ts';
import { type BinanceTrade, columnsOf } from './trade.ts';

/** Binance allows 1,024 streams on a connection; fewer lose less when one breaks. */
export const STREAMS_PER_CONNECTION = 200;
/** Connections for streams that were silent on one with others, at most; more such streams share them. */
export const ALONE_MAX = 8;

/** Of an address's weight: what it costs to look after silent streams. */
const WATCH_SHARE = 0.04;

export interface BinanceOptions {
  /** Addresses of the streams and of REST. */
  readonly url: string;
  readonly restUrl: string;
  /** Milliseconds that never jump. */
  readonly monotonicMs: () => number;
  /** A number from 0 to 1, for the jitter of waits. */
  readonly random: () => number;
  readonly timings?: ConnectionTimings;
  /** Shared by all that ask this market of Binance from this process; its own where nobody shares it. */
  readonly budget?: RequestBudget;
  /** What earlier lives dialled; nobody remembers it where this is left out. */
  readonly dials?: DialMemory;
  /** How often silent streams are looked for. */
  readonly watchEveryMs?: number;
  /** Whether the venue's own bars are heard beside the trades; they are where nobody says. */
  readonly hearsBars?: boolean;
}

/** A stream that is wanted, and who brings it. */
interface Stream {
  readonly instrument: Instrument;
  connection: BinanceConnection<BinanceTrade>;
}

/** Public trades of one of Binance's markets: streams over WebSocket, missed ones over REST, keyless. */
export class BinanceFeed implements MarketDataFeed {
  readonly name: string;
  readonly traits: FeedTraits;
  readonly bars: BinanceKlines;
  readonly tradesPerMinute: number;
  /** By id, where the market has such a read. *Errors*: rejects with a BinanceError. */
  readonly tradesFrom?: (instrument: Instrument, id: number) => Promise<TradeColumns>;
  readonly newestId?: (instrument: Instrument) => Promise<number>;
  /** The newest page, where there is no read by id. *Errors*: rejects with a BinanceError. */
  readonly recentTrades?: (instrument: Instrument) => Promise<TradeColumns>;
  readonly #market: BinanceMarket;
  readonly #options: BinanceOptions;
  readonly #http: BinanceHttp;
  readonly #budget: RequestBudget;
  readonly #gate: DialGate;
  readonly #watch: StreamWatch;
  readonly #connections: Disposable[] = [];
  /** Of these, those of streams that were silent beside others. */
  readonly #alone: BinanceConnection<BinanceTrade>[] = [];
  readonly #streams = new Map<string, Stream>();
  readonly #ending = new AbortController();
  #sink: MarketDataSink | undefined;
  /** What was listed when it was asked last, and when that was. */
  #newest: { readonly listing: BinanceListing; readonly readMs: number } | undefined;

  constructor(market: BinanceMarket, options: BinanceOptions) {
    const { monotonicMs, restUrl, watchEveryMs } = options;
    this.name = market.name;
    this.traits = market.traits;
    this.#market = market;
    this.#gate = new DialGate(monotonicMs(), options.dials);
    this.#options = options;
    this.#budget = options.budget ?? new RequestBudget(market.weightPerMinute);
    this.#http = new BinanceHttp(restUrl, market, monotonicMs, this.#budget);
    this.bars = new BinanceKlines(market, this.#http);
    const { history, traits, weightPerMinute } = market;
    const shareOfTrades = weightPerMinute * MARKET_DATA_SHARE;
    this.tradesPerMinute = Math.floor(shareOfTrades / history.weight) * history.most;
    const read = async ({ id, symbol }: Instrument, fromId?: number) =>
      columnsOf(id, await this.#http.historicalTrades(symbol, fromId), traits.ids);
    if (history.isById) {
      this.tradesFrom = read;
      this.newestId = ({ symbol }) => this.#newestId(symbol);
    } else this.recentTrades = (instrument) => read(instrument);
    const newestId = (symbol: string) => this.#newestId(symbol);
    const mute = (symbol: string) => this.#mute(this.#streams.get(symbol)!);
    const askEveryMs = (60_000 * history.weight) / (weightPerMinute * WATCH_SHARE);
    this.#watch = new StreamWatch({ nowMs: monotonicMs, askEveryMs, newestId, mute }, watchEveryMs);
  }

  /**
   * Connects what the venue lists, once it has said what that is. *Errors*: InputError when there is no
   * instrument, or one that isn't of this market.
   */
  open(instruments: readonly Instrument[], sink: MarketDataSink, areListed = false): void {
    refuseForeign(this.#market, instruments);
    this.#sink = sink;
    void this.#begin(instruments, sink, areListed);
  }

  /** *Errors*: rejects with a BinanceError. */
  async listing(): Promise<BinanceListing> {
    return (await this.#readListing()).listing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.#watch[Symbol.dispose]();
    for (const connection of this.#connections) connection[Symbol.dispose]();
    this.#http[Symbol.dispose]();
  }

  async #readListing() {
    const listing = await this.#http.listing();
    if (listing.weightPerMinute > 0) this.#budget.allow(listing.weightPerMinute);
    this.#newest = { listing, readMs: this.#options.monotonicMs() };
    return this.#newest;
  }

  async #newestId(symbol: string): Promise<number> {
    const [newest] = await this.#http.historicalTrades(symbol, undefined, 1);
    if (newest === undefined) throw new BinanceError('unreadable', `no trade of ${symbol}`);
    return newest.id;
  }

  /** One name that the venue doesn't know can end or mute a connection: all are looked up first. */
  async #begin(instruments: readonly Instrument[], sink: MarketDataSink, areListed: boolean): Promise<void> {
    const listed =
      this.#newest === undefined && areListed
        ? new Set(instruments.map(({ symbol }) => symbol))
        : await this.#listed(instruments, sink);
    if (listed === undefined) return;
    const known = instruments.filter(({ symbol }) => listed.has(symbol));
    for (const { id, symbol } of instruments.filter((one) => !known.includes(one)))
      sink.disconnected(
        [id],
        `${this.name} lists no ${symbol}; its nearest is ${nearestName(symbol, listed)}`,
      );
    for (let from = 0; from < known.length; from += STREAMS_PER_CONNECTION) {
      const some = known.slice(from, from + STREAMS_PER_CONNECTION);
      this.#connect(some, sink);
      if (this.#options.hearsBars ?? true) this.#connectBars(some, sink);
    }
  }

  /** Asks until it is answered, ever less often; says why it isn't, once. Undefined when we are done. */
  async #listed(
    instruments: readonly Instrument[],
    sink: MarketDataSink,
  ): Promise<ReadonlySet<string> | undefined> {
    const { random, timings = BINANCE_TIMINGS } = this.#options;
    let because: string | undefined;
    for (let tries = 0; !this.#ending.signal.aborted; tries++) {
      try {
        const { listing, readMs } = this.#newest ?? (await this.#readListing());
        const sinceUs = (this.#options.monotonicMs() - readMs) * US_PER_MS;
        if (listing.timeUs > 0) sink.time(listing.timeUs + sinceUs);
        return listing.symbols;
      } catch (error) {
        if (!(error instanceof ReadFailure)) throw error;
        if (this.#ending.signal.aborted) return undefined;
        if (error.message !== because && !(error instanceof BinanceError && error.failure === 'budget'))
          sink.disconnected(
            instruments.map(({ id }) => id),
            error.message,
          );
        because = error.message;
        const wholeMs = Math.min(timings.retryMaxMs, timings.retryFirstMs * 2 ** Math.min(tries, 20));
        const waitMs = Math.max(error.retryAfterMs ?? 0, wholeMs * (0.5 + 0.5 * random()));
        await sleep(waitMs, undefined, { signal: this.#ending.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  #connect(instruments: readonly Instrument[], sink: MarketDataSink): BinanceConnection<BinanceTrade> {
    const mine = () => [...this.#streams.values()].filter((stream) => stream.connection === connection);
    const connection: BinanceConnection<BinanceTrade> = new BinanceConnection({
      ...this.#partsOf(instruments),
      stream: this.#market.trades,
      sink: {
        row: (trade) => this.#heard(trade, connection, sink),
        malformed: (frame) => sink.malformed(frame),
        connected: () => {
          this.#watch.connected(symbolsOf(mine()));
          sink.connected(idsOf(mine()));
        },
        disconnected: (reason) => {
          this.#watch.disconnected(symbolsOf(mine()));
          sink.disconnected(idsOf(mine()), reason);
        },
      },
    });
    this.#connections.push(connection);
    for (const instrument of instruments) this.#streams.set(instrument.symbol, { instrument, connection });
    return connection;
  }

  /** Bars have connections of their own: whatever becomes of those, trades are heard. */
  #connectBars(instruments: readonly Instrument[], sink: MarketDataSink): void {
    const ids = new Map(instruments.map(({ id, symbol }) => [symbol, id]));
    const row = (bar: MinuteBar) => {
      const id = ids.get(bar.symbol);
      if (id === undefined) sink.malformed(JSON.stringify(bar));
      else sink.bar(id, bar);
    };
    // Trades are told without bars too; whoever compares says that there is nothing to compare with.
    const nobody = () => undefined;
    const hears = {
      row,
      malformed: (frame: string) => sink.malformed(frame),
      connected: nobody,
      disconnected: nobody,
    };
    const parts = { ...this.#partsOf(instruments), stream: this.#market.bars, keptDials: KEPT_FOR_TRADES };
    this.#connections.push(new BinanceConnection<MinuteBar>({ ...parts, sink: hears }));
  }

  #partsOf(instruments: readonly Instrument[]) {
    const { url, monotonicMs: nowMs, random, timings = BINANCE_TIMINGS } = this.#options;
    const symbols = instruments.map(({ symbol }) => symbol);
    return { url, gate: this.#gate, budget: this.#budget, random, symbols, timings, nowMs };
  }

  #heard(trade: BinanceTrade, connection: BinanceConnection<BinanceTrade>, sink: MarketDataSink): void {
    const stream = this.#streams.get(trade.symbol);
    if (stream === undefined) sink.malformed(JSON.stringify(trade));
    // A stream that has another connection by now is not heard twice.
    else if (stream.connection === connection) {
      this.#watch.heard(trade.symbol, trade.id);
      sink.trades(columnsOf(stream.instrument.id, [trade], this.traits.ids));
    }
  }

  /** Only this stream gets another connection: those beside it are heard. */
  #mute(stream: Stream): void {
    const { instrument, connection } = stream;
    const reason = `the stream of ${instrument.symbol} is silent, though the venue has newer trades`;
    this.#watch.disconnected([instrument.symbol]);
    if (connection.size === 1) {
      connection.redial(reason);
      return;
    }
    connection.drop(instrument.symbol);
    this.#sink!.disconnected([instrument.id], reason);
    const shared = this.#alone.length < ALONE_MAX ? undefined : fewestOf(this.#alone);
    if (shared === undefined) this.#alone.push(this.#connect([instrument], this.#sink!));
    else {
      shared.add(instrument.symbol, reason);
      stream.connection = shared;
    }
  }
}

function fewestOf(connections: readonly BinanceConnection<BinanceTrade>[]) {
  return connections.reduce((a, b) => (b.size < a.size ? b : a));
}

function idsOf(streams: readonly Stream[]): InstrumentId[] {
  return streams.map(({ instrument }) => instrument.id);
}

function symbolsOf(streams: readonly Stream[]): string[] {
  return streams.map(({ instrument }) => instrument.symbol);
}

function refuseForeign(
  { name, market, standardInstruments }: BinanceMarket,
  instruments: readonly Instrument[],
) {
  const foreign = instruments.find((one) => one.venue !== 'binance' || one.market !== market);
  if (foreign === undefined && instruments.length > 0) return;
  throw new InputError({
    field: '--instruments',
    value: foreign?.id ?? '',
    because: `the feed ${name} brings instruments of binance.${market} only, at least one`,
    remedy: `Name some such as ${standardInstruments[0]}.`,
  });
}
