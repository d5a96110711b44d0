import { ALWAYS_QUIET, NEVER_QUIET, type Quiet } from './quiet.ts';

/** How far a print may lie from the last good one. *Units*: share of the last good price. */
const LEAP_MAX = 0.2;

/** Two prints no further apart than this around one are near each other as well. *Units*: ratio of prices. */
const QUIET_RATIO = Math.sqrt(1 + LEAP_MAX) * 0.999;

/** A band as it is kept. *Units*: prices quote, 0 for none. */
export interface PrintBandState {
  readonly good: number;
  readonly aside: number;
}

/**
 * Holds the prints of one instrument to a band around the last good one. A print that leaps out of it is set
 * aside, for one impossible print must not fire a stop or price an order; the next one near it says that the
 * market is really there.
 */
export class PrintBand {
  #good: number;
  #aside: number;

  constructor({ good, aside }: PrintBandState = { good: 0, aside: 0 }) {
    this.#good = good;
    this.#aside = aside;
  }

  /** Returns whether a print may be acted on; the first one may. *Units*: quote, above 0. */
  admit(price: number): boolean {
    const isGood = this.#good === 0 || isNear(price, this.#good) || isNear(price, this.#aside);
    if (isGood) this.#good = price;
    this.#aside = isGood ? 0 : price;
    return isGood;
  }

  /** Returns whether a print is within the band. *Units*: quote, above 0. */
  isNear(price: number): boolean {
    return this.#good === 0 || isNear(price, this.#good);
  }

  /** The last print that could be acted on; 0 before any. *Units*: quote. */
  get good(): number {
    return this.#good;
  }

  /** The prices of which any may come behind any other and be acted on. *Units*: quote. */
  get quiet(): Quiet {
    if (this.#good === 0 || this.#aside !== 0) return NEVER_QUIET;
    return { ...ALWAYS_QUIET, above: this.#good / QUIET_RATIO, below: this.#good * QUIET_RATIO };
  }

  state(): PrintBandState {
    return { good: this.#good, aside: this.#aside };
  }
}

function isNear(price: number, other: number): boolean {
  return Math.abs(price - other) <= other * LEAP_MAX;
}
