import type { Clock } from '@algo/bus';
import {
  BEST_EFFORT,
  type FeedEvent,
  type FeedTraits,
  type Instrument,
  type InstrumentId,
  type TimeAdvanced,
  type TimeUs,
  type TradeColumns,
  US_PER_MS,
  type VenueBar,
} from '@algo/model';
import type { MarketDataFeed, MarketDataSink } from '@algo/venues';
import { HOLE_TRADES_MAX } from '../domain/bounds.ts';
import { FeedClock, SPEED_MAX } from '../domain/feed-clock.ts';
import type { RawTrades } from '../domain/raw-trades.ts';
import { type ScreenSnapshot, TradeScreen } from '../domain/trade-screen.ts';
import { boundWaiting } from './bound-waiting.ts';
import { type FeedCounters, laneCounters } from './feed-counters.ts';
import type { FeedSpeech, StoredTrade } from './feed-speech.ts';
import { FeedTrouble } from './feed-trouble.ts';
import { canAsk, GapFiller } from './gap-filler.ts';
import { LiveLane } from './live-lane.ts';
import { TradeLane, type TradeLaneOptions } from './trade-lane.ts';
import { canWarm, WarmUp, type WarmUpOptions } from './warm-up.ts';

/** How often a live feed looks whether there is something to be told. */
const LOOK_EVERY_MS = 20;
const BELOW_ALL = Number.NEGATIVE_INFINITY;

type LaneParts = Omit<TradeLaneOptions, 'screen' | 'storedId' | 'sides' | 'audit'>;

export interface FeedRunOptions {
  /** The feed's name, in what is told of its time. */
  readonly name: string;
  readonly speech: FeedSpeech;
  readonly clock: Clock;
  /** Milliseconds that never jump. */
  readonly monotonicMs: () => number;
  /** Feed time per wall time. */
  readonly speed: number | 'max';
  /** `areListed`: the venue has listed all before; `isHeld`: a position is open there, which goes first. */
  readonly areListed?: boolean;
  readonly isHeld?: (instrument: InstrumentId) => boolean;
  /** Hears what a person should read in the log. */
  readonly warn?: (words: string) => void;
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
  /** The same lanes where they are heard; none of a recording. */
  readonly #live: ReadonlyMap<InstrumentId, LiveLane>;
  readonly #time: FeedClock;
  readonly #trouble: FeedTrouble;
  #isClosed = false;
  #isTelling = false; // a time is on its way to the store
  readonly #traits: FeedTraits;
  #feed: MarketDataFeed | undefined;
  #filler: GapFiller | undefined;
  #warmUp: WarmUp | undefined;
  #tradesIn = 0;

  private constructor(
    options: FeedRunOptions,
    traits: FeedTraits,
    time: FeedClock,
    lanes: (fail: (error: Error) => void) => readonly (LiveLane | TradeLane)[],
    instruments: readonly Instrument[],
  ) {
    this.#options = options;
    this.#traits = traits;
    this.#time = time;
    this.#trouble = new FeedTrouble(options.name, options.warn);
    this.closed = this.#failure.promise;
    const made = lanes((error) => this.fail(error)).map((lane, i) => [instruments[i]!.id, lane] as const);
    this.#live = new Map(made.flatMap(([id, lane]) => (lane instanceof LiveLane ? [[id, lane]] : [])));
    this.#lanes = new Map(made.map(([id, lane]) => [id, lane instanceof LiveLane ? lane.lane : lane]));
  }

