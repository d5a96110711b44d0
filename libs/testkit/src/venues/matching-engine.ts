/** *Units*: hundred-millionths. *Shape*: without a price it takes what is there; `owner` may be anybody. */
export interface EngineOrder {
  readonly id: string;
  readonly owner: string;
  readonly side: 'buy' | 'sell';
  readonly price: bigint | undefined;
  readonly quantity: bigint;
}

/** Two orders that met, at the price of the one that rested. */
export interface EngineMatch {
  readonly maker: EngineOrder;
  readonly taker: EngineOrder;
  readonly price: bigint;
  readonly quantity: bigint;
}

interface Resting {
  readonly order: EngineOrder;
  left: bigint;
}

/**
 * The book of one symbol: what rests is met by price, then by time. The public tape is what it matches; whose
 * orders they were only those are told who asked for them.
 */
export class MatchingEngine {
  /** Best first. */
  readonly #sides: Readonly<Record<EngineOrder['side'], Resting[]>> = { buy: [], sell: [] };

  /** Returns whom an order met; what is left of one with a price rests. */
  place(taker: EngineOrder): EngineMatch[] {
    const resting = this.#sides[taker.side === 'buy' ? 'sell' : 'buy'];
    const matches: EngineMatch[] = [];
    let { quantity: left } = taker;
    for (let best = resting[0]; best !== undefined && left > 0n && meets(taker, best); best = resting[0]) {
      const quantity = smaller(left, best.left);
      matches.push({ maker: best.order, taker, price: best.order.price!, quantity });
      left -= quantity;
      best.left -= quantity;
      if (best.left === 0n) resting.shift();
    }
    if (left > 0n && taker.price !== undefined) this.#rest(taker, left);
    return matches;
  }

  /** Takes an order out of the book. Returns what was left of it; nothing where it doesn't rest. */
  cancel(id: string): bigint | undefined {
    for (const side of Object.values(this.#sides)) {
      const at = side.findIndex(({ order }) => order.id === id);
      if (at >= 0) return side.splice(at, 1)[0]!.left;
    }
    return undefined;
  }

  /** Returns the best price of a side; nothing where it is empty. */
  best(side: EngineOrder['side']): bigint | undefined {
    return this.#sides[side][0]?.order.price;
  }

  #rest(order: EngineOrder, left: bigint): void {
    const side = this.#sides[order.side];
    const isBehind = ({ order: { price } }: Resting) =>
      order.side === 'buy' ? price! < order.price! : price! > order.price!;
    const at = side.findIndex(isBehind);
    side.splice(at < 0 ? side.length : at, 0, { order, left });
  }
}

function smaller(a: bigint, b: bigint): bigint {
  return b > a ? a : b;
}

function meets({ price, side }: EngineOrder, { order }: Resting): boolean {
  if (price === undefined) return true;
  return side === 'buy' ? order.price! <= price : order.price! >= price;
}
