import { type InstrumentId, type TimeUs, US_PER_HOUR, US_PER_MINUTE } from '@algo/model';

/** So many refusals an hour are said one by one, over all instruments; the others are counted. */
const REFUSALS_PER_HOUR = 2_000;
/** So many of one instrument may come together after a quiet time. */
const BURST = 16;
/** The counts of so many instruments are said each minute; those of more, more rarely. */
const COUNTED_PER_MINUTE = 16;

/**
 * Shares out among the instruments how many refusals are said one by one, so that what is stored in a month
 * does not grow with their number. An instrument earns one each `spacingUs`. Bounded by the instruments.
 */
export class RefusalBudget {
  /** How often the counts are said. *Units*: µs. */
  readonly countEveryUs: number;
  readonly #spacingUs: number;
  /** When what an instrument has said is earned. */
  readonly #earnedUs: Map<InstrumentId, TimeUs>;

  constructor(instruments: number, earned: readonly (readonly [InstrumentId, TimeUs])[]) {
    this.#spacingUs = Math.ceil((instruments * US_PER_HOUR) / REFUSALS_PER_HOUR);
    this.countEveryUs = Math.ceil(instruments / COUNTED_PER_MINUTE) * US_PER_MINUTE;
    this.#earnedUs = new Map(earned);
  }

  /** Returns whether a refusal of this time may be said, and if so takes note of it. */
  admit(instrument: InstrumentId, timeUs: TimeUs): boolean {
    const nextUs = Math.max(this.#earnedUs.get(instrument) ?? 0, timeUs) + this.#spacingUs;
    if (nextUs > timeUs + BURST * this.#spacingUs) return false;
    this.#earnedUs.set(instrument, nextUs);
    return true;
  }

  snapshot(): [InstrumentId, TimeUs][] {
    return [...this.#earnedUs];
  }
}
