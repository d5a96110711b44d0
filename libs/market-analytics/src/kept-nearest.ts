import type { TimeUs } from '@algo/model';

/** Prices that answers are kept for: far more than are traded within a few minutes. */
const PRICES_MAX = 64;

/** The choice of what is nearest to one price. */
interface Choice<Band> {
  /** Says whether a band is chosen. */
  has(band: Band): boolean;
  chosen(): readonly Band[];
}

/** A list of bands of price that come and go. */
interface BandList<Band, Chosen, Item> {
  /** Tells of those that may be chosen no more from a moment on. */
  letGo(momentUs: TimeUs): void;
  chosenAt(price: number): Chosen;
  shown(band: Band): Item;
}

/** What was chosen at a price, from each list, and how all of it is shown; null what is to be found anew. */
interface Kept<Chosen, Item> {
  readonly choices: (Chosen | null)[];
  items: readonly Item[] | null;
}

/**
 * What is nearest to each price that was asked about, of several lists: price goes to and fro over the same
 * few steps. A band that comes, changes or leaves touches only the answers that it is part of.
 */
export class KeptNearest<Band, Chosen extends Choice<Band>, Item> {
  readonly #lists: BandList<Band, Chosen, Item>[] = [];
  readonly #kept = new Map<number, Kept<Chosen, Item>>();

  /** Adds a list; returns its number, by which it tells of its bands. */
  add(list: BandList<Band, Chosen, Item>): number {
    return this.#lists.push(list) - 1;
  }

  /** Returns what is nearest at a moment, list by list: the same while nothing of it changes. */
  at(price: number, momentUs: TimeUs): readonly Item[] {
    for (let i = 0; i < this.#lists.length; i++) this.#lists[i]!.letGo(momentUs);
    const kept = this.#kept.get(price) ?? this.#keep(price);
    return kept.items ?? this.#show(price, kept);
  }

  /** A band has come to a list; `weigh` puts it to a choice, and returns whether it is chosen. */
  come(list: number, weigh: (choice: Chosen) => boolean): void {
    for (const kept of this.#kept.values()) {
      const choice = kept.choices[list];
      if (choice && weigh(choice)) kept.items = null;
    }
  }

  /** A band looks otherwise, and is chosen as before. */
  change(list: number, band: Band): void {
    for (const kept of this.#kept.values()) if (kept.choices[list]?.has(band)) kept.items = null;
  }

  /** A band can't be chosen any more. */
  leave(list: number, band: Band): void {
    for (const kept of this.#kept.values()) {
      if (!kept.choices[list]?.has(band)) continue;
      kept.choices[list] = null;
      kept.items = null;
    }
  }

  /** All that was kept may be wrong. */
  forget(): void {
    this.#kept.clear();
  }

  #keep(price: number): Kept<Chosen, Item> {
    if (this.#kept.size === PRICES_MAX) this.#kept.clear();
    const kept: Kept<Chosen, Item> = { choices: this.#lists.map(() => null), items: null };
    this.#kept.set(price, kept);
    return kept;
  }

  #show(price: number, kept: Kept<Chosen, Item>): readonly Item[] {
    const items: Item[] = [];
    for (let i = 0; i < this.#lists.length; i++) {
      const list = this.#lists[i]!;
      const choice = kept.choices[i] ?? list.chosenAt(price);
      kept.choices[i] = choice;
      for (const band of choice.chosen()) items.push(list.shown(band));
    }
    kept.items = items;
    return items;
  }
}
