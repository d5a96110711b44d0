import type { SnapshotStore } from '@algo/bus';
import { type Instrument, type InstrumentId, type TimeUs, US_PER_HOUR, US_PER_MINUTE } from '@algo/model';
import { Pace } from '../domain/pace.ts';
import type { RecordedFeed } from '../domain/recorded-feed.ts';
import type { ScreenSnapshot } from '../domain/trade-screen.ts';
import type { FeedCounters } from './feed-counters.ts';
import { FeedRun, type FeedRunOptions } from './feed-run.ts';

/** How often the next stretch of a paced feed leaves. *Units*: ms. */
const LEAVE_EVERY_MS = 20;
/** Event time given at once while nothing is paced: history, and what was given before a restart. */
const HISTORY_STRETCH_US = US_PER_MINUTE;
/** The same for a whole feed without pacing. */
const UNPACED_STRETCH_US = US_PER_HOUR;

export interface PacedRunOptions extends FeedRunOptions {
  readonly snapshots: SnapshotStore;
  readonly snapshotIntervalMs: number;
  /** All that the feed may be about. */
  readonly instruments: readonly Instrument[];
  /** Makes the feed anew, or from its snapshot. */
  readonly makeFeed: (restored: string | undefined) => RecordedFeed;
}

interface RunSnapshot {
  readonly screens: readonly (readonly [InstrumentId, ScreenSnapshot])[];
  readonly ended: boolean;
  readonly feed: string;
}

/**
 * Gives a recorded or made-up feed to the bus as fast as its time goes, or the bus takes it. Goes on where
 * its last snapshot stood after a restart; what is stored already isn't said again.
 */
export class PacedRun implements AsyncDisposable {
  /** Settles with what stopped the run; not when the feed ends, the process stays to be asked. */
  readonly closed: Promise<Error>;
  readonly #options: PacedRunOptions;
  readonly #run: FeedRun;
  readonly #feed: RecordedFeed;
  readonly #stopping = Promise.withResolvers<void>();
  readonly #loop: Promise<void>;
  #isStopped = false;
  #hasEnded: boolean;
  /** The end is stored. */
  #isSettled = false;
  #isSaving = false;
  #savedMs: number;
  readonly #toldBeforeUs: TimeUs;
  #pace: Pace | undefined;

  private constructor(options: PacedRunOptions, run: FeedRun, feed: RecordedFeed, hasEnded: boolean) {
    this.#options = options;
    this.#run = run;
    this.#feed = feed;
    this.#hasEnded = hasEnded;
    this.closed = run.closed;
    this.#toldBeforeUs = run.toldUs;
    this.#savedMs = options.monotonicMs();
    this.#loop = this.#giveAll().catch((error: unknown) => run.fail(error as Error));
  }

  /** *Errors*: InputError when the snapshot is of another feed. */
  static async open(options: PacedRunOptions): Promise<PacedRun> {
    const bytes = await options.snapshots.load();
    const saved =
      bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as RunSnapshot);
    const feed = options.makeFeed(saved?.feed);
    const instruments = options.instruments.filter(({ id }) => feed.instruments.includes(id));
    const run = await FeedRun.recorded(options, instruments, new Map(saved?.screens));
    return new PacedRun(options, run, feed, saved?.ended ?? false);
  }

  /** `ended` is 1 when the whole feed is stored. */
  counters(): FeedCounters {
    return { ...this.#run.counters(), ended: this.#isSettled ? 1 : 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#stopping.resolve();
    await this.#loop;
    await this.#run[Symbol.asyncDispose]();
    await this.#feed[Symbol.asyncDispose]();
  }

  async #giveAll(): Promise<void> {
    const { clock, speech } = this.#options;
    while (!this.#isStopped && !this.#hasEnded) {
      // Room may never come when the server has gone; a stop doesn't wait for it.
      await this.#unlessStopped(speech.ready());
      if (this.#isStopped) return;
      if (!(await this.#give())) this.#end();
      this.#saveWhenDue();
      if (this.#pace !== undefined) await this.#unlessStopped(clock.sleep(LEAVE_EVERY_MS));
    }
    await this.#settle();
  }

  /** Gives the next stretch. Returns false when there is none any more. */
  async #give(): Promise<boolean> {
    const isWarm = this.#feed.givenUs < this.#feed.warmUntilUs;
    const stretch = await this.#feed.next(this.#nextUs());
    if (stretch === undefined) return false;
    for (const part of stretch.parts)
      if ('type' in part) this.#run.say(part);
      else this.#run.give(part, isWarm);
    this.#run.given(stretch.untilUs, isWarm);
    return true;
  }

  /** The time up to which rows may leave now. */
  #nextUs(): TimeUs {
    const { monotonicMs, speed } = this.#options;
    const { givenUs, warmUntilUs } = this.#feed;
    // What is before the told time was given by an earlier life: it is stored, and passes by without a wait.
    for (const unpacedUntilUs of [warmUntilUs, this.#toldBeforeUs])
      if (givenUs < unpacedUntilUs) return Math.min(givenUs + HISTORY_STRETCH_US, unpacedUntilUs);
    if (speed === 'max') return givenUs + UNPACED_STRETCH_US;
    this.#pace ??= new Pace(speed, givenUs, monotonicMs());
    return this.#pace.at(monotonicMs());
  }

  /** Nothing more comes. Time goes on to the last trade and no further: bars that are not over stay open. */
  #end(): void {
    this.#hasEnded = true;
    this.#run.end(this.#feed.givenUs);
  }

  #saveWhenDue(): void {
    const nowMs = this.#options.monotonicMs();
    if (this.#isSaving || nowMs - this.#savedMs < this.#options.snapshotIntervalMs) return;
    this.#savedMs = nowMs;
    this.#save().catch((error: unknown) => this.#run.fail(error as Error));
  }

  /** Saves where the feed stands once all before it is stored. */
  async #save(): Promise<void> {
    this.#isSaving = true;
    const snapshot: RunSnapshot = {
      screens: this.#run.screens(),
      ended: this.#hasEnded,
      feed: this.#feed.snapshot(),
    };
    await this.#options.speech.flush();
    await this.#options.snapshots.save(new TextEncoder().encode(JSON.stringify(snapshot)));
    this.#isSaving = false;
  }

  async #settle(): Promise<void> {
    const { clock } = this.#options;
    while (this.#isSaving && !this.#isStopped) await this.#unlessStopped(clock.sleep(LEAVE_EVERY_MS));
    if (this.#isStopped) return;
    await this.#unlessStopped(this.#save());
    if (this.#isStopped) return;
    this.#isSettled = true;
  }

  async #unlessStopped(work: Promise<void>): Promise<void> {
    await Promise.race([work, this.#stopping.promise]);
  }
}
