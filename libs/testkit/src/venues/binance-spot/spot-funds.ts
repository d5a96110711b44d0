import { Decimal } from '@algo/model';
import { rejected } from '../binance-account/refused.ts';
import { opposite, type Resting } from '../exchange/order-book.ts';
import type { SymbolMarket } from '../exchange/symbol-market.ts';
import { isAtMarket, isConditional, type NewSpotOrder, type SpotOrders } from './spot-order.ts';
import type { SpotSymbol } from './spot-symbol.ts';

const PLACES = 16;

/** What orders need, by what stands in the books. */
export class SpotFunds {
  readonly #symbols: ReadonlyMap<string, SpotSymbol>;
  readonly #markets: ReadonlyMap<string, SymbolMarket>;
  readonly #orders: SpotOrders;

  constructor(
    symbols: ReadonlyMap<string, SpotSymbol>,
    markets: ReadonlyMap<string, SymbolMarket>,
    orders: SpotOrders,
  ) {
    this.#symbols = symbols;
    this.#markets = markets;
    this.#orders = orders;
  }

  /** Returns what an order gives: the quote to buy, the base to sell. */
  assetOf({ symbol, side }: NewSpotOrder): string {
    const { base, quote } = this.#symbols.get(symbol)!;
    return side === 'BUY' ? quote : base;
  }

  /** Returns what an order may trade with: never its own account's orders, but where it says so. */
  reachable(account: string, order: NewSpotOrder): readonly Resting[] {
    const isOwn = ({ orderId }: Resting) =>
      orderId !== null && this.#orders.get(orderId)!.account === account;
    const { book } = this.#markets.get(order.symbol)!;
    return book.side(opposite(order.side)).filter((resting) => order.stp === 'NONE' || !isOwn(resting));
  }

  /** Returns an order with a quantity, where it had only what it may spend or shall bring. */
  sized(account: string, order: NewSpotOrder): NewSpotOrder {
    if (!order.quoteQuantity.isPositive()) return order;
    const step = Decimal.of(this.#symbols.get(order.symbol)!.lot.step);
    let [rest, quantity] = [order.quoteQuantity, Decimal.zero];
    for (const { price, open } of this.reachable(account, order)) {
      const affordable = rest.dividedBy(price, PLACES, 'down');
      const taken = affordable.lessThan(open) ? affordable : open;
      [rest, quantity] = [rest.minus(taken.times(price)), quantity.plus(taken)];
    }
    const whole = quantity.toStep(step, 'down');
    if (whole.isZero()) throw rejected('Order book liquidity is less than symbol minimum quantity.');
    return { ...order, quantity: whole };
  }

  /** Returns what an order sets aside: a seller's base, a limit's worth, what a market order will cost. */
  lockOf(account: string, order: NewSpotOrder): Decimal {
    if (order.side === 'SELL') return order.quantity;
    if (!isAtMarket(order)) return order.price.times(order.quantity);
    // unverified: what a stop that buys at the market sets aside; here its worth at the stop.
    if (isConditional(order)) return order.stopPrice!.times(order.quantity);
    return this.#costOf(account, order);
  }

  /** Returns the same once it works: a stop is an order like any other then. */
  lockOfWorking(account: string, order: NewSpotOrder): Decimal {
    return order.side === 'BUY' && isAtMarket(order)
      ? this.#costOf(account, order)
      : this.lockOf(account, order);
  }

  #costOf(account: string, order: NewSpotOrder): Decimal {
    let [rest, cost] = [order.quantity, Decimal.zero];
    for (const { price, open } of this.reachable(account, order)) {
      const taken = open.lessThan(rest) ? open : rest;
      [rest, cost] = [rest.minus(taken), cost.plus(taken.times(price))];
    }
    return cost;
  }
}
