import type { Clock, KeyValue } from './bus.ts';

/**
 * *Shape*: `holder` names one life of a process; empty once it was given back. `ttlMs` is the holder's own:
 * who waits by a shorter one must not begin while the holder feels safe.
 */
interface LeaseRecord {
  readonly holder: string;
  readonly epoch: number;
  readonly ttlMs: number;
}

/** How often whoever waits looks. */
const LOOK_MS = 100;

export interface LeaseOptions {
  readonly key: string;
  /** One life of a process: a name that no other life has. */
  readonly holder: string;
  /** Says whether a holder is surely over, so that its lease need not run out; asked at each look. */
  readonly isOver: (holder: string) => boolean;
  readonly ttlMs: number;
  readonly renewMs: number;
  /** Epochs at or below this are never used again: what the holder's own log has seen. */
  readonly epochFloor: number;
  /**
   * Whether one that ran out is kept while nobody else takes it: where fences alone make void what two would
   * say, and a machine that is slow for a while must not end whom nobody replaces.
   */
  readonly mayBeLate?: boolean;
}

/**
 * The right to act alone, with an epoch that only grows. Acquired and renewed by compare-and-set. No two
 * clocks are compared: whoever waits takes the lease when it has seen no renewal for the time to live by its
 * own clock; the holder stops by itself before that, measured from before the renewal was asked for.
 */
export class Lease implements AsyncDisposable {
  readonly epoch: number;
  readonly #bucket: KeyValue;
  readonly #options: LeaseOptions;
  readonly #clock: Clock;
  readonly #lost = Promise.withResolvers<string>();
  #revision: number;
  #asked: Moment;
  /** The renewal that is under way. */
  #renewal: Promise<unknown> = Promise.resolve();
  #ended = false;

  private constructor(
    bucket: KeyValue,
    options: LeaseOptions,
    clock: Clock,
    epoch: number,
    revision: number,
    asked: Moment,
  ) {
    this.#bucket = bucket;
    this.#options = options;
    this.#clock = clock;
    this.epoch = epoch;
    this.#revision = revision;
    this.#asked = asked;
    void this.#renew();
  }

  /** Waits for the lease until `signal` says stop. Resolves with it, or undefined when told to stop. */
  static async acquire(
    bucket: KeyValue,
    options: LeaseOptions,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<Lease | undefined> {
    let seen = { revision: -1, sinceMs: 0 };
    while (!signal.aborted) {
      const asked = momentOf(clock);
      const entry = await bucket.get(options.key);
      const held = entry === undefined ? undefined : parse(entry.value);
      const revision = entry?.revision ?? 0;
      if (revision !== seen.revision) seen = { revision, sinceMs: clock.monotonicMs() };
      // One in this name is of a try whose answer was lost, or was given back and the server was away.
      const isFree = held === undefined || held.holder === '' || held.holder === options.holder;
      const isOver = isFree || options.isOver(held.holder);
      const ttlMs = Math.max(options.ttlMs, held?.ttlMs ?? 0);
      if (isOver || clock.monotonicMs() - seen.sinceMs >= ttlMs) {
        const epoch = Math.max(held?.epoch ?? 0, options.epochFloor) + 1;
        const taken = encode({ holder: options.holder, epoch, ttlMs: options.ttlMs });
        const own = await bucket.compareAndSet(options.key, taken, revision);
        if (own !== undefined) return new Lease(bucket, options, clock, epoch, own, asked);
      }
      await clock.sleep(LOOK_MS);
    }
    return undefined;
  }

  /**
   * True while acting is safe for at least `marginMs` more. Both clocks must say so: the monotonic one stands
   * still while a machine sleeps, and the wall clock can be set back.
   */
  safeFor(marginMs: number): boolean {
    if (this.#ended) return false;
    const { wallMs, monotonicMs } = momentOf(this.#clock);
    const passedMs = Math.max(wallMs - this.#asked.wallMs, monotonicMs - this.#asked.monotonicMs);
    return passedMs + marginMs < this.#options.ttlMs;
  }

  /** When it ends by the monotonic clock, if it is not renewed before. *Units*: ms. */
  get untilMs(): number {
    return this.#asked.monotonicMs + this.#options.ttlMs;
  }

  /** Resolves with the reason when the lease is lost. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  async #renew(): Promise<void> {
    while (!this.#ended) {
      await this.#clock.sleep(this.#options.renewMs);
      if (this.#ended) return;
      const asked = momentOf(this.#clock);
      if (this.#options.mayBeLate !== true && !this.safeFor(0))
        return this.#end(`could not be renewed in time${this.#leapWords()}`);
      try {
        const renewal = this.#bucket.compareAndSet(
          this.#options.key,
          encode({ holder: this.#options.holder, epoch: this.epoch, ttlMs: this.#options.ttlMs }),
          this.#revision,
        );
        this.#renewal = renewal;
        const revision = await renewal;
        const kept = revision ?? (await this.#storedUnanswered());
        if (kept === undefined) return this.#end('another holder took it');
        this.#revision = kept;
        this.#asked = asked;
      } catch {
        // The server is away; what is left of the lease still counts, and the next round asks again.
      }
    }
  }

  /** A machine that sleeps, or whose clock is set, looks like one that was away. */
  #leapWords(): string {
    const { wallMs, monotonicMs } = momentOf(this.#clock);
    const [wall, ran] = [wallMs - this.#asked.wallMs, monotonicMs - this.#asked.monotonicMs];
    if (ran >= this.#options.ttlMs) return '';
    const [leapt, within] = [wall, ran].map((ms) => `${(ms / 1_000).toFixed(1)} s`);
    const why = 'as it does when a machine sleeps or its clock is set';
    return `: the wall clock went on by ${leapt} within ${within}, ${why}`;
  }

  /** A renewal that got no answer may be stored all the same: under a revision that we didn't learn. */
  async #storedUnanswered(): Promise<number | undefined> {
    const entry = await this.#bucket.get(this.#options.key);
    const held = entry === undefined ? undefined : parse(entry.value);
    return held?.holder === this.#options.holder && held.epoch === this.epoch ? entry!.revision : undefined;
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#lost.resolve(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // A renewal under way, or one whose answer was lost, makes a revision of its own: with another the lease
    // would not be given back, and whoever waits for it would wait until it runs out.
    await this.#renewal.catch(() => undefined);
    if (await this.#giveBack(this.#revision).catch(() => false)) return;
    const stored = await this.#storedUnanswered().catch(() => undefined);
    if (stored !== undefined) await this.#giveBack(stored).catch(() => false);
  }

  /** Gives it back and waits until somebody else has it, for so long at most. */
  async handOn(withinMs: number): Promise<void> {
    await this[Symbol.asyncDispose]();
    const untilMs = this.#clock.monotonicMs() + withinMs;
    while (this.#clock.monotonicMs() < untilMs) {
      const entry = await this.#bucket.get(this.#options.key).catch(() => undefined);
      if (entry !== undefined && parse(entry.value).holder !== '') return;
      await this.#clock.sleep(LOOK_MS);
    }
  }

  async #giveBack(revision: number): Promise<boolean> {
    const released: LeaseRecord = { holder: '', epoch: this.epoch, ttlMs: 0 };
    return (await this.#bucket.compareAndSet(this.#options.key, encode(released), revision)) !== undefined;
  }
}

interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

function momentOf(clock: Clock): Moment {
  return { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
}

function encode(lease: LeaseRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(lease));
}

function parse(value: Uint8Array): LeaseRecord {
  return JSON.parse(new TextDecoder().decode(value)) as LeaseRecord;
}
