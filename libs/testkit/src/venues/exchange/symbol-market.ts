import { Decimal } from '@algo/model';
import type { TapeTrade } from '../binance/tape.ts';
import { type BookSide, better, OrderBook, opposite, type Quote, type Resting } from './order-book.ts';
import { decimalOf, type EngineMatch, type EngineOrder, unitsOfDecimal } from './public-order.ts';

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

/** What those who keep accounts are told of a market. */
export interface AccountsBehind {
  readonly printed: (price: Decimal) => void;
  /** The order of an account was met by the public. */
  readonly filled: (orderId: number, trade: TapeTrade) => void;
  /** All that came of a public order has happened. */
  readonly settled: () => void;
}

/** What a market is opened with. */
export interface MarketOptions {
  readonly tick: string;
  readonly firstTradeId: number;
  readonly depth: Depth;
}

/** Why a taker's way through the book was over. */
export type TakingEnd = 'filled' | 'out-of-reach' | 'stopped' | 'not-allowed';

/** One symbol's book and tape: whatever trades here, the feed shows. */
export class SymbolMarket {
  readonly book = new OrderBook();
  accounts: AccountsBehind = { printed: () => {}, filled: () => {}, settled: () => {} };
  /** Null before the first trade. */
  last: Decimal | null = null;
  readonly #depth: Depth;
  readonly #tick: Decimal;
  readonly #nowUs: () => number;
  readonly #tape: { readonly print: (trade: TapeTrade) => void; readonly lastId: () => number };
  #nextId: number;

  constructor(
    { tick, firstTradeId, depth }: MarketOptions,
    nowUs: () => number,
    tape: { readonly print: (trade: TapeTrade) => void; readonly lastId: () => number },
  ) {
    this.#tick = Decimal.of(tick);
    this.#nextId = firstTradeId;
    this.#depth = depth;
    this.#nowUs = nowUs;
    this.#tape = tape;
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
  flow(trade: FlowTrade): void {
    const price = Decimal.of(trade.price);
    const side: BookSide = trade.isBuyerMaker ? 'SELL' : 'BUY';
    const taker: Taker = { orderId: null, side, limit: price, open: Decimal.of(trade.quantity) };
    const others = this.book.side(opposite(side));
    for (;;) {
      const resting = others.find(({ orderId }) => orderId !== null);
      if (resting === undefined || !taker.open.isPositive()) break;
      if (better(side, price, resting.price) < 0) break;
      const quantity = resting.open.lessThan(taker.open) ? resting.open : taker.open;
      this.#meet(taker, resting, quantity, this.#publicRules(), trade.timeUs);
    }
    if (taker.open.isPositive()) this.#happen(side, price, taker.open, trade.timeUs);
    this.#quoteAround(price, side);
    this.accounts.settled();
  }

  /** Somebody's order that is of no account. Returns whom of the public it met; what is left of it rests. */
  place(order: EngineOrder): EngineMatch[] {
    const side: BookSide = order.side === 'buy' ? 'BUY' : 'SELL';
    const limit = order.price === undefined ? null : decimalOf(order.price);
    const taker: Taker = { orderId: null, side, limit, open: decimalOf(order.quantity) };
    const matches: EngineMatch[] = [];
    this.take(taker, {
      ...this.#publicRules(),
      filled: (resting, price, quantity, trade) => {
        if (resting.orderId !== null) this.accounts.filled(resting.orderId, trade);
        const [at, size] = [unitsOfDecimal(price), unitsOfDecimal(quantity)];
        const maker = resting.publicOrder;
        if (maker !== undefined) matches.push({ maker, taker: order, price: at, quantity: size });
      },
    });
    if (limit !== null && taker.open.isPositive())
      this.book.add({ side, price: limit, open: taker.open, orderId: null, publicOrder: order });
    this.accounts.settled();
    return matches;
  }

  /** A trade beside the book: it has an id and is told, and no read shows it. */
  beside(side: BookSide, price: Decimal, quantity: Decimal, kind: string): TapeTrade {
    const trade = {
      ...{ id: this.#freshId(), timeUs: this.#nowUs(), price: price.toString() },
      ...{ quantity: quantity.toString(), isBuyerMaker: side === 'SELL', kind },
    };
    this.#tape.print(trade);
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
      ...{ id: this.#freshId(), timeUs, price: price.toString(), quantity: quantity.toString() },
      isBuyerMaker: side === 'SELL',
    };
    this.#tape.print(trade);
    this.accounts.printed(price);
    return trade;
  }

  /** The public trades with everybody, at any price. */
  #publicRules(): TakingRules {
    return {
      meets: () => 'trade',
      allows: () => true,
      filled: ({ orderId }, _price, _quantity, trade) => this.accounts.filled(orderId!, trade),
    };
  }

  /** Whoever else tells trades of this symbol, ids rise. */
  #freshId(): number {
    const id = Math.max(this.#nextId, this.#tape.lastId() + 1);
    this.#nextId = id + 1;
    return id;
  }

  #quoteAround(price: Decimal, taken: BookSide): void {
    const { levels, quantity, ticksApart } = this.#depth;
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
