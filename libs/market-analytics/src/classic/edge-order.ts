const FIRST_CAPACITY = 32;

/**
 * Bands of price in the order of one edge, those of equal edges as they came: what a price passes is a
 * stretch of them, and found without a look at the others. A band is named by a number that rises as they
 * come.
 */
export class EdgeOrder {
  #edges = new Float64Array(FIRST_CAPACITY);
  #bands = new Int32Array(FIRST_CAPACITY);
  count = 0;

  edge(place: number): number {
    return this.#edges[place]!;
  }

  band(place: number): number {
    return this.#bands[place]!;
  }

  /** Takes a band that is newer than all that are here. */
  add(edge: number, band: number): void {
    if (this.count === this.#edges.length) this.#grow();
    const [edges, bands] = [this.#edges, this.#bands];
    const place = this.#placeBeyond(edge);
    edges.copyWithin(place + 1, place, this.count);
    bands.copyWithin(place + 1, place, this.count);
    edges[place] = edge;
    bands[place] = band;
    this.count++;
  }

  /** Lets a band go that is here or not. */
  remove(edge: number, band: number): void {
    const [edges, bands] = [this.#edges, this.#bands];
    let place = this.from(edge);
    while (place < this.count && edges[place] === edge && bands[place] !== band) place++;
    if (place === this.count || edges[place] !== edge) return;
    this.count--;
    edges.copyWithin(place, place + 1, this.count + 1);
    bands.copyWithin(place, place + 1, this.count + 1);
  }

  /** Returns the first place whose edge is not below a price. */
  from(price: number): number {
    const edges = this.#edges;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle]! < price) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Returns the first band whose edge is above a price; −1 where there is none. */
  beyond(price: number): number {
    const place = this.#placeBeyond(price);
    return place < this.count ? this.#bands[place]! : -1;
  }

  /** Return the next edge above a price, and below one; ∞ and −∞ where there is none. */
  next(price: number): number {
    const place = this.#placeBeyond(price);
    return place < this.count ? this.#edges[place]! : Number.POSITIVE_INFINITY;
  }

  before(price: number): number {
    const place = this.from(price);
    return place > 0 ? this.#edges[place - 1]! : Number.NEGATIVE_INFINITY;
  }

  clear(): void {
    this.count = 0;
  }

  #placeBeyond(price: number): number {
    let place = this.from(price);
    while (place < this.count && this.#edges[place] === price) place++;
    return place;
  }

  #grow(): void {
    const [edges, bands] = [this.#edges, this.#bands];
    this.#edges = new Float64Array(edges.length * 2);
    this.#edges.set(edges);
    this.#bands = new Int32Array(bands.length * 2);
    this.#bands.set(bands);
  }
}
