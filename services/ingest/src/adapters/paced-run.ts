import { type Bus, type Clock, type Emission, type SnapshotStore, StepSource } from '@algo/bus';
import { type FeedEvent, type InstrumentId, sliceTrades, type TimeUs } from '@algo/model';
import type { RecordedFeed, RecordedSlice } from '../domain/recorded-feed.ts';
import { stepAt } from '../domain/slicer.ts';
import { type ScreenSnapshot, TradeScreen } from '../domain/trade-screen.ts';
import { BATCH_ROWS_MAX, batchEmission, feedEmission } from './feed-emissions.ts';
import { sumCounters } from './sum-counters.ts';

const UNFILLABLE = 'the recording lacks these trades';
/** How often a wait looks whether it should stop. *Units*: ms. */
const NAP_MAX_MS = 100;

export interface RecordedRunOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly snapshots: SnapshotStore;
  readonly snapshotIntervalMs: number;
  readonly waitFor: readonly string[];
  readonly window: number;
  /** Event time runs at most this many times as fast as the wall clock. */
  readonly speed: number | 'max';
  /** Makes the feed anew, or from its snapshot. */
  readonly makeFeed: (restored: Uint8Array | undefined) => RecordedFeed;
}

interface RunSnapshot {
  readonly version: 1;
  readonly screens: readonly (readonly [InstrumentId, ScreenSnapshot])[];
  readonly timeUs: TimeUs;
  readonly tradesIn: number;
  readonly ended: boolean;
}

/**
 * Gives a recorded feed to the bus, step by step, at its pace; goes on where its last snapshot stood after a
 * restart.
 */
export class RecordedRun implements AsyncDisposable {
  /** Settles with what stopped the run; not when the feed ends, the process stays to be asked. */
  readonly closed: Promise<Error>;
  readonly #options: RecordedRunOptions;
  readonly #source: StepSource;
  readonly #feed: RecordedFeed;
  readonly #screens: Map<InstrumentId, TradeScreen>;
  readonly #failure = Promise.withResolvers<Error>();
  readonly #stopping = Promise.withResolvers<'stopping'>();
  readonly #loop: Promise<void>;
  #stopped = false;
  #timeUs: TimeUs;
  #tradesIn: number;
  /** The last step, which says that the feeds have ended, was given out. */
  #ended: boolean;
  /** And everybody has finished it. */
  #settled = false;
  #pacedFrom: { readonly wallMs: number; readonly timeUs: TimeUs } | undefined;
  #lagMs = 0;

