import type { GapKind } from '@algo/model';

/** *Units*: those of the price that it is compared with. */
interface Band {
  readonly kind: GapKind;
  readonly low: number;
  readonly high: number;
}

/** Chooses the nearest bullish gap wholly above a price and bearish one below, of equals the oldest. */
export class NearestGaps<Gap extends Band> {
  readonly #price: number;
  #above: Gap | null = null;
  #below: Gap | null = null;

  constructor(price: number) {
    this.#price = price;
  }

  /** Takes the gaps oldest first. */
  weigh(gap: Gap): void {
    if (gap.kind === 'bullish') {
      if (gap.low > this.#price && (this.#above === null || gap.low < this.#above.low)) this.#above = gap;
    } else if (gap.high < this.#price && (this.#below === null || gap.high > this.#below.high))
      this.#below = gap;
  }

  /** Returns what was chosen, the one above first. */
  chosen(): Gap[] {
    return [this.#above, this.#below].filter((gap) => gap !== null);
  }
}
