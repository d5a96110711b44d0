import type { Fact } from '@algo/contracts';
import { Decimal, type DrawdownMeasure, type TimeUs } from '@algo/model';

/** Money has so many digits behind the point here: the drawdown it is reckoned from is rounded. */
const PLACES = 2;

/**
 * A breaker that waits for a person. *Units*: `drawdown` share of `from`; `from` account currency, null where
 * everything was lost; `equity` as it was then.
 */
export interface TrippedBreaker {
  readonly measure: DrawdownMeasure;
  readonly drawdown: Decimal;
  readonly from: Decimal | null;
  readonly equity: Decimal;
  readonly timeUs: TimeUs;
}

/** Folds facts into how much an account has, and which of its breakers have tripped. */
export class DrawdownList {
  readonly #tripped = new Map<DrawdownMeasure, TrippedBreaker>();
  #equity: Decimal | null = null;

  /** Facts about anything else are passed over. */
  take({ name, body }: Fact): void {
    if (name === 'EquityMarked') this.#equity = body.equity;
    if (name !== 'DrawdownLevelChanged') return;
    const { measure, to, drawdown, timeUs } = body;
    this.#tripped.delete(measure);
    // A level is told with the mark of equity that reached it.
    const equity = this.#equity ?? Decimal.zero;
    const kept = Decimal.one.minus(drawdown);
    const from = kept.isPositive() ? equity.dividedBy(kept, PLACES, 'half-even') : null;
    if (to === 'breaker') this.#tripped.set(measure, { measure, drawdown, from, equity, timeUs });
  }

  /** The equity that was marked last; null before any was. *Units*: account currency. */
  get equity(): Decimal | null {
    return this.#equity;
  }

  /** Returns the breakers that wait for a person. */
  tripped(): readonly TrippedBreaker[] {
    return [...this.#tripped.values()];
  }
}