  private constructor(options: RecordedRunOptions, source: StepSource) {
    this.#options = options;
    this.#source = source;
    const saved = source.restored === undefined ? undefined : unpack(source.restored);
    this.#feed = options.makeFeed(saved?.feed);
    const screens = new Map(saved?.run.screens);
    this.#screens = new Map(
      this.#feed.instruments.map((id) => [id, new TradeScreen(id, UNFILLABLE, screens.get(id))]),
    );
    this.#timeUs = saved?.run.timeUs ?? 0;
    this.#tradesIn = saved?.run.tradesIn ?? 0;
    this.#ended = saved?.run.ended ?? false;
    this.closed = this.#failure.promise;
    this.#loop = this.#run().catch((error: unknown) => this.#failure.resolve(error as Error));
  }

  static async open(options: RecordedRunOptions): Promise<RecordedRun> {
    return new RecordedRun(options, await StepSource.open(options));
  }

  /** `ended` is 1 when everything was given out and everybody has finished it. */
  counters(): Record<string, number> {
    return {
      tradesIn: this.#tradesIn,
      ...sumCounters(this.#screens.values()),
      step: this.#source.step,
      eventTimeMs: Math.floor(this.#timeUs / 1_000),
      lagMs: this.#lagMs,
      ended: this.#settled ? 1 : 0,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#stopping.resolve('stopping');
    await this.#loop;
    await this.#source[Symbol.asyncDispose]();
    await this.#feed[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    for (let slice = await this.#nextSlice(); slice !== undefined; slice = await this.#nextSlice()) {
      await this.#waitForItsTime(slice);
      if (this.#stopped) return;
      this.#timeUs = slice.timeUs;
      await this.#give(slice.step, this.#emissionsOf(slice));
    }
    if (this.#stopped) return;
    if (!this.#ended) {
      this.#ended = true;
      await this.#give(stepAt(this.#timeUs), this.#endEmissions());
    }
    if ((await Promise.race([this.#source.settled(), this.#stopping.promise])) === 'stopping') return;
    await this.#source.save(this.#state());
    this.#settled = true;
  }

  async #nextSlice(): Promise<RecordedSlice | undefined> {
    return this.#stopped || this.#ended ? undefined : this.#feed.next();
  }

  /** Waiting for room may take for ever when the others have gone; a stop doesn't wait for that. */
  async #give(step: number, emissions: readonly Emission[]): Promise<void> {
    await Promise.race([this.#options.bus.ready(), this.#stopping.promise]);
    if (this.#stopped) return;
    const given = this.#source.give(step, this.#timeUs, emissions, () => this.#state());
    await Promise.race([given, this.#stopping.promise]);
  }

  #emissionsOf(slice: RecordedSlice): Emission[] {
    const emissions: Emission[] = [];
    const events: FeedEvent[] = [...slice.notices];
    for (const part of slice.parts) {
      this.#tradesIn += part.count;
      const screened = this.#screens.get(part.instrument)!.screen(part);
      events.push(...screened.events);
      for (let from = 0; from < screened.trades.count; from += BATCH_ROWS_MAX) {
        const to = Math.min(screened.trades.count, from + BATCH_ROWS_MAX);
        emissions.push(batchEmission(sliceTrades(screened.trades, from, to), screened.complete, 0, ''));
      }
    }
    return [...emissions, ...events.map((event, i) => feedEmission(event, `${slice.step}:${i}`))];
  }

  #endEmissions(): Emission[] {
    const step = stepAt(this.#timeUs);
    return [...this.#screens].map(([instrument, screen], i) => {
      const trades = screen.counters.accepted;
      return feedEmission({ type: 'FeedEnded', instrument, trades, timeUs: this.#timeUs }, `${step}:${i}`);
    });
  }

  /**
   * A slice leaves when its end would have come, had event time run at `speed` since the first paced slice.
   */
  async #waitForItsTime({ timeUs, warm }: RecordedSlice): Promise<void> {
    const { clock, speed } = this.#options;
    if (warm || speed === 'max') return;
    this.#pacedFrom ??= { wallMs: clock.nowMs(), timeUs };
    const dueMs = this.#pacedFrom.wallMs + (timeUs - this.#pacedFrom.timeUs) / 1_000 / speed;
    for (let leftMs = dueMs - clock.nowMs(); leftMs > 0 && !this.#stopped; leftMs = dueMs - clock.nowMs())
      await clock.sleep(Math.min(NAP_MAX_MS, Math.max(1, leftMs)));
    this.#lagMs = Math.max(0, Math.round(clock.nowMs() - dueMs));
  }

  #state(): Uint8Array {
    const run: RunSnapshot = {
      version: 1,
      screens: [...this.#screens].map(([id, screen]) => [id, screen.snapshot()] as const),
      timeUs: this.#timeUs,
      tradesIn: this.#tradesIn,
      ended: this.#ended,
    };
    return Buffer.concat([Buffer.from(`${JSON.stringify(run)}\n`), this.#feed.snapshot()]);
  }
}

function unpack(state: Uint8Array): { run: RunSnapshot; feed: Uint8Array } {
  const cut = state.indexOf(10);
  const run = JSON.parse(new TextDecoder().decode(state.subarray(0, cut))) as RunSnapshot;
  return { run, feed: state.subarray(cut + 1) };
}
