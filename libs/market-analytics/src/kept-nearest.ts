import type { TimeUs } from '@algo/model';

/** Prices that answers are kept for: far more than are traded between two bars of a minute. */
const PRICES_MAX = 64;

/**
 * What is nearest to each price that was asked about, kept until a band changes, comes or leaves: price goes
 * to and fro over the same few steps. *Units*: those of the price.
 */
export class KeptNearest<Found> {
  readonly #found = new Map<number, readonly Found[]>();
  #untilUs = Number.NEGATIVE_INFINITY;

  /** Returns what was kept, undefined when it may no longer hold. */
  at(price: number, momentUs: TimeUs): readonly Found[] | undefined {
    return momentUs > this.#untilUs ? undefined : this.#found.get(price);
  }

  /** Keeps what was found at a price, for moments up to one: the same for all of them. */
  keep(price: number, found: readonly Found[], untilUs: TimeUs): readonly Found[] {
    if (untilUs !== this.#untilUs || this.#found.size === PRICES_MAX) this.#found.clear();
    this.#untilUs = untilUs;
    this.#found.set(price, found);
    return found;
  }

  /** Something has changed. */
  forget(): void {
    this.#found.clear();
  }
}
