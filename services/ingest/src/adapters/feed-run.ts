import type { Bus, Clock, SnapshotStore } from '@algo/bus';
import { InputError, type Instrument, type InstrumentId, type TimeUs, US_PER_MS } from '@algo/model';
import { type ScreenSnapshot, TradeScreen } from '../domain/trade-screen.ts';
import { BinanceConnection, type ConnectionTimings } from './binance-connection.ts';
import type { BinanceTrade } from './binance-trade.ts';
import { LiveBatches, LiveLanes } from './live-batches.ts';
import { sumCounters } from './sum-counters.ts';

const UNFILLABLE = 'this driver does not fetch missed trades';
/** Binance allows 1,024 streams on a connection; fewer lose less when one breaks. */
export const STREAMS_PER_CONNECTION = 200;
const TIME_EVERY_MS = 1_000;
/** A quiet market's time stays this far behind, for trades that are still on their way. *Units*: ms. */
const TIME_BEHIND_MS = 1_000;

export interface LiveRunOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Milliseconds that never jump. */
  readonly monotonicMs: () => number;
  readonly random: () => number;
  readonly snapshots: SnapshotStore;
  readonly snapshotIntervalMs: number;
  readonly url: string;
  readonly timings: ConnectionTimings;
  readonly instruments: readonly Instrument[];
  /** This life's number. */
  readonly epoch: number;
}

interface LiveSnapshot {
  readonly version: 1;
  readonly screens: readonly (readonly [InstrumentId, ScreenSnapshot])[];
}

interface Market {
  readonly instrument: InstrumentId;
  readonly screen: TradeScreen;
  readonly batches: LiveBatches;
  /** The last trade's time, and when it was heard. */
  heard: { readonly timeUs: TimeUs; readonly atMs: number } | undefined;
  toldTimeUs: TimeUs;
}

/**
 * Brings Binance's public trades to the bus as they come. Across restarts it remembers the last trade ids, so
 * that what was
 * missed in between is told as a gap.
 */
export class LiveRun implements AsyncDisposable {
  readonly closed: Promise<Error>;
  readonly #options: LiveRunOptions;
  readonly #failure = Promise.withResolvers<Error>();
  readonly #markets = new Map<string, Market>();
  readonly #connections: { readonly connection: BinanceConnection; readonly symbols: readonly string[] }[] =
    [];
  readonly #timers: NodeJS.Timeout[];
  #saving: Promise<void> | undefined;
  #tradesIn = 0;
  #malformed = 0;

