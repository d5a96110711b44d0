/** The share of volume that the value area holds at most, in tenths. */
const SHARE_TENTHS = 7;
/** So many steps may lead from one edge of the area to the next before all rows are sorted anew. */
const STEPS_MAX = 8;
const FIRST_ROWS = 64;
/** Prices by whose last digits their row is guessed: most are where they were last. */
const GUESSES = 256;

/**
 * Volumes by row of price, with the price that has most, the lowest of equals, and the value area: the lowest
 * and highest price of the rows that together, taken from the largest on and equal ones at once, hold no more
 * than 70 %. There is no area where the largest alone holds more. What is inside is kept as volumes change;
 * only where it holds too much, or has room for more, is the smallest volume inside found anew, one step down
 * or up at a time. *Units*: whole steps. *Source*: rule set `classic`.
 */
export class VolumeRows {
  /** By row, in no order: those that have volume, and some that had. */
  #prices = new Float64Array(FIRST_ROWS);
  #volumes = new Float64Array(FIRST_ROWS);
  #count = 0;
  readonly #rowOf = new Map<number, number>();
  readonly #guesses = new Int32Array(GUESSES);
  /** Of all rows. */
  total = 0;
  /** Of volumes, since the start. */
  changes = 0;
  /** Prices: of the last `findMost`; of the last `judge`, where there is an area. */
  poc = Number.NaN;
  low = Number.NaN;
  high = Number.NaN;
  #pocVolume = 0;
  #isPocKnown = false;
  /** No other row has more. */
  #othersMost = 0;
  #areEdgesKnown = false;
  /** Rows of so much and more are inside, and what those hold; ∞ where none is. */
  #least = Number.POSITIVE_INFINITY;
  #held = 0;
  /** None outside has more, and what those hold together that have as much: 0 where they are to be found. */
  #next = Number.POSITIVE_INFINITY;
  #nextHeld = 0;

  /** Returns the prices that have volume, in no order. */
  prices(): Float64Array {
    return this.#prices.filter((_, row) => row < this.#count && this.#volumes[row]! > 0);
  }

  get hasArea(): boolean {
    return this.#held > 0;
  }

  of(price: number): number {
    return this.#volumes[this.#rowOf.get(price)!]!;
  }

  /** Adds to a price's volume, or takes away from it what it has. */
  change(price: number, volume: number): void {
    let row = this.#guesses[price & (GUESSES - 1)]!;
    if (row >= this.#count || this.#prices[row] !== price) row = this.#find(price);
    const before = this.#volumes[row]!;
    const after = before + volume;
    this.#volumes[row] = after;
    this.total += volume;
    this.changes++;
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
      this.#pocVolume = after;
      this.#isPocKnown = after > this.#othersMost || (volume > 0 && this.#isPocKnown);
    } else if (after >= this.#othersMost) this.#weigh(price, after);
  }

  /** Compares a row with the one that has most; it has at least as much as every other one. */
  #weigh(price: number, volume: number): void {
    const most = this.#pocVolume;
    if (volume > this.#othersMost) this.#isPocKnown = true;
    if (volume < most || (volume === most && price > this.poc)) this.#othersMost = volume;
    else {
      this.#othersMost = Math.max(most, this.#othersMost);
      this.poc = price;
      this.#pocVolume = volume;
    }
  }

  /** Works out what of the value area no longer stands; some price must have volume. */
  judge(): void {
    for (let steps = 0; !this.#isEdge(); steps++) {
      this.#areEdgesKnown = false;
      if (steps === STEPS_MAX) this.#sortAll();
      else if (this.#fits(this.#held)) this.#takeIn();
      else this.#putOut();
    }
    if (!this.#areEdgesKnown && this.hasArea) this.#findEdges();
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    const [prices, volumes, count] = [this.#prices, this.#volumes, this.#count];
    this.clear();
    for (let row = 0; row < count; row++)
      this.change(prices[row]! * priceFactor, volumes[row]! * quantityFactor);
  }

  /** Forgets everything. */
  clear(): void {
    this.#prices = new Float64Array(this.#prices.length);
    this.#volumes = new Float64Array(this.#volumes.length);
    this.#count = 0;
    this.#rowOf.clear();
    this.total = 0;
    this.changes++;
    this.poc = Number.NaN;
    this.#pocVolume = 0;
    this.#isPocKnown = false;
    this.#othersMost = 0;
    this.#areEdgesKnown = false;
    this.#least = Number.POSITIVE_INFINITY;
    this.#held = 0;
    this.#next = Number.POSITIVE_INFINITY;
    this.#nextHeld = 0;
  }

  /** Returns the row of a price, a new one where it has none. */
  #find(price: number): number {
    let row = this.#rowOf.get(price);
    if (row === undefined) {
      if (this.#count === this.#prices.length) this.#makeRoom();
      row = this.#count++;
      this.#prices[row] = price;
      this.#volumes[row] = 0;
      this.#rowOf.set(price, row);
    }
    this.#guesses[price & (GUESSES - 1)] = row;
    return row;
  }

  /** Lets rows without volume go, where there are many, else makes room for more. */
  #makeRoom(): void {
    const [prices, volumes, count] = [this.#prices, this.#volumes, this.#count];
    this.#rowOf.clear();
    this.#count = 0;
    for (let row = 0; row < count; row++) {
      if (volumes[row] === 0) continue;
      prices[this.#count] = prices[row]!;
      volumes[this.#count] = volumes[row]!;
      this.#rowOf.set(prices[row]!, this.#count++);
    }
    if (this.#count > prices.length / 2) this.#widen();
  }

  #widen(): void {
    const [prices, volumes] = [this.#prices, this.#volumes];
    this.#prices = new Float64Array(prices.length * 2);
    this.#prices.set(prices);
    this.#volumes = new Float64Array(volumes.length * 2);
    this.#volumes.set(volumes);
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
      const volume = this.#volumes[i]!;
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
      const volume = this.#volumes[i]!;
      if (volume < most || volume >= this.#least) continue;
      held = volume === most ? held + volume : volume;
      most = volume;
    }
    this.#next = most;
    this.#nextHeld = held;
  }

  /** By how much more one price has than any other: less may come and go anywhere, and it still has most. */
  get lead(): number {
    return this.#isPocKnown ? this.#pocVolume - this.#othersMost : 0;
  }

  /** Works out which price has most, where that no longer stands; some price must have volume. */
  findMost(): void {
    if (this.#isPocKnown) return;
    this.#isPocKnown = true;
    this.#pocVolume = 0;
    this.#othersMost = 0;
    this.poc = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#count; i++)
      if (this.#volumes[i]! >= this.#othersMost) this.#weigh(this.#prices[i]!, this.#volumes[i]!);
  }

  /** Finds the edge of what is inside from nothing. */
  #sortAll(): void {
    const ascending = this.#volumes.slice(0, this.#count).sort();
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

  #findEdges(): void {
    this.#areEdgesKnown = true;
    this.low = Number.POSITIVE_INFINITY;
    this.high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#count; i++) {
      if (this.#volumes[i]! < this.#least) continue;
      const price = this.#prices[i]!;
      if (price < this.low) this.low = price;
      if (price > this.high) this.high = price;
    }
  }
}
