import type { MessageOf } from '@algo/contracts';
import type { Denial } from '@algo/model';
import { type JudgeNotes, micros, worthOf } from './judge-notes.ts';
import type { OrderLife } from './order-life.ts';

/** The most that all of an account may be worth where a storm has a third instrument. *Units*: quote. */
export const GROSS_MAX = 9_000;
/** Execution values by its last prices, the judge by those of fills. *Units*: share. */
const PRICES_DIFFER = 1.1;

/** Holds each entry against the limit over all instruments, all that works counted as filled. */
export class GrossWatch {
  readonly #notes: JudgeNotes;
  readonly #orders: ReadonlyMap<string, OrderLife>;
  readonly #held: ReadonlyMap<string, number>;
  readonly #prices: ReadonlyMap<string, number>;

  constructor(
    notes: JudgeNotes,
    books: {
      readonly orders: ReadonlyMap<string, OrderLife>;
      readonly held: ReadonlyMap<string, number>;
      readonly prices: ReadonlyMap<string, number>;
    },
  ) {
    this.#notes = notes;
    this.#orders = books.orders;
    this.#held = books.held;
    this.#prices = books.prices;
  }

  /** An entry worth so much was submitted, and is not among the orders yet. *Units*: quote. */
  entered(id: string, worth: number): void {
    let gross = worth;
    for (const [instrument, held] of this.#held)
      gross += worthOf(Math.abs(held), this.#prices.get(instrument) ?? 0);
    for (const { ended, submitted, quantity, filled } of this.#orders.values())
      if (ended === null && submitted.intent === 'entry')
        gross += worthOf(quantity - filled, Number(String(submitted.request.limitPrice ?? 0)));
    if (gross > GROSS_MAX * PRICES_DIFFER) this.#notes.broken('I8 limits', `${id} makes it ${gross} in all`);
  }

  /** A denial that only what is held elsewhere can cause. */
  denied({ quantity, limitPrice }: MessageOf<'PlaceOrder'>, { code, detail }: Denial): void {
    const alone = worthOf(micros(quantity), Number(String(limitPrice ?? 0)));
    if (code === 'EXPOSURE_LIMIT' && detail.includes('gross_notional') && alone < GROSS_MAX)
      this.#notes.saw('too much in all');
  }
}
