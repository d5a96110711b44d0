import type { Clock } from '@algo/bus';
import {
  type FeedEvent,
  type Instrument,
  type InstrumentId,
  type TimeAdvanced,
  type TimeUs,
  type TradeColumns,
  US_PER_MS,
} from '@algo/model';
import type { MarketDataFeed, MarketDataSink } from '@algo/venues';
import { FeedClock, SPEED_MAX } from '../domain/feed-clock.ts';
import type { RawTrades } from '../domain/raw-trades.ts';
import { type ScreenCounters, type ScreenSnapshot, TradeScreen } from '../domain/trade-screen.ts';
import type { FeedSpeech } from './feed-speech.ts';
import { GapFiller } from './gap-filler.ts';
import { TradeLane } from './trade-lane.ts';

/** How often a live feed looks whether there is something to be told. */
const LOOK_EVERY_MS = 20;
const NAMED_MAX = 5;

export interface FeedRunOptions {
  /** The feed's name, in what is told of its time. */
  readonly name: string;
  readonly speech: FeedSpeech;
  readonly clock: Clock;
  /** Milliseconds that never jump. */
  readonly monotonicMs: () => number;
  /** Feed time per wall time. */
  readonly speed: number | 'max';
}

/** Numbers of a run for the status table. *Units*: `eventTimeMs` told time. */
export interface FeedCounters extends ScreenCounters, Readonly<Record<string, number>> {
  readonly tradesIn: number;
  readonly malformed: number;
  readonly dropped: number;
  readonly eventTimeMs: number;
}

/** What a run is made of, by the kind of its feed. */
interface Parts {
  readonly kind: 'live' | 'given';
  readonly filler: GapFiller | undefined;
  readonly unfillable: string;
  readonly screens: ReadonlyMap<InstrumentId, ScreenSnapshot>;
}

/**
 * Brings one feed to the bus: what it hears goes through a screen for each instrument into batches, and its
 * time is told. It goes on behind the newest stored trade of each instrument.
 */
export class FeedRun implements MarketDataSink, AsyncDisposable {
  /** Settles with what stopped the run. */
  readonly closed: Promise<Error>;
  readonly #options: FeedRunOptions;
  readonly #failure = Promise.withResolvers<Error>();
  readonly #lanes: ReadonlyMap<InstrumentId, TradeLane>;
  readonly #time: FeedClock;
  #isClosed = false;
  #feed: MarketDataFeed | undefined;
  #tradesIn = 0;
  #malformed = 0;

  private constructor(
    options: FeedRunOptions,
    time: FeedClock,
    makeLane: (fail: (error: Error) => void) => ReadonlyMap<InstrumentId, TradeLane>,
  ) {
    this.#options = options;
    this.#time = time;
    this.closed = this.#failure.promise;
    this.#lanes = makeLane((error) => this.fail(error));
  }

