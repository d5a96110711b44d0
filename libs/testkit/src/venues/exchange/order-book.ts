import { Decimal } from '@algo/model';
import type { EngineOrder } from './public-order.ts';

export type BookSide = 'BUY' | 'SELL';

/** What rests in a book: an account's order, or what the public quotes. */
export interface Resting {
  readonly side: BookSide;
  readonly price: Decimal;
  open: Decimal;
  /** Null: the public. */
  readonly orderId: number | null;
  /** Somebody's order that is of no account; what is neither is a quote, and goes with the next. */
  readonly publicOrder?: EngineOrder;
}

/** A price and a quantity that the public quotes. */
export type Quote = readonly [price: Decimal, quantity: Decimal];

/** What rests in one symbol, by price and then by time; what the public quotes stands behind orders. */
export class OrderBook {
  readonly #sides: Record<BookSide, Resting[]> = { BUY: [], SELL: [] };

  /** Returns a side, the best first. */
  side(side: BookSide): readonly Resting[] {
    return this.#sides[side];
  }

  best(side: BookSide): Decimal | null {
    return this.#sides[side][0]?.price ?? null;
  }

  add(resting: Resting): void {
    const rows = this.#sides[resting.side];
    const at = rows.findIndex((other) => {
      const order = better(resting.side, resting.price, other.price);
      return order > 0 || (order === 0 && isQuote(other) && !isQuote(resting));
    });
    rows.splice(at < 0 ? rows.length : at, 0, resting);
  }

  remove(resting: Resting): void {
    const rows = this.#sides[resting.side];
    const at = rows.indexOf(resting);
    if (at >= 0) rows.splice(at, 1);
  }

  find(orderId: number): Resting | undefined {
    const isIt = (resting: Resting) => resting.orderId === orderId;
    return this.#sides.BUY.find(isIt) ?? this.#sides.SELL.find(isIt);
  }

  /** What the public quotes from now on; what would cross an account's order is left out. */
  quote(bids: readonly Quote[], asks: readonly Quote[]): void {
    for (const side of ['BUY', 'SELL'] as const)
      this.#sides[side] = this.#sides[side].filter((resting) => !isQuote(resting));
    for (const [side, quotes] of [
      ['BUY', bids],
      ['SELL', asks],
    ] as const)
      for (const [price, quantity] of quotes)
        if (!this.crosses(side, price)) this.add({ side, price, open: quantity, orderId: null });
  }

  /** Returns whether an order of a side and price meets one of the other side. */
  crosses(side: BookSide, price: Decimal): boolean {
    const other = this.best(opposite(side));
    return other !== null && better(side, price, other) >= 0;
  }

  /** Returns how much of the other side stands at a price or better; all of it without a price. */
  reachable(side: BookSide, limit: Decimal | null, counts: (resting: Resting) => boolean): Decimal {
    return this.#sides[opposite(side)]
      .filter((resting) => limit === null || better(side, limit, resting.price) >= 0)
      .filter(counts)
      .reduce((sum, { open }) => sum.plus(open), Decimal.zero);
  }
}

function isQuote({ orderId, publicOrder }: Resting): boolean {
  return orderId === null && publicOrder === undefined;
}

/** Returns 1 where a price is better for whoever quotes it on this side: higher to buy, lower to sell. */
export function better(side: BookSide, a: Decimal, b: Decimal): number {
  return side === 'BUY' ? a.compare(b) : b.compare(a);
}

export function opposite(side: BookSide): BookSide {
  return side === 'BUY' ? 'SELL' : 'BUY';
}
