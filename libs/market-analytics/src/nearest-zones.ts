/**
 * Chooses among unbroken zones those that an entry, a level or a target can mean at a price, of each kind:
 * the nearest whose near edge price is at or beyond, the oldest of equals; the nearest that price is in or
 * before, the stronger and then the newer of equals; the nearest that price is wholly beyond.
 * *Units*: steps of price.
 */
export class NearestZones {
  readonly #price: number;
  readonly #demand = new NearestOfKind();
  readonly #supply = new NearestOfKind();

  constructor(price: number) {
    this.#price = price;
  }

  /** Takes the zones oldest first; `at` is what it is chosen by, and rises. */
  weigh(at: number, isDemand: boolean, low: number, high: number, strength: number): void {
    if (isDemand) this.#demand.weigh(at, this.#price - high, this.#price - low, strength);
    else this.#supply.weigh(at, low - this.#price, high - this.#price, strength);
  }

  /** Returns what was chosen, each once, oldest first. */
  chosen(): number[] {
    const all: number[] = [];
    this.#demand.addTo(all);
    this.#supply.addTo(all);
    return all.sort((a, b) => a - b);
  }
}

/** The choice among zones of one kind: where each best one stands, −1 for none. */
class NearestOfKind {
  #entry = -1;
  #entryDistance = Number.POSITIVE_INFINITY;
  #level = -1;
  #levelDistance = Number.POSITIVE_INFINITY;
  #levelStrength = 0;
  #target = -1;
  #targetDistance = Number.POSITIVE_INFINITY;

  /** `fromNear` and `fromFar`: how far price is beyond the near edge and the far one, below 0 before it. */
  weigh(at: number, fromNear: number, fromFar: number, strength: number): void {
    if (fromNear >= 0 && fromNear < this.#entryDistance) {
      this.#entry = at;
      this.#entryDistance = fromNear;
    }
    if (fromNear > 0 && fromNear < this.#targetDistance) {
      this.#target = at;
      this.#targetDistance = fromNear;
    }
    const distance = Math.max(fromNear, 0);
    const isNearer = distance < this.#levelDistance;
    if (fromFar >= 0 && (isNearer || (distance === this.#levelDistance && strength >= this.#levelStrength))) {
      this.#level = at;
      this.#levelDistance = distance;
      this.#levelStrength = strength;
    }
  }

  /** Adds each choice once; zones of one kind are never those of the other. */
  addTo(all: number[]): void {
    if (this.#entry >= 0) all.push(this.#entry);
    if (this.#level >= 0 && this.#level !== this.#entry) all.push(this.#level);
    if (this.#target >= 0 && this.#target !== this.#entry && this.#target !== this.#level)
      all.push(this.#target);
  }
}
