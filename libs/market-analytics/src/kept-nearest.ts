import type { TimeUs } from '@algo/model';

/** Prices that answers are kept for: far more than are traded within a few minutes. */
const PRICES_MAX = 64;

/** A list of bands of price that come and go. */
export interface BandList<Item> {
  /** Another number each time that a band comes, changes or leaves. */
  readonly version: number;
  /** Lets those go that may be chosen no more from a moment on. */
  letGo(momentUs: TimeUs): void;
  /** Returns what is nearest to a price, as it is shown: the same items until they change. */
  chosenAt(price: number): readonly Item[];
}

/** What was chosen at a price, from each list as it was then, and all of it. */
interface Kept<Item> {
  readonly versions: number[];
  readonly chosen: (readonly Item[])[];
  items: readonly Item[];
}

/**
 * What is nearest to each price that was asked about, of several lists: price goes to and fro over the same
 * few steps, and most lists change seldom.
 */
export class KeptNearest<Item> {
  readonly #lists: BandList<Item>[] = [];
  readonly #kept = new Map<number, Kept<Item>>();
  /** What was asked about last. */
  #price = Number.NaN;
  #last: Kept<Item> = { versions: [], chosen: [], items: [] };

  add(list: BandList<Item>): void {
    this.#lists.push(list);
  }

  /** Returns what is nearest at a moment, list by list: the same while nothing of it changes. */
  at(price: number, momentUs: TimeUs): readonly Item[] {
    const lists = this.#lists;
    for (let i = 0; i < lists.length; i++) lists[i]!.letGo(momentUs);
    if (price !== this.#price) {
      this.#price = price;
      this.#last = this.#kept.get(price) ?? this.#keep(price);
    }
    const { chosen, versions } = this.#last;
    let isSame = true;
    for (let i = 0; i < lists.length; i++) {
      const list = lists[i]!;
      if (versions[i] === list.version) continue;
      versions[i] = list.version;
      const now = list.chosenAt(price);
      if (isSame) isSame = areSame(now, chosen[i]!);
      chosen[i] = now;
    }
    if (!isSame) this.#last.items = joined(chosen);
    return this.#last.items;
  }

  #keep(price: number): Kept<Item> {
    if (this.#kept.size === PRICES_MAX) this.#kept.clear();
    const kept: Kept<Item> = {
      versions: this.#lists.map(() => -1),
      chosen: this.#lists.map(() => []),
      items: [],
    };
    this.#kept.set(price, kept);
    return kept;
  }
}

function areSame<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function joined<Item>(lists: readonly (readonly Item[])[]): readonly Item[] {
  const all: Item[] = [];
  for (const list of lists) for (const item of list) all.push(item);
  return all;
}
