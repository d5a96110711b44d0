import type { TimeUs } from '@algo/model';
import type { TapeTip } from './tape-tip.ts';

/** Prices that answers are kept for, by their last digits: more than are traded within a few minutes. */
const PRICES = 64;

/** Told the prices, from one to another, at which a list may choose others now, or ones that have changed. */
export type OnBandChange = (low: number, high: number) => void;

/** A list of bands of price that come and go. */
export interface BandList<Item> {
  /** Lets those go that may be chosen no more from a moment on; returns until when all others may. */
  letGo(momentUs: TimeUs): TimeUs;
  /** Adds to a list what is nearest to a price, as it is shown: the same items until they change. */
  addChosen(to: Item[], price: number): void;
}

const NOTHING: readonly never[] = [];

/** By slot, a price and what is nearest to it. */
class Answers<Item> {
  /** Whether there ever was one. */
  isKept = false;
  readonly prices = new Float64Array(PRICES).fill(Number.NaN);
  readonly items: (readonly Item[])[] = Array.from({ length: PRICES }, () => NOTHING);

  keep(slot: number, price: number, items: readonly Item[]): void {
    this.isKept = true;
    this.prices[slot] = price;
    this.items[slot] = items;
  }
}

/**
 * What is nearest to each price that was asked about, of several lists: price goes to and fro over the same
 * few steps, and what comes, changes or leaves is an answer of one list at a few prices.
 */
export class KeptNearest<Item> {
  readonly #lists: { readonly list: BandList<Item>; readonly answers: Answers<Item> }[] = [];
  readonly #answers = new Answers<Item>();
  /** The last that was worked out. */
  #last: readonly Item[] = [];
  /** Until when no list lets anything go. */
  #untilUs = Number.NEGATIVE_INFINITY;

  /** Adds a list behind the others, which is made with whom to tell its changes. */
  add<List extends BandList<Item>>(make: (onChange: OnBandChange) => List): List {
    const answers = new Answers<Item>();
    const list = make((low, high) => this.#forget(answers, low, high));
    this.#lists.push({ list, answers });
    return list;
  }

  /** Returns what is nearest where the tape is, list by list: the same while nothing of it changes. */
  at(tip: TapeTip): readonly Item[] {
    if (tip.momentUs > this.#untilUs) this.#letGo(tip.momentUs);
    const slot = tip.price & (PRICES - 1);
    if (this.#answers.prices[slot] !== tip.price) this.#find(tip.price, slot);
    return this.#answers.items[slot]!;
  }

  #forget({ isKept, prices }: Answers<Item>, low: number, high: number): void {
    if (!isKept) return;
    const all = this.#answers.prices;
    for (let slot = 0; slot < PRICES; slot++) {
      if (!(prices[slot]! >= low && prices[slot]! <= high)) continue;
      if (all[slot] === prices[slot]) all[slot] = Number.NaN;
      prices[slot] = Number.NaN;
    }
    this.#untilUs = Number.NEGATIVE_INFINITY;
  }

  #letGo(momentUs: TimeUs): void {
    let untilUs = Number.POSITIVE_INFINITY;
    for (const { list } of this.#lists) untilUs = Math.min(untilUs, list.letGo(momentUs));
    this.#untilUs = untilUs;
  }

  #find(price: number, slot: number): void {
    const all: Item[] = [];
    for (let i = 0; i < this.#lists.length; i++) {
      const { list, answers } = this.#lists[i]!;
      if (answers.prices[slot] !== price) {
        const found: Item[] = [];
        list.addChosen(found, price);
        answers.keep(slot, price, found);
      }
      const items = answers.items[slot]!;
      for (let each = 0; each < items.length; each++) all.push(items[each]!);
    }
    if (!areSame(all, this.#last)) this.#last = all;
    this.#answers.keep(slot, price, this.#last);
  }
}

function areSame<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
