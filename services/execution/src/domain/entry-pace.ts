import {
  Decimal,
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
 * The entries of the last day, in the order of their times. *Shape*: at most what the limits of the day allow
 * for each strategy and instrument, and as much again each time that a person lets a strategy go on. What an
 * entry costs to judge does not grow with them.
 */
export class EntryPace {
  readonly #entries: PastEntry[] = [];
  /** For each of them, what all before it come to, since the first that was ever counted. */
  readonly #before: Decimal[] = [];
  #sum = Decimal.zero;
  /** The same entries by strategy and instrument. */
  readonly #own = new Map<string, PastEntry[]>();

  constructor(entries: readonly PastEntry[] = []) {
    for (const entry of entries) this.#put(entry);
  }

  /** Returns the pace of all others, for one that comes again. */
  without(commandId: string): EntryPace {
    return new EntryPace(this.#entries.filter((entry) => entry.commandId !== commandId));
  }

  /** All of them, oldest first. */
  get entries(): readonly PastEntry[] {
    return [...this.#entries];
  }

  /** Returns the entries of one strategy in one instrument, oldest first. */
  of(strategy: string, instrument: InstrumentId): readonly PastEntry[] {
    return this.#own.get(`${strategy} ${instrument}`) ?? [];
  }

  /** Returns how many entries are younger than a time, and what they come to. *Units*: quote. */
  since(timeUs: TimeUs): { readonly count: number; readonly notional: Decimal } {
    const first = placeBehind(this.#entries, timeUs);
    const before = this.#before[first] ?? this.#sum;
    return { count: this.#entries.length - first, notional: this.#sum.minus(before) };
  }

  count(entry: Omit<PastEntry, 'isForgiven'>): void {
    const old = this.#entries.splice(0, placeBehind(this.#entries, entry.timeUs - US_PER_DAY));
    this.#before.splice(0, old.length);
    for (const { strategy, instrument } of old) this.#own.get(`${strategy} ${instrument}`)!.shift();
    this.#put({ ...entry, isForgiven: false });
  }

  /** A person lets a strategy go on. */
  forgive(strategy: string): void {
    for (const entries of [this.#entries, ...this.#own.values()])
      for (const [i, entry] of entries.entries())
        if (entry.strategy === strategy) entries[i] = { ...entry, isForgiven: true };
  }

  /** Feeds tell their times apart from each other: an entry may be older than the last one. */
  #put(entry: PastEntry): void {
    const { strategy, instrument, notional, timeUs } = entry;
    const place = placeBehind(this.#entries, timeUs);
    this.#before.splice(place, 0, this.#before[place] ?? this.#sum);
    for (let i = place + 1; i < this.#before.length; i++) this.#before[i] = this.#before[i]!.plus(notional);
    this.#entries.splice(place, 0, entry);
    this.#sum = this.#sum.plus(notional);
    const key = `${strategy} ${instrument}`;
    const own = this.#own.get(key) ?? [];
    own.splice(placeBehind(own, timeUs), 0, entry);
    this.#own.set(key, own);
  }
}

/** Returns the place behind all entries up to and at a time. */
function placeBehind(entries: readonly PastEntry[], timeUs: TimeUs): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.timeUs <= timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}
