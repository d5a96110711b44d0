/** The share of volume that the value area holds at most, in tenths. */
const SHARE_TENTHS = 7;
/** So many steps may lead from one edge of the area to the next before all rows are sorted anew. */
const STEPS_MAX = 8;

/**
 * Volumes by row of price, with the price that has most, the lowest of equals, and the value area: the lowest
 * and highest price of the rows that together, taken from the largest on and equal ones at once, hold no more
 * than 70 %. There is no area where the largest alone holds more. What is inside is kept as volumes change;
 * only where it holds too much, or has room for more, is the smallest volume inside found anew, one step down
 * or up at a time. *Units*: whole steps. *Source*: rule set `classic`.
 */
export class VolumeRows {
  #volumes: Float64Array;
  /** The rows that have volume, in no order, and where in there each row stands. */
  #present: Int32Array;
  #place: Int32Array;
  #count = 0;
  /** Of all rows. */
  total = 0;
  /** Of the last `judge`: prices; `low` and `high` mean something where there is an area. */
  poc = Number.NaN;
  low = Number.NaN;
  high = Number.NaN;
  #pocVolume = 0;
  #isPocKnown = false;
  #areEdgesKnown = false;
  /** Rows of so much and more are inside, and what those hold; ∞ where none is. */
  #least = Number.POSITIVE_INFINITY;
  #held = 0;
  /** None outside has more, and what those hold together that have as much: 0 where they are to be found. */
  #next = Number.POSITIVE_INFINITY;
  #nextHeld = 0;

  constructor(rows: number) {
    this.#volumes = new Float64Array(rows);
    this.#present = new Int32Array(rows);
    this.#place = new Int32Array(rows);
  }

  /** The rows that have volume, in no order. */
  get present(): Int32Array {
    return this.#present.subarray(0, this.#count);
  }

  get hasArea(): boolean {
    return this.#held > 0;
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
    const least = this.#least;
    if (before >= least) {
      this.#held -= before;
      if (after < least && (price === this.low || price === this.high)) this.#areEdgesKnown = false;
    } else if (before === this.#next) this.#nextHeld -= before;
    if (after >= least) {
      this.#held += after;
      if (price < this.low) this.low = price;
      if (price > this.high) this.high = price;
    } else if (after >= this.#next) {
      this.#nextHeld = after > this.#next ? after : this.#nextHeld + after;
      this.#next = after;
    }
    if (price === this.poc) {
      if (volume < 0) this.#isPocKnown = false;
      this.#pocVolume = after;
    } else if (after > this.#pocVolume || (after === this.#pocVolume && price < this.poc)) {
      this.poc = price;
      this.#pocVolume = after;
    }
  }

  /** Works out what no longer stands; some row must have volume. *Shape*: `prices` of all rows. */
  judge(prices: Float64Array): void {
    if (!this.#isPocKnown) this.#findMost(prices);
    for (let steps = 0; !this.#isEdge(); steps++) {
      this.#areEdgesKnown = false;
      if (steps === STEPS_MAX) this.#sortAll();
      else if (this.#fits(this.#held)) this.#takeIn();
      else this.#putOut();
    }
    if (!this.#areEdgesKnown && this.hasArea) this.#findEdges(prices);
  }

  rescale(factor: number): void {
    for (let row = 0; row < this.#volumes.length; row++) this.#volumes[row]! *= factor;
    this.total *= factor;
    this.#pocVolume *= factor;
    this.#least *= factor;
    this.#held *= factor;
    this.#next *= factor;
    this.#nextHeld *= factor;
    this.#isPocKnown = false;
    this.#areEdgesKnown = false;
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

  /** Says whether what is inside fits, and the largest outside no more beside it. */
  #isEdge(): boolean {
    if (!this.#fits(this.#held)) return false;
    if (this.#nextHeld === 0) this.#findNext();
    return !this.#fits(this.#held + this.#nextHeld);
  }

  /** Takes the largest outside in. */
  #takeIn(): void {
    this.#least = this.#next;
    this.#held += this.#nextHeld;
    this.#nextHeld = 0;
  }

  /** Puts the smallest inside out. */
  #putOut(): void {
    let smallest = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    let held = 0;
    for (let i = 0; i < this.#count; i++) {
      const volume = this.#volumes[this.#present[i]!]!;
      if (volume < this.#least || volume > second) continue;
      if (volume < smallest) {
        second = smallest;
        smallest = volume;
        held = volume;
      } else if (volume === smallest) held += volume;
      else second = volume;
    }
    this.#least = second;
    this.#held -= held;
    this.#next = smallest;
    this.#nextHeld = held;
  }

  #findNext(): void {
    let most = 0;
    let held = 0;
    for (let i = 0; i < this.#count; i++) {
      const volume = this.#volumes[this.#present[i]!]!;
      if (volume < most || volume >= this.#least) continue;
      held = volume === most ? held + volume : volume;
      most = volume;
    }
    this.#next = most;
    this.#nextHeld = held;
  }

  #findMost(prices: Float64Array): void {
    this.#isPocKnown = true;
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

  /** Finds the edge of what is inside from nothing. */
  #sortAll(): void {
    const ascending = Float64Array.from(this.present, (row) => this.#volumes[row]!).sort();
    this.#least = Number.POSITIVE_INFINITY;
    this.#held = 0;
    for (let i = ascending.length - 1; i >= 0; ) {
      this.#next = ascending[i]!;
      this.#nextHeld = 0;
      for (; i >= 0 && ascending[i] === this.#next; i--) this.#nextHeld += this.#next;
      if (!this.#fits(this.#held + this.#nextHeld)) return;
      this.#least = this.#next;
      this.#held += this.#nextHeld;
    }
  }

  #findEdges(prices: Float64Array): void {
    this.#areEdgesKnown = true;
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
