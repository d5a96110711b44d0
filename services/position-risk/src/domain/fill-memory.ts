import { type Fill, fillKey, RecentMap } from '@algo/model';

/** Far more fills than can be in flight or delivered again. */
const FILLS_REMEMBERED = 8_192;

/**
 * Recognises fills that come again; the first one heard counts.
 */
export class FillMemory {
  readonly #fills: RecentMap<string>;

  constructor(fills: Iterable<readonly [string, string]> = []) {
    this.#fills = new RecentMap(FILLS_REMEMBERED, fills);
  }

  /**
   * Returns `new` and remembers it, `known`, or how it differs from the fill of the same id that we booked.
   */
  see(fill: Fill): 'new' | 'known' | { readonly conflict: string } {
    const key = fillKey(fill);
    const numbers = `${fill.side} ${fill.quantity} at ${fill.price}`;
    const booked = this.#fills.get(key);
    if (booked === undefined) {
      this.#fills.set(key, numbers);
      return 'new';
    }
    return booked === numbers
      ? 'known'
      : { conflict: `fill ${fill.venueTradeId} booked as ${booked}, heard again as ${numbers}` };
  }

  entries(): [string, string][] {
    return this.#fills.entries();
  }
}
