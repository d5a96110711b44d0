/** The share of volume that the value area holds at most, in tenths. */
const SHARE_TENTHS = 7;
/** So many are sorted by hand: to call the sort of the language costs more. */
const FEW = 48;

/**
 * Volumes by row of price, with the price that has most, the lowest of equals, and the value area: the lowest
 * and highest price of the rows that together, taken from the largest on and equal ones at once, hold no more
 * than 70 %. There is no area where the largest alone holds more. Both stand from one reading to the next
 * while no row crosses from outside to inside: most trades change neither. *Units*: whole steps.
 * *Source*: rule set `classic`.
 */
export class VolumeRows {
  #volumes: Float64Array;
  /** The rows that have volume, in no order, and where in there each row stands. */
  #present: Int32Array;
  #place: Int32Array;
  #count = 0;
  /** Room to sort volumes in. */
  #sorted: Float64Array;
  /** Of all rows. */
  total = 0;
  /** Of the last `judge`: prices; `low` and `high` mean something where there is an area. */
  poc = Number.NaN;
  low = Number.NaN;
  high = Number.NaN;
  #pocVolume = 0;
  /** Whether what follows is known. */
  #isJudged = false;
  /** Rows of so much and more are inside, and what those hold; ∞ where none is. */
  #least = Number.POSITIVE_INFINITY;
  #held = 0;
  /** The largest volume outside, and what the rows that have it hold together. */
  #next = 0;
  #nextHeld = 0;

  constructor(rows: number) {
    this.#volumes = new Float64Array(rows);
    this.#sorted = new Float64Array(rows);
    this.#present = new Int32Array(rows);
    this.#place = new Int32Array(rows);
  }

  /** The rows that have volume, in no order. */
  get present(): Int32Array {
    return this.#present.subarray(0, this.#count);
  }

  get hasArea(): boolean {
    return this.#least < Number.POSITIVE_INFINITY;
  }

  of(row: number): number {
    return this.#volumes[row]!;
  }

  /** Adds to a row's volume, or takes away from it what it has. */
  change(row: number, price: number, volume: number): void {
    const before = this.#volumes[row]!;
    const after = before + volume;
    this.#volumes[row] = after;
    this.total += volume;
    if (before === 0) this.#enter(row);
    else if (after === 0) this.#leave(row);
    if (!this.#isJudged) return;
    if (after >= this.#least !== before >= this.#least) {
      this.#isJudged = false;
      return;
    }
    if (before >= this.#least) this.#held += volume;
    else this.#changeOutside(before, after);
    if (price === this.poc) {
      if (volume < 0) this.#isJudged = false;
      this.#pocVolume = after;
    } else if (after > this.#pocVolume || (after === this.#pocVolume && price < this.poc)) {
      this.poc = price;
      this.#pocVolume = after;
    }
  }

  /** Works out what no longer stands; some row must have volume. *Shape*: `prices` of all rows. */
  judge(prices: Float64Array): void {
    if (this.#isJudged && this.#fits(this.#held) && !this.#fits(this.#held + this.#nextHeld)) return;
    this.#isJudged = true;
    this.#findMost(prices);
    this.#findInside();
    if (this.hasArea) this.#findEdges(prices);
  }

  rescale(factor: number): void {
    for (let row = 0; row < this.#volumes.length; row++) this.#volumes[row]! *= factor;
    this.total *= factor;
    this.#isJudged = false;
  }

  /** Makes room for so many rows. */
  widen(rows: number): void {
    const [volumes, present, place] = [this.#volumes, this.#present, this.#place];
    this.#volumes = new Float64Array(rows);
    this.#volumes.set(volumes);
    this.#present = new Int32Array(rows);
    this.#present.set(present);
    this.#place = new Int32Array(rows);
    this.#place.set(place);
    this.#sorted = new Float64Array(rows);
  }

  #enter(row: number): void {
    this.#place[row] = this.#count;
    this.#present[this.#count++] = row;
  }

  #leave(row: number): void {
    const last = this.#present[--this.#count]!;
    const place = this.#place[row]!;
    this.#present[place] = last;
    this.#place[last] = place;
  }

  #fits(volume: number): boolean {
    return 10 * volume <= SHARE_TENTHS * this.total;
  }

  #changeOutside(before: number, after: number): void {
    if (before === this.#next && before > 0) {
      this.#nextHeld -= before;
      if (this.#nextHeld === 0 && after < before) {
        this.#isJudged = false;
        return;
      }
    }
    if (after > this.#next) {
      this.#next = after;
      this.#nextHeld = after;
    } else if (after === this.#next) this.#nextHeld += after;
  }

  #findMost(prices: Float64Array): void {
    this.#pocVolume = 0;
    this.poc = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#count; i++) {
      const row = this.#present[i]!;
      const volume = this.#volumes[row]!;
      if (volume < this.#pocVolume || (volume === this.#pocVolume && prices[row]! > this.poc)) continue;
      this.#pocVolume = volume;
      this.poc = prices[row]!;
    }
  }

  #findInside(): void {
    const ascending = this.#ascending();
    this.#least = Number.POSITIVE_INFINITY;
    this.#held = 0;
    for (let i = this.#count - 1; i >= 0; ) {
      this.#next = ascending[i]!;
      this.#nextHeld = 0;
      for (; i >= 0 && ascending[i] === this.#next; i--) this.#nextHeld += this.#next;
      if (!this.#fits(this.#held + this.#nextHeld)) return;
      this.#least = this.#next;
      this.#held += this.#nextHeld;
    }
  }

  #ascending(): Float64Array {
    const count = this.#count;
    const sorted = this.#sorted;
    if (count > FEW) {
      for (let i = 0; i < count; i++) sorted[i] = this.#volumes[this.#present[i]!]!;
      return sorted.subarray(0, count).sort();
    }
    for (let i = 0; i < count; i++) {
      const volume = this.#volumes[this.#present[i]!]!;
      let at = i;
      for (; at > 0 && sorted[at - 1]! > volume; at--) sorted[at] = sorted[at - 1]!;
      sorted[at] = volume;
    }
    return sorted;
  }

  #findEdges(prices: Float64Array): void {
    this.low = Number.POSITIVE_INFINITY;
    this.high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#count; i++) {
      const row = this.#present[i]!;
      if (this.#volumes[row]! < this.#least) continue;
      if (prices[row]! < this.low) this.low = prices[row]!;
      if (prices[row]! > this.high) this.high = prices[row]!;
    }
  }
}
