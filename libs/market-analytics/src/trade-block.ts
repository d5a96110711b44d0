/** So many rows of a ring lie together: what is let go of is as large as what is wanted next. */
export const BLOCK_ROWS = 1_024;
const NARROW_BYTES = 13;

/** Whole numbers of steps in half the memory, for as long as all of them fit: those below 2^24 do. */
export type Steps = Float32Array | Float64Array;
/** How many trades a row stands for: most stand for one. */
export type Counts = Int8Array | Int32Array;

/** Some rows of a ring, by slot. *Units*: whole steps. */
export class TradeBlock {
  /** Since the ring's base. */
  readonly time: Uint32Array;
  price: Steps;
  volume: Steps;
  /** Trades that the row stands for, below 0 of sells. */
  counts: Counts;

  /** Makes an empty one, as wide as another. */
  constructor(like?: TradeBlock) {
    // In one piece, and all alike: pieces that grow leave holes which nothing else fits into.
    const memory = new ArrayBuffer(BLOCK_ROWS * NARROW_BYTES);
    const at = (column: number) => [memory, 4 * column * BLOCK_ROWS, BLOCK_ROWS] as const;
    this.time = new Uint32Array(...at(0));
    const isWide = (column: Steps | undefined) => column instanceof Float64Array;
    this.price = isWide(like?.price) ? new Float64Array(BLOCK_ROWS) : new Float32Array(...at(1));
    this.volume = isWide(like?.volume) ? new Float64Array(BLOCK_ROWS) : new Float32Array(...at(2));
    this.counts = like?.counts instanceof Int32Array ? new Int32Array(BLOCK_ROWS) : new Int8Array(...at(3));
  }

  widenPrice(): void {
    this.price = Float64Array.from(this.price);
  }

  widenVolume(): void {
    this.volume = Float64Array.from(this.volume);
  }

  widenCounts(): void {
    this.counts = Int32Array.from(this.counts);
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    this.price = Float64Array.from(this.price, (price) => price * priceFactor);
    this.volume = Float64Array.from(this.volume, (volume) => volume * quantityFactor);
  }
}
