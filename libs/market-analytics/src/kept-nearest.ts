import type { TimeUs } from '@algo/model';

/**
 * What is nearest to a price, kept while nothing can have changed in it: which of some bands is nearest is
 * decided by their edges alone, so it stays while price crosses none, no band changes and none leaves.
 * *Units*: those of the price.
 */
export class KeptNearest<Found> {
  #found: readonly Found[] | null = null;
  #price = Number.NaN;
  // The edges around the price; it alone is where an edge is right there.
  #below = Number.NEGATIVE_INFINITY;
  #above = Number.POSITIVE_INFINITY;
  #untilUs = Number.NEGATIVE_INFINITY;

  /** Returns what was kept, null when it may no longer hold. */
  at(price: number, momentUs: TimeUs): readonly Found[] | null {
    if (this.#found === null || momentUs > this.#untilUs) return null;
    return price === this.#price || (price > this.#below && price < this.#above) ? this.#found : null;
  }

  /** Begins anew, at a price: each edge must be shown, then what was found. */
  begin(price: number): void {
    this.#price = price;
    this.#below = Number.NEGATIVE_INFINITY;
    this.#above = Number.POSITIVE_INFINITY;
  }

  edge(edge: number): void {
    if (edge <= this.#price && edge > this.#below) this.#below = edge;
    if (edge >= this.#price && edge < this.#above) this.#above = edge;
  }

  /** Keeps what was found, for moments up to one. */
  keep(found: readonly Found[], untilUs: TimeUs): readonly Found[] {
    this.#found = found;
    this.#untilUs = untilUs;
    return found;
  }

  /** Something has changed. */
  forget(): void {
    this.#found = null;
  }
}
