import type { VirtualClock } from '@algo/bus';
import type { HeardRequest, SentReply } from '@algo/testkit/venues';
import type { SimulatedLife } from '../simulated-life.ts';

/** Too many orders of one account: others of its requests may go on. */
const ORDERS_ALONE = '-1015';

/**
 * Holds every request against what the exchange has said before: that it wants none for a while. Who was told
 * knows it at once; the others once they have looked what was told, unless a wall clock was wrong: it is by
 * the wall that it is kept.
 */
export class LeftAloneWatch {
  readonly #clock: VirtualClock;
  readonly #broken: (what: string) => void;
  readonly #toldUntilMs = new WeakMap<SimulatedLife, number>();
  readonly #lookedMs = new WeakMap<SimulatedLife, number>();
  readonly #kept: { readonly atMs: number; readonly untilMs: number }[] = [];

  constructor(clock: VirtualClock, broken: (what: string) => void) {
    this.#clock = clock;
    this.#broken = broken;
  }

  /** A process knows what all others were told by then. */
  looked(life: SimulatedLife, atMs: number): void {
    this.#lookedMs.set(life, atMs);
  }

  /** An answer has come to a process. */
  answered(life: SimulatedLife, { headers, status, text }: SentReply): void {
    const retryAfterS = headers['Retry-After'];
    if ((status !== 429 && status !== 418) || retryAfterS === undefined || text.includes(ORDERS_ALONE))
      return;
    const atMs = this.#clock.nowMs();
    const untilMs = atMs + Number(retryAfterS) * 1_000;
    this.#toldUntilMs.set(life, Math.max(this.#toldUntilMs.get(life) ?? 0, untilMs));
    if (this.#isClockRight(life)) this.#kept.push({ atMs, untilMs });
  }

  leaves(life: SimulatedLife, { method, url }: HeardRequest): void {
    const lookedMs = this.#isClockRight(life) ? (this.#lookedMs.get(life) ?? 0) : 0;
    let untilMs = this.#toldUntilMs.get(life) ?? 0;
    for (const kept of this.#kept) if (kept.atMs < lookedMs) untilMs = Math.max(untilMs, kept.untilMs);
    const restMs = untilMs - this.#clock.nowMs();
    if (restMs > 0) this.#broken(`${method} ${url.split('?')[0]} leaves, none is wanted for ${restMs} ms`);
  }

  #isClockRight({ clock }: SimulatedLife): boolean {
    return clock.nowMs() === this.#clock.nowMs();
  }
}