  /** Opens a live feed, warmed up where `warmUp` is given. *Errors*: InputError on foreign instruments. */
  static async live(
    options: FeedRunOptions,
    feed: MarketDataFeed,
    instruments: readonly Instrument[],
    warmUp?: Pick<WarmUpOptions, 'warn'>,
  ): Promise<FeedRun> {
    const traits = feed.traits ?? BEST_EFFORT;
    const isAsked = canAsk(feed, traits);
    const noRest = isAsked ? undefined : `the feed ${feed.name} can't fetch missed trades`;
    const holeTradesMax = Math.min(HOLE_TRADES_MAX, feed.tradesPerMinute ?? HOLE_TRADES_MAX);
    const warms = warmUp !== undefined && canWarm(feed);
    const run: FeedRun = await FeedRun.#open(options, 'live', traits, instruments, (lane, last) => {
      const { id } = lane.instrument;
      const screen = last === undefined ? new TradeScreen(id) : TradeScreen.behind(id, last);
      const isHeld = warms && last === undefined;
      return new LiveLane({
        ...{ ...lane, screen, storedId: BELOW_ALL, last, noRest, traits, holeTradesMax, isHeld },
        differs: (gap) => run.#trouble.differs(gap),
        warmUp: warms ? () => run.#warmUp : undefined,
      });
    });
    feed.open(instruments, run, options.areListed);
    run.#feed = feed;
    const lanes = [...run.#live.values()];
    const fail = (error: Error) => run.fail(error);
    if (isAsked) {
      const { monotonicMs, isHeld = () => false } = options;
      run.#filler = new GapFiller(feed, lanes, instruments, monotonicMs, isHeld, fail);
    }
    if (warmUp !== undefined && canWarm(feed)) {
      const venueUs = () => run.#time.venueUs(options.monotonicMs(), wallUsOf(options.clock));
      run.#warmUp = new WarmUp({ ...options, ...warmUp, feed, venueUs, fail }, lanes, instruments);
    }
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
    return FeedRun.#open(options, 'given', BEST_EFFORT, instruments, (lane, last) => {
      const { id } = lane.instrument;
      const screen = new TradeScreen(id, screens.get(id));
      return new TradeLane({ ...lane, sides: BEST_EFFORT.sides, screen, storedId: last?.id ?? BELOW_ALL });
    });
  }

  static async #open(
    options: FeedRunOptions,
    kind: 'live' | 'given',
    traits: FeedTraits,
    instruments: readonly Instrument[],
    makeLane: (parts: LaneParts, last: StoredTrade | undefined) => LiveLane | TradeLane,
  ): Promise<FeedRun> {
    const { clock, monotonicMs, name, speech, speed } = options;
    const lasts = await Promise.all(instruments.map(({ id }) => speech.lastTrade(id)));
    const time = new FeedClock(
      {
        feed: name,
        kind,
        completeness: traits.completeness,
        speed: speed === 'max' ? SPEED_MAX : speed,
        startMs: monotonicMs(),
        instruments: new Map(instruments.map(({ id }, i) => [id, lasts[i]?.timeUs])),
      },
      await speech.lastTime(name),
    );
    const parts = { clock: time, speech, monotonicMs, wallUs: () => wallUsOf(clock) };
    const lanes = (fail: (error: Error) => void) =>
      instruments.map((instrument, i) => makeLane({ instrument, ...parts, fail }, lasts[i]));
    return new FeedRun(options, traits, time, lanes, instruments);
  }

  /** The time that was told last. */
  get toldUs(): TimeUs {
    return this.#time.toldUs;
  }

  /** Words for whoever asks why it isn't ready. */
  reasons(): string[] {
    return this.#trouble.reasons(this.#time.disconnectedInstruments);
  }

  counters(): FeedCounters {
    return {
      ...laneCounters([...this.#lanes.values()], [...this.#live.values()]),
      ...this.#warmUp?.counters(),
      tradesIn: this.#tradesIn,
      malformed: this.#trouble.malformed,
      eventTimeMs: Math.floor(this.#time.toldUs / US_PER_MS),
    };
  }

  /** Words of how far a warm-up is, of who is cold, and of bars that differ from the venue's. */
  notes(): string[] {
    return [...(this.#warmUp?.notes() ?? []), ...this.#trouble.notes()];
  }

  trades(trades: TradeColumns): void {
    this.#tradesIn += trades.count;
    this.#live.get(trades.instrument)!.hear(trades);
  }

  bar(instrument: InstrumentId, bar: VenueBar): void {
    this.#live.get(instrument)!.hearBar(bar);
  }

  connected(instruments: readonly InstrumentId[]): void {
    const { clock, name: source } = this.#options;
    const [{ completeness }, timeUs] = [this.#traits, wallUsOf(clock)];
    for (const instrument of instruments) {
      this.say({ type: 'FeedConnected', instrument, source, completeness, timeUs });
      this.#time.connected(instrument);
      this.#live.get(instrument)!.connected();
    }
  }

  disconnected(instruments: readonly InstrumentId[], reason: string): void {
    const [source, timeUs] = [this.#options.name, wallUsOf(this.#options.clock)];
    for (const instrument of instruments) {
      this.say({ type: 'FeedDisconnected', instrument, source, reason, timeUs });
      this.#time.disconnected(instrument, this.#options.monotonicMs());
    }
    this.#trouble.disconnected(instruments, reason);
  }

  time(venueUs: TimeUs): void {
    this.#time.venueClock(venueUs, this.#options.monotonicMs());
  }

  malformed(frame: string): void {
    this.#trouble.unreadable(frame, this.#options.monotonicMs());
  }

  /** Says something of the feed, behind the trades heard before. */
  say(event: FeedEvent): void {
    (this.#live.get(event.instrument) ?? this.#lanes.get(event.instrument))!.say(event);
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
    this.#filler?.close();
    this.#warmUp?.close();
    await this.#feed?.[Symbol.asyncDispose]();
  }

  async #look(): Promise<void> {
    for (; !this.#isClosed; await this.#options.clock.sleep(LOOK_EVERY_MS)) {
      for (const lane of this.#live.values()) lane.look();
      boundWaiting([...this.#live.values()]);
      this.#filler?.look();
      // What was heard is said first, and the next time waits until this one is stored: a slow bus is no
      // flood, and no reason to let holes run out of time.
      const isDue = this.#time.goOn(this.#options.monotonicMs());
      if (this.#isTelling || !isDue) continue;
      for (const lane of this.#live.values()) lane.sayGathered();
      this.#isTelling = true;
      const told = this.#tell(this.#time.tell(wallUsOf(this.#options.clock), false));
      void told.then(() => (this.#isTelling = false));
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
