import { Decimal } from '@algo/model';
import type { TapeTrade } from '../binance/tape.ts';
import { type BookSide, better, OrderBook, opposite, type Quote, type Resting } from './order-book.ts';

/** A public trade that a test lets happen. *Shape*: decimals as text; without a time it happens now. */
export interface FlowTrade {
  readonly price: string;
  readonly quantity: string;
  readonly isBuyerMaker: boolean;
  readonly timeUs?: number;
}

/** How the public quotes around the last price: so many levels of this quantity, so many ticks apart. */
export interface Depth {
  readonly levels: number;
  readonly quantity: string;
  readonly ticksApart: number;
}

export const DEPTH: Depth = { levels: 5, quantity: '1000', ticksApart: 1 };

/** An order that takes from a book. */
export interface Taker {
  readonly orderId: number | null;
  readonly side: BookSide;
  readonly limit: Decimal | null;
  open: Decimal;
}

/** What a taker's way through the book asks and tells. */
export interface TakingRules {
  /** Whether the two may trade; `skip` when the resting one has left the book, `stop` when the taker has. */
  readonly meets: (resting: Resting) => 'trade' | 'skip' | 'stop';
  /** Whether a price may be traded at. */
  readonly allows: (price: Decimal) => boolean;
  readonly filled: (resting: Resting, price: Decimal, quantity: Decimal, trade: TapeTrade) => void;
}

/** Why a taker's way through the book was over. */
export type TakingEnd = 'filled' | 'out-of-reach' | 'stopped' | 'not-allowed';

/** One symbol's book and tape: whatever trades here, the feed shows. */
export class SymbolMarket {
  readonly symbol: string;
  readonly book = new OrderBook();
  /** Null before the first trade. */
  last: Decimal | null = null;
  depth: Depth;
  readonly #tick: Decimal;
  readonly #nowUs: () => number;
  readonly #print: (trade: TapeTrade) => void;
  #nextId: number;

  constructor(
    options: { symbol: string; tick: string; firstTradeId: number; depth: Depth },
    nowUs: () => number,
    print: (trade: TapeTrade) => void,
  ) {
    this.symbol = options.symbol;
    this.#tick = Decimal.of(options.tick);
    this.#nextId = options.firstTradeId;
    this.depth = options.depth;
    this.#nowUs = nowUs;
    this.#print = print;
  }

  /** A taker goes through the book. */
  take(taker: Taker, rules: TakingRules): TakingEnd {
    const others = this.book.side(opposite(taker.side));
    while (taker.open.isPositive()) {
      const resting = others[0];
      if (resting === undefined) return 'out-of-reach';
      if (taker.limit !== null && better(taker.side, taker.limit, resting.price) < 0) return 'out-of-reach';
      const answer = rules.meets(resting);
      if (answer === 'stop') return 'stopped';
      if (answer === 'skip') continue;
      if (!rules.allows(resting.price)) return 'not-allowed';
      const quantity = resting.open.lessThan(taker.open) ? resting.open : taker.open;
      this.#meet(taker, resting, quantity, rules);
    }
    return 'filled';
  }

  /**
   * A public trade: accounts whose orders stand in its way are filled first, at their own prices, and the
   * rest is between others.
   */
  flow(trade: FlowTrade, filled: TakingRules['filled']): void {
    const price = Decimal.of(trade.price);
    const side: BookSide = trade.isBuyerMaker ? 'SELL' : 'BUY';
    const taker: Taker = { orderId: null, side, limit: price, open: Decimal.of(trade.quantity) };
    const others = this.book.side(opposite(side));
    for (;;) {
      const resting = others.find(({ orderId }) => orderId !== null);
      if (resting === undefined || !taker.open.isPositive()) break;
      if (better(side, price, resting.price) < 0) break;
      const quantity = resting.open.lessThan(taker.open) ? resting.open : taker.open;
      const rules = { meets: () => 'trade' as const, allows: () => true, filled };
      this.#meet(taker, resting, quantity, rules, trade.timeUs);
    }
    if (taker.open.isPositive()) this.#happen(side, price, taker.open, trade.timeUs);
    this.#quoteAround(price, side);
  }

  /** A trade beside the book: it has an id and is told, and no read shows it. */
  beside(side: BookSide, price: Decimal, quantity: Decimal, kind: string): TapeTrade {
    const trade = {
      ...{ id: this.#nextId++, timeUs: this.#nowUs(), price: price.toString() },
      ...{ quantity: quantity.toString(), isBuyerMaker: side === 'SELL', kind },
    };
    this.#print(trade);
    return trade;
  }

  /** What the public quotes from now until the next public trade. */
  quote(bids: readonly Quote[], asks: readonly Quote[]): void {
    this.book.quote(bids, asks);
  }

  #meet(taker: Taker, resting: Resting, quantity: Decimal, rules: TakingRules, timeUs?: number): void {
    taker.open = taker.open.minus(quantity);
    resting.open = resting.open.minus(quantity);
    if (resting.open.isZero()) this.book.remove(resting);
    const trade = this.#happen(taker.side, resting.price, quantity, timeUs);
    rules.filled(resting, resting.price, quantity, trade);
  }

  #happen(side: BookSide, price: Decimal, quantity: Decimal, timeUs = this.#nowUs()): TapeTrade {
    this.last = price;
    const trade = {
      ...{ id: this.#nextId++, timeUs, price: price.toString(), quantity: quantity.toString() },
      isBuyerMaker: side === 'SELL',
    };
    this.#print(trade);
    return trade;
  }

  #quoteAround(price: Decimal, taken: BookSide): void {
    const { levels, quantity, ticksApart } = this.depth;
    const step = this.#tick.times(Decimal.of(`${ticksApart}`));
    const size = Decimal.of(quantity);
    const [bid, ask] = taken === 'SELL' ? [price, price.plus(step)] : [price.minus(step), price];
    const away = (level: number) => step.times(Decimal.of(`${level}`));
    const rows = Array.from({ length: levels }, (_, level) => level);
    this.book.quote(
      rows.map((level): Quote => [bid.minus(away(level)), size]).filter(([at]) => at.isPositive()),
      rows.map((level): Quote => [ask.plus(away(level)), size]),
    );
  }
}
