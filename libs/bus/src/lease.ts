import type { Clock, KeyValue } from './bus.ts';

interface LeaseRecord {
  readonly holder: string;
  readonly epoch: number;
  readonly expiresMs: number;
}

export interface LeaseOptions {
  readonly key: string;
  readonly holder: string;
  readonly ttlMs: number;
  readonly renewMs: number;
  /** Epochs at or below this are never used again: what the holder's own log has seen. */
  readonly epochFloor: number;
}

/**
 * The right to act alone, with an epoch that only grows. Acquired and renewed by compare-and-set; the holder
 * stops by itself before the lease can expire, measured from before the renewal was asked for.
 */
export class Lease implements AsyncDisposable {
  readonly epoch: number;
  readonly #bucket: KeyValue;
  readonly #options: LeaseOptions;
  readonly #clock: Clock;
  readonly #lost = Promise.withResolvers<string>();
  #revision: number;
  #safeUntilMs: number;
  #ended = false;

  private constructor(
    bucket: KeyValue,
    options: LeaseOptions,
    clock: Clock,
    epoch: number,
    revision: number,
    askedMs: number,
  ) {
    this.#bucket = bucket;
    this.#options = options;
    this.#clock = clock;
    this.epoch = epoch;
    this.#revision = revision;
    this.#safeUntilMs = askedMs + options.ttlMs;
    void this.#renew();
  }

  /** Waits for the lease until `signal` says stop. Resolves with it, or undefined when told to stop. */
  static async acquire(
    bucket: KeyValue,
    options: LeaseOptions,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<Lease | undefined> {
    while (!signal.aborted) {
      const askedMs = clock.nowMs();
      const entry = await bucket.get(options.key);
      const held = entry === undefined ? undefined : parse(entry.value);
      if (held === undefined || held.expiresMs <= askedMs || held.holder === options.holder) {
        const epoch = Math.max(held?.epoch ?? 0, options.epochFloor) + 1;
        const revision = await bucket.compareAndSet(
          options.key,
          record(options, epoch, askedMs),
          entry?.revision ?? 0,
        );
        if (revision !== undefined) return new Lease(bucket, options, clock, epoch, revision, askedMs);
      }
      await clock.sleep(100);
    }
    return undefined;
  }

  /** True while acting is safe for at least `marginMs` more. */
  safeFor(marginMs: number): boolean {
    return !this.#ended && this.#clock.nowMs() + marginMs < this.#safeUntilMs;
  }

  /** Resolves with the reason when the lease is lost. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  async #renew(): Promise<void> {
    while (!this.#ended) {
      await this.#clock.sleep(this.#options.renewMs);
      if (this.#ended) return;
      const askedMs = this.#clock.nowMs();
      if (askedMs >= this.#safeUntilMs) return this.#end('could not be renewed in time');
      try {
        const revision = await this.#bucket.compareAndSet(
          this.#options.key,
          record(this.#options, this.epoch, askedMs),
          this.#revision,
        );
        if (revision === undefined) return this.#end('another holder took it');
        this.#revision = revision;
        this.#safeUntilMs = askedMs + this.#options.ttlMs;
      } catch {
        // The server is away; what is left of the lease still counts, and the next round asks again.
      }
    }
  }

  #end(reason: string): void {
    this.#ended = true;
    this.#lost.resolve(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const released: LeaseRecord = { holder: '', epoch: this.epoch, expiresMs: 0 };
    await this.#bucket
      .compareAndSet(this.#options.key, encode(released), this.#revision)
      .catch(() => undefined);
  }
}

function record(options: LeaseOptions, epoch: number, nowMs: number): Uint8Array {
  return encode({ holder: options.holder, epoch, expiresMs: nowMs + options.ttlMs });
}

function encode(lease: LeaseRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(lease));
}

function parse(value: Uint8Array): LeaseRecord {
  return JSON.parse(new TextDecoder().decode(value)) as LeaseRecord;
}
