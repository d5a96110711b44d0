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
    const all = new Set([...this.#demand.chosen(), ...this.#supply.chosen()]);
    return [...all].sort((a, b) => a - b);
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
    if (fromFar < 0) return;
    const distance = Math.max(0, fromNear);
    if (distance > this.#levelDistance) return;
    if (distance === this.#levelDistance && strength < this.#levelStrength) return;
    this.#level = at;
    this.#levelDistance = distance;
    this.#levelStrength = strength;
  }

  chosen(): number[] {
    return [this.#entry, this.#level, this.#target].filter((at) => at >= 0);
  }
}
