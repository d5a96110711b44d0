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
  /**
   * Writes what is nearest to a price into a list, from a place on, as it is shown: the same items until they
   * change. Returns the place behind the last.
   */
  choose(to: Item[], from: number, price: number): number;
}

/** What one list chooses at one price, at most: an entry, a level and a target of each kind. */
const CHOSEN_MAX = 6;
const NOTHING: readonly never[] = [];

/** By slot, a price and what a list says is nearest to it. */
class Answers<Item> {
  /** Whether there ever was one. */
  isKept = false;
  readonly prices = new Float64Array(PRICES).fill(Number.NaN);
  readonly items = new Array<Item>(PRICES * CHOSEN_MAX);
  /** Where those of a slot end. */
  readonly ends = new Int32Array(PRICES);
}

/**
 * What is nearest to each price that was asked about, of several lists: price goes to and fro over the same
 * few steps, and what comes, changes or leaves is an answer of one list at a few prices.
 */
export class KeptNearest<Item> {
  readonly #lists: { readonly list: BandList<Item>; readonly answers: Answers<Item> }[] = [];
  /** By slot, a price and what all lists say of it. */
  readonly #prices = new Float64Array(PRICES).fill(Number.NaN);
  readonly #items: (readonly Item[])[] = Array.from({ length: PRICES }, () => NOTHING);
  /** The last that was worked out. */
  #last: readonly Item[] = NOTHING;
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
    if (this.#prices[slot] !== tip.price) this.#find(tip.price, slot);
    return this.#items[slot]!;
  }

  #forget({ isKept, prices }: Answers<Item>, low: number, high: number): void {
    if (!isKept) return;
    const all = this.#prices;
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
    const last = this.#last;
    let count = 0;
    let isLast = true;
    for (let i = 0; i < this.#lists.length; i++) {
      const { list, answers } = this.#lists[i]!;
      const { items, ends, prices } = answers;
      const from = slot * CHOSEN_MAX;
      if (prices[slot] !== price) {
        answers.isKept = true;
        prices[slot] = price;
        ends[slot] = list.choose(items, from, price);
      }
      for (let at = from; at < ends[slot]!; at++) if (items[at] !== last[count++]) isLast = false;
    }
    if (!isLast || count !== last.length) this.#last = this.#answersAt(slot);
    this.#prices[slot] = price;
    this.#items[slot] = this.#last;
  }

  #answersAt(slot: number): Item[] {
    const all: Item[] = [];
    for (let i = 0; i < this.#lists.length; i++) {
      const { items, ends } = this.#lists[i]!.answers;
      for (let at = slot * CHOSEN_MAX; at < ends[slot]!; at++) all.push(items[at]!);
    }
    return all;
  }
}
