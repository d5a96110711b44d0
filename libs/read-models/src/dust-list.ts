import type { Fact } from '@algo/contracts';
import type { DustChanged, InstrumentId } from '@algo/model';

/** What is left of positions in an instrument that no order could close. */
export type ListedDust = Pick<DustChanged, 'instrument' | 'strategy' | 'quantity' | 'price' | 'timeUs'>;

/** Folds facts into what is left over in each instrument. */
export class DustList {
  readonly #left = new Map<InstrumentId, ListedDust>();

  /** Facts about anything else are passed over. */
  take({ name, body }: Fact): void {
    if (name !== 'DustChanged') return;
    const { instrument, strategy, quantity, price, timeUs } = body;
    if (quantity.isZero()) this.#left.delete(instrument);
    else this.#left.set(instrument, { instrument, strategy, quantity, price, timeUs });
  }

  /** Returns what is left over in an instrument, undefined where nothing is. */
  get(instrument: InstrumentId): ListedDust | undefined {
    return this.#left.get(instrument);
  }

  /** Returns all that is left over, each instrument once, what was left first standing first. */
  all(): readonly ListedDust[] {
    return [...this.#left.values()];
  }
}