  /** Opens a live feed. *Errors*: InputError on instruments that it doesn't have. */
  static async live(
    options: FeedRunOptions,
    feed: MarketDataFeed,
    instruments: readonly Instrument[],
  ): Promise<FeedRun> {
    const filler =
      feed.tradesFrom === undefined
        ? undefined
        : new GapFiller((instrument, id) => feed.tradesFrom!(instrument, id), options.clock);
    const unfillable = `the feed ${feed.name} can't fetch missed trades`;
    const run = await FeedRun.#open(options, instruments, {
      kind: 'live',
      filler,
      unfillable,
      screens: new Map(),
    });
    feed.open(instruments, run);
    run.#feed = feed;
    void run.#look();
    return run;
  }

  /**
   * Makes a run for a feed that runs free: it calls `give`, `given` and `end`. `screens` are those of its
   * snapshot.
   */
  static recorded(
    options: FeedRunOptions,
    instruments: readonly Instrument[],
    screens: ReadonlyMap<InstrumentId, ScreenSnapshot>,
  ): Promise<FeedRun> {
    const unfillable = 'the recording lacks these trades';
    return FeedRun.#open(options, instruments, { kind: 'given', filler: undefined, unfillable, screens });
  }

  static async #open(
    options: FeedRunOptions,
    instruments: readonly Instrument[],
    parts: Parts,
  ): Promise<FeedRun> {
    const { clock, monotonicMs, name, speech, speed } = options;
    const { kind, filler, unfillable, screens } = parts;
    const lasts = await Promise.all(
      instruments.map(async ({ id }) => [id, await speech.lastTrade(id)] as const),
    );
    const stored = new Map(lasts);
    const time = new FeedClock(
      {
        feed: name,
        kind,
        speed: speed === 'max' ? SPEED_MAX : speed,
        startMs: monotonicMs(),
        instruments: new Map(lasts.map(([id, last]) => [id, last?.timeUs])),
      },
      await speech.lastTime(name),
    );
    const makeLane = (instrument: Instrument, fail: (error: Error) => void): TradeLane => {
      const { id } = instrument;
      const last = stored.get(id);
      const isBehind = kind === 'live' && last !== undefined;
      return new TradeLane({
        instrument,
        screen: isBehind ? TradeScreen.behind(id, last) : new TradeScreen(id, screens.get(id)),
        storedId: kind === 'live' ? Number.NEGATIVE_INFINITY : (last?.id ?? Number.NEGATIVE_INFINITY),
        clock: time,
        speech,
        filler,
        unfillable,
        monotonicMs,
        wallUs: () => wallUsOf(clock),
        fail,
      });
    };
    return new FeedRun(
      options,
      time,
      (fail) => new Map(instruments.map((instrument) => [instrument.id, makeLane(instrument, fail)])),
    );
  }

  /** The time that was told last. */
  get toldUs(): TimeUs {
    return this.#time.toldUs;
  }

  /** Words for whoever asks why it isn't ready. */
  reasons(): string[] {
    const without = this.#time.disconnectedInstruments;
    if (without.length === 0) return [];
    const named = without.slice(0, NAMED_MAX).join(', ');
    const more = without.length > NAMED_MAX ? ` and ${without.length - NAMED_MAX} more` : '';
    return [`${this.#options.name}: not connected for ${named}${more}`];
  }

  counters(): FeedCounters {
    const lanes = [...this.#lanes.values()];
    const sum = (of: (lane: TradeLane) => number) => lanes.reduce((all, lane) => all + of(lane), 0);
    return {
      tradesIn: this.#tradesIn,
      accepted: sum(({ screen }) => screen.counters.accepted),
      refused: sum(({ screen }) => screen.counters.refused),
      duplicates: sum(({ screen }) => screen.counters.duplicates),
      gaps: sum(({ screen }) => screen.counters.gaps),
      missing: sum(({ screen }) => screen.counters.missing),
      malformed: this.#malformed,
      dropped: sum(({ dropped }) => dropped),
      eventTimeMs: Math.floor(this.#time.toldUs / US_PER_MS),
    };
  }

  trades(trades: TradeColumns): void {
    this.#tradesIn += trades.count;
    this.#lanes.get(trades.instrument)!.hear(trades);
  }

  connected(instruments: readonly InstrumentId[]): void {
    const source = this.#options.name;
    for (const instrument of instruments) {
      this.say({ type: 'FeedConnected', instrument, source, timeUs: wallUsOf(this.#options.clock) });
      this.#time.connected(instrument);
    }
  }

  disconnected(instruments: readonly InstrumentId[], reason: string): void {
    const source = this.#options.name;
    const timeUs = wallUsOf(this.#options.clock);
    for (const instrument of instruments) {
      this.say({ type: 'FeedDisconnected', instrument, source, reason, timeUs });
      this.#time.disconnected(instrument, this.#options.monotonicMs());
    }
  }

  malformed(): void {
    this.#malformed++;
  }

  /** Says something of the feed, behind the trades heard before. */
  say(event: FeedEvent): void {
    this.#lanes.get(event.instrument)!.say(event);
  }

  /** Says rows of a recording. */
  give(raw: RawTrades, warm: boolean): void {
    this.#tradesIn += raw.count;
    this.#lanes.get(raw.instrument)!.give(raw, warm);
  }

  /** Everything of a recording that is before a time was given. */
  given(untilUs: TimeUs, warm: boolean): void {
    this.#time.given(untilUs);
    if (this.#time.goOn(this.#options.monotonicMs()))
      void this.#tell(this.#time.tell(wallUsOf(this.#options.clock), warm));
  }

  /** A recording has come to its end: time goes on to `endUs` and stands. */
  end(endUs: TimeUs): void {
    void this.#tell(this.#time.end(endUs, wallUsOf(this.#options.clock)));
    for (const [instrument, { screen }] of this.#lanes) {
      const trades = screen.counters.accepted;
      this.say({ type: 'FeedEnded', instrument, trades, timeUs: screen.lastTimeUs });
    }
  }

  /** Returns the screens' states, to go on from after a restart. */
  screens(): [InstrumentId, ScreenSnapshot][] {
    return [...this.#lanes].map(([instrument, { screen }]) => [instrument, screen.snapshot()]);
  }

  /** Ends the run with an error. */
  fail(error: Error): void {
    this.#failure.resolve(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const lane of this.#lanes.values()) lane.close();
    await this.#feed?.[Symbol.asyncDispose]();
  }

  async #look(): Promise<void> {
    for (; !this.#isClosed; await this.#options.clock.sleep(LOOK_EVERY_MS)) {
      for (const lane of this.#lanes.values()) lane.look();
      // What was heard is said first, and the next time waits until this one is stored: a slow bus is no
      // flood.
      if (!this.#time.goOn(this.#options.monotonicMs())) continue;
      for (const lane of this.#lanes.values()) lane.sayGathered();
      await this.#tell(this.#time.tell(wallUsOf(this.#options.clock), false));
    }
  }

  #tell(time: TimeAdvanced): Promise<void> {
    return this.#options.speech
      .say('TimeAdvanced', time)
      .catch((error: unknown) => this.fail(error as Error));
  }
}

function wallUsOf(clock: Clock): TimeUs {
  return Math.floor(clock.nowMs() * US_PER_MS);
}
