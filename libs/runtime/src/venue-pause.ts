import type { Clock, KeyValue } from '@algo/bus';

const keyOf = (identity: string) => `${identity}.pause`;

/**
 * How long an exchange wants to be left alone by this machine. It outlives the process, and is heard by all
 * that ask the same exchange: whoever asks on is banned for longer.
 */
export class VenuePause {
  readonly #bucket: Pick<KeyValue, 'get' | 'put'>;
  readonly #identity: string;
  readonly #others: readonly string[];
  readonly #clock: Pick<Clock, 'nowMs'>;
  #untilMs = 0;

  private constructor(
    bucket: Pick<KeyValue, 'get' | 'put'>,
    identity: string,
    others: readonly string[],
    clock: Pick<Clock, 'nowMs'>,
  ) {
    this.#bucket = bucket;
    this.#identity = identity;
    this.#others = others;
    this.#clock = clock;
  }

  /** Returns what an earlier life was told, and what `others` were: processes that ask there too. */
  static async open(
    bucket: Pick<KeyValue, 'get' | 'put'>,
    identity: string,
    others: readonly string[],
    clock: Pick<Clock, 'nowMs'>,
  ): Promise<VenuePause> {
    const pause = new VenuePause(bucket, identity, others, clock);
    await pause.hear();
    return pause;
  }

  /** How long it still lasts. *Units*: ms. */
  get leftMs(): number {
    return Math.max(0, this.#untilMs - this.#clock.nowMs());
  }

  /** Takes over what the others were told since. */
  async hear(): Promise<void> {
    const told = [this.#identity, ...this.#others].map((identity) => this.#bucket.get(keyOf(identity)));
    for (const entry of await Promise.all(told)) {
      const untilMs = entry === undefined ? 0 : Number(new TextDecoder().decode(entry.value));
      if (Number.isFinite(untilMs)) this.#untilMs = Math.max(this.#untilMs, untilMs);
    }
  }

  /** Resolves when it is stored that nothing may go out for so long. *Units*: ms. */
  async keep(pauseMs: number): Promise<void> {
    this.#untilMs = Math.max(this.#untilMs, this.#clock.nowMs() + pauseMs);
    await this.#bucket.put(keyOf(this.#identity), new TextEncoder().encode(`${this.#untilMs}`));
  }
}
