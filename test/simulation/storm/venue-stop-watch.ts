import type { MessageOf } from '@algo/contracts';
import { type JudgeNotes, micros } from './judge-notes.ts';
import type { OrderLife } from './order-life.ts';

/** Holds the stops at the exchange against what they guard. */
export class VenueStopWatch {
  readonly #notes: JudgeNotes;
  readonly #orders: ReadonlyMap<string, OrderLife>;

  constructor(notes: JudgeNotes, orders: ReadonlyMap<string, OrderLife>) {
    this.#notes = notes;
    this.#orders = orders;
  }

  /**
   * A stop is sent. *Units*: `held` millionths of base, signed; `over` quote, what the stop would sell
   * beyond what is held.
   */
  submitted(
    { clientOrderId: id, replaces, request }: MessageOf<'OrderSubmitted'>,
    held: number,
    over: number,
  ) {
    const quantity = micros(request.quantity);
    if (held === 0 || held > 0 !== (request.side === 'sell') || over > 0)
      this.#notes.broken('I8 limits', `stop ${id} ${request.side} ${quantity}, held ${held}`);
    if (replaces !== null) this.#notes.saw('stop at the venue moved');
    for (const life of this.#open(request.instrument)) {
      const { clientOrderId: other } = life.submitted;
      if (other !== replaces) this.#notes.broken('one stop at the venue', `${id} beside ${other}`);
    }
  }

  /** Time has passed. A stop that guards nothing is under a cancel soon, whoever else is alive. */
  passed(executionMs: number, withinMs: number, held: (instrument: string) => number): void {
    for (const life of this.#orders.values()) {
      const { ended, filled, stand, submitted, wasCanceled } = life;
      if (ended !== null || submitted.intent !== 'protection') continue;
      const isIdle = stand === 'accepted' && !wasCanceled && filled === 0 && held(submitted.instrument) === 0;
      life.idleMs = isIdle ? life.idleMs + executionMs : 0;
      if (life.idleMs > withinMs)
        this.#notes.broken(
          'no stop outlives',
          `${submitted.clientOrderId} guards nothing and is left to stand`,
        );
    }
  }

  /** Says which stop has outlived what it guards, or null. */
  idle(held: (instrument: string) => number): string | null {
    for (const { ended, submitted } of this.#orders.values())
      if (ended === null && submitted.intent === 'protection' && held(submitted.instrument) === 0)
        return `the stop ${submitted.clientOrderId} guards nothing`;
    return null;
  }

  /** What stops that go off may still sell. *Units*: millionths of base. */
  goingOff(instrument: string): number {
    return this.#open(instrument).reduce(
      (sum, { quantity, filled }) => sum + (filled > 0 ? quantity - filled : 0),
      0,
    );
  }

  /** What stops in doubt, or under a cancel, may sell beside those. *Units*: millionths of base. */
  inDoubt(instrument: string): number {
    return this.#open(instrument).reduce((sum, { quantity, filled, stand, wasCanceled }) => {
      const isSure = stand === 'accepted' && !wasCanceled;
      return sum + (isSure || filled > 0 ? 0 : quantity);
    }, 0);
  }

  #open(instrument: string): readonly OrderLife[] {
    return [...this.#orders.values()].filter(
      ({ ended, submitted }) =>
        ended === null && submitted.intent === 'protection' && submitted.instrument === instrument,
    );
  }
}
