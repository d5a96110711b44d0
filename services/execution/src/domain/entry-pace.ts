import {
  type Decimal,
  type InstrumentId,
  type Side,
  type StrategyName,
  type TimeUs,
  US_PER_DAY,
} from '@algo/model';

/**
 * An entry that passed: all its attempts are one. *Units*: `notional` quote, of the first attempt, at its
 * limit or the last price. *Shape*: `isForgiven` once a person has let its strategy go on: it no longer
 * counts toward the hour and the day.
 */
export interface PastEntry {
  readonly commandId: string;
  readonly timeUs: TimeUs;
  readonly strategy: StrategyName;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly notional: Decimal;
  readonly isForgiven: boolean;
}

/**
 * The entries of the last day, oldest first. *Shape*: at most what the limits of the day allow for each
 * strategy and instrument, and as much again each time that a person lets a strategy go on.
 */
export class EntryPace {
  #entries: readonly PastEntry[];

  constructor(entries: readonly PastEntry[] = []) {
    this.#entries = entries;
  }

  get entries(): readonly PastEntry[] {
    return this.#entries;
  }

  count(entry: Omit<PastEntry, 'isForgiven'>): void {
    const kept = this.#entries.filter(({ timeUs }) => timeUs > entry.timeUs - US_PER_DAY);
    this.#entries = [...kept, { ...entry, isForgiven: false }];
  }

  /** A person lets a strategy go on. */
  forgive(strategy: string): void {
    this.#entries = this.#entries.map((entry) =>
      entry.strategy === strategy ? { ...entry, isForgiven: true } : entry,
    );
  }
}
