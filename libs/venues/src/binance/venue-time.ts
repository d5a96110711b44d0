import { NETWORK, repeat, type Transport } from '../transport.ts';

/** Round trips of which the quickest tells the time. */
const ROUND_TRIPS = 5;
export const MEASURE_EVERY_MS = 60_000;
/** The wall clock may be set by so much before it is measured anew. */
const JUMP_MAX_MS = 250;
/** An offset that is older than this says nothing of now. */
const STALE_MS = 10 * MEASURE_EVERY_MS;

export interface VenueTimeParts {
  /** Returns what the venue's clock says. *Errors*: rejects where it doesn't answer. */
  readonly ask: () => Promise<number>;
  readonly monotonicMs: () => number;
  /** The wall of this machine: only to see it being set. */
  readonly wallMs: () => number;
  readonly transport?: Pick<Transport, 'after'>;
}

/** The venue's clock, as far as this machine can know it. *Units*: ms; steps of our wall don't move it. */
export class VenueTime implements Disposable {
  readonly #parts: VenueTimeParts;
  #measured: { readonly offsetMs: number; readonly atMs: number; readonly wallMs: number } | undefined;
  #measuring: Promise<void> | undefined;
  #failure = 'it was not measured yet';
  #stop: (() => void) | undefined;

  constructor(parts: VenueTimeParts) {
    this.#parts = parts;
  }

  /** The venue's time; undefined before it was measured. */
  nowMs(): number | undefined {
    return this.#measured && this.#parts.monotonicMs() + this.#measured.offsetMs;
  }

  /** Returns the venue's time, measuring it where that was not done. *Errors*: rejects where it can't be. */
  async ready(): Promise<number> {
    if (this.#measured === undefined) await this.measure();
    const nowMs = this.nowMs();
    if (nowMs === undefined) throw new Error(`the venue's time is not known: ${this.#failure}`);
    return nowMs;
  }

  /** Why no entry may go out, in words; undefined where the clock is fine. */
  trouble(): string | undefined {
    const { monotonicMs, wallMs } = this.#parts;
    if (this.#measured === undefined) return `the venue's time is not known: ${this.#failure}`;
    const { atMs, wallMs: wallAt } = this.#measured;
    const passedMs = monotonicMs() - atMs;
    const jumpMs = Math.round(wallMs() - wallAt - passedMs);
    if (Math.abs(jumpMs) > JUMP_MAX_MS) {
      void this.measure();
      return `the wall clock here jumped by ${jumpMs} ms; the venue's time is measured again first`;
    }
    if (passedMs <= STALE_MS) return undefined;
    return `the venue's time was measured ${Math.round(passedMs / 60_000)} min ago: ${this.#failure}`;
  }

  /** Takes the quickest of five round trips. One measuring runs at a time; a failed one leaves the last. */
  measure(): Promise<void> {
    const { transport = NETWORK } = this.#parts;
    this.#stop ??= repeat(transport, MEASURE_EVERY_MS, () => void this.measure());
    this.#measuring ??= this.#measure().finally(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  [Symbol.dispose](): void {
    this.#stop?.();
  }

  async #measure(): Promise<void> {
    const { ask, monotonicMs, wallMs } = this.#parts;
    let best: { readonly offsetMs: number; readonly tookMs: number } | undefined;
    for (let trip = 0; trip < ROUND_TRIPS; trip++) {
      const sentMs = monotonicMs();
      try {
        const serverMs = await ask();
        const tookMs = monotonicMs() - sentMs;
        if (best === undefined || tookMs < best.tookMs)
          best = { offsetMs: serverMs - (sentMs + tookMs / 2), tookMs };
      } catch (error) {
        this.#failure = (error as Error).message;
        break;
      }
    }
    if (best === undefined) return;
    this.#measured = { offsetMs: best.offsetMs, atMs: monotonicMs(), wallMs: wallMs() };
  }
}