  private constructor(options: LiveRunOptions, saved: LiveSnapshot | undefined) {
    this.#options = options;
    this.closed = this.#failure.promise;
    const screens = new Map(saved?.screens);
    const lanes = new LiveLanes(options.bus, options.epoch);
    for (const { id, symbol } of options.instruments) {
      const screen = new TradeScreen(id, UNFILLABLE, screens.get(id));
      const batches = new LiveBatches(id, screen, lanes, (error) => this.#failure.resolve(error));
      this.#markets.set(symbol, { instrument: id, screen, batches, heard: undefined, toldTimeUs: 0 });
    }
    const symbols = [...this.#markets.keys()];
    for (let from = 0; from < symbols.length; from += STREAMS_PER_CONNECTION)
      this.#connect(symbols.slice(from, from + STREAMS_PER_CONNECTION));
    this.#timers = [
      setInterval(() => this.#advanceTime(), TIME_EVERY_MS),
      setInterval(() => this.#save(), options.snapshotIntervalMs),
    ];
  }

  /** *Errors*: InputError when an instrument isn't one of Binance's spot market. */
  static async open(options: LiveRunOptions): Promise<LiveRun> {
    refuseForeign(options.instruments);
    const saved = await options.snapshots.load();
    return new LiveRun(
      options,
      saved === undefined ? undefined : (JSON.parse(new TextDecoder().decode(saved)) as LiveSnapshot),
    );
  }

  get connectionsOpen(): number {
    return this.#connections.filter(({ connection }) => connection.isOpen).length;
  }

  /** Words for whoever asks why it isn't ready. */
  reasons(): string[] {
    const closed = this.#connections.filter(({ connection }) => !connection.isOpen);
    return closed.map(({ symbols }) => `binance: not connected for ${symbols.slice(0, 5).join(', ')}`);
  }

  counters(): Record<string, number> {
    const markets = [...this.#markets.values()];
    return {
      tradesIn: this.#tradesIn,
      ...sumCounters(markets.map(({ screen }) => screen)),
      malformed: this.#malformed,
      dropped: markets.reduce((sum, { batches }) => sum + batches.dropped, 0),
      connectionsOpen: this.connectionsOpen,
      eventTimeMs: Math.floor(Math.max(0, ...markets.map(({ screen }) => screen.lastTimeUs)) / US_PER_MS),
      ended: 0,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { connection } of this.#connections) connection[Symbol.dispose]();
    await this.#saving;
  }

  #connect(symbols: readonly string[]): void {
    const { clock, monotonicMs, random, timings, url } = this.#options;
    const each = (say: (market: Market) => void) => {
      for (const symbol of symbols) say(this.#markets.get(symbol)!);
    };
    const wallUs = () => clock.nowMs() * US_PER_MS;
    const source = 'binance';
    const connection = new BinanceConnection({
      url,
      symbols,
      timings,
      nowMs: monotonicMs,
      random,
      sink: {
        trade: (trade) => this.#trade(trade),
        malformed: () => {
          this.#malformed++;
        },
        connected: () =>
          each(({ instrument, batches }) =>
            batches.say({ type: 'FeedConnected', instrument, source, timeUs: wallUs() }),
          ),
        disconnected: (reason) =>
          each((market) => {
            const { instrument, batches } = market;
            // Its time stands still until trades come again: nobody knows what happened meanwhile.
            market.heard = undefined;
            batches.say({ type: 'FeedDisconnected', instrument, source, reason, timeUs: wallUs() });
          }),
      },
    });
    this.#connections.push({ connection, symbols });
  }

  #trade(trade: BinanceTrade): void {
    const market = this.#markets.get(trade.symbol);
    if (market === undefined) {
      this.#malformed++;
      return;
    }
    this.#tradesIn++;
    const { clock, monotonicMs } = this.#options;
    if (trade.timeUs >= (market.heard?.timeUs ?? 0))
      market.heard = { timeUs: trade.timeUs, atMs: monotonicMs() };
    market.batches.add(trade, clock.nowMs() * US_PER_MS);
  }

  #advanceTime(): void {
    const nowMs = this.#options.monotonicMs();
    for (const market of this.#markets.values()) {
      if (market.heard === undefined) continue;
      const timeUs = Math.floor(
        market.heard.timeUs + (nowMs - market.heard.atMs - TIME_BEHIND_MS) * US_PER_MS,
      );
      if (timeUs <= Math.max(market.heard.timeUs, market.toldTimeUs)) continue;
      market.toldTimeUs = timeUs;
      market.batches.say({ type: 'TimeAdvanced', instrument: market.instrument, timeUs });
    }
  }

  /** Saves what was seen once all of it is stored, so that a gap after a crash is never hidden. */
  #save(): void {
    if (this.#saving !== undefined) return;
    const snapshot: LiveSnapshot = {
      version: 1,
      screens: [...this.#markets.values()].map(
        ({ instrument, screen }) => [instrument, screen.snapshot()] as const,
      ),
    };
    const { bus, snapshots } = this.#options;
    this.#saving = bus
      .flush()
      .then(() => snapshots.save(new TextEncoder().encode(JSON.stringify(snapshot))))
      .catch((error: unknown) => this.#failure.resolve(error as Error))
      .finally(() => {
        this.#saving = undefined;
      });
  }
}

function refuseForeign(instruments: readonly Instrument[]): void {
  const foreign = instruments.find(({ venue, market }) => venue !== 'binance' || market !== 'spot');
  if (foreign === undefined && instruments.length > 0) return;
  throw new InputError({
    field: 'ALGO_INSTRUMENTS',
    value: foreign?.id ?? '',
    because: 'the feed binance brings instruments of binance.spot only, at least one',
    remedy: 'Name some such as binance.spot.BTCUSDT.',
  });
}
