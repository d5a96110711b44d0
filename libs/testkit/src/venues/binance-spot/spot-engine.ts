import { Decimal } from '@algo/model';
import type { TapeTrade } from '../binance/tape.ts';
import { fixed } from '../binance-account/fixed-text.ts';
import type { OrderCounts } from '../binance-account/order-counts.ts';
import { rejected } from '../binance-account/refused.ts';
import type { Ledger } from '../exchange/ledger.ts';
import type { Resting } from '../exchange/order-book.ts';
import type { AccountsBehind, SymbolMarket, Taker } from '../exchange/symbol-market.ts';
import { accountPosition, type ExecutionNews, executionReport, type SpotEvent } from './spot-events.ts';
import { isWithin } from './spot-filters.ts';
import { SpotFunds } from './spot-funds.ts';
import {
  type ExpiryReason,
  isAtMarket,
  isConditional,
  isOpen,
  type NewSpotOrder,
  openQuantity,
  type SpotOrder,
  type SpotOrders,
} from './spot-order.ts';
import type { SpotSettlement } from './spot-settlement.ts';
import type { SpotSymbol } from './spot-symbol.ts';

const NO_FUNDS = 'Account has insufficient balance for requested action.';
/** What the first fill gives back of the count of unfilled orders. *Source*: order_count_decrement.md. */
const TAKER_CREDIT = 1;
const MAKER_CREDIT = 5;

/** What the engine works with. */
export interface SpotEngineParts {
  readonly nowMs: () => number;
  readonly ledger: Ledger;
  readonly orders: SpotOrders;
  readonly counts: OrderCounts;
  readonly settlement: SpotSettlement;
  readonly symbols: ReadonlyMap<string, SpotSymbol>;
  readonly markets: ReadonlyMap<string, SymbolMarket>;
  readonly reference: (symbol: string) => Decimal | null;
  readonly emit: (account: string, event: SpotEvent) => void;
}

/** What else follows from what an order does: it began to work, a part of it was filled, it is over. */
export interface OrderFollower {
  readonly works: (order: SpotOrder) => void;
  readonly filled: (order: SpotOrder) => void;
  readonly over: (order: SpotOrder) => void;
}

/** The matching engine of the spot exchange. */
export class SpotEngine {
  follower: OrderFollower = { works: () => {}, filled: () => {}, over: () => {} };
  readonly #parts: SpotEngineParts;
  readonly #funds: SpotFunds;
  /** Lowest and highest price since triggers were looked at, by symbol. */
  readonly #printed = new Map<string, readonly [low: Decimal, high: Decimal]>();
  #executionId = 1;
  #preventedId = 0;

  constructor(parts: SpotEngineParts) {
    this.#parts = parts;
    this.#funds = new SpotFunds(parts.symbols, parts.markets, parts.orders);
  }

  /** Takes an order in. *Errors*: Refused (-2010), and then nothing has happened. */
  place(account: string, asked: NewSpotOrder, list?: { id: number; setsAside: boolean }): SpotOrder {
    const { orders, counts, nowMs } = this.#parts;
    const order = this.#funds.sized(account, asked);
    this.check(account, order);
    const amount = list?.setsAside === false ? Decimal.zero : this.#funds.lockOf(account, order);
    const asset = this.#funds.assetOf(order);
    if (!this.#parts.ledger.lock(account, asset, amount)) throw rejected(NO_FUNDS);
    counts.add(account, 1, nowMs());
    const added = orders.add({ ...order, account, orderListId: list?.id ?? -1 });
    const placed = orders.change(added.orderId, { locked: amount });
    this.#tell(placed, 'NEW');
    this.#tellPosition(account, [asset]);
    if (!isConditional(placed)) this.#work(placed.orderId);
    this.#trigger(placed.symbol);
    return orders.get(placed.orderId)!;
  }

  /** Takes an order out. *Shape*: the cancel's id becomes the order's; unverified: reads by the old one. */
  cancel(order: SpotOrder, cancelId: string): SpotOrder {
    const originalClientOrderId = order.clientOrderId;
    const change = { status: 'CANCELED', clientOrderId: cancelId } as const;
    return this.#end(order, change, 'CANCELED', { originalClientOrderId });
  }

  expire(order: SpotOrder, expiryReason: ExpiryReason): SpotOrder {
    return this.#end(order, { status: 'EXPIRED', expiryReason }, 'EXPIRED');
  }

  /** Returns what the market of a symbol tells to: the orders of accounts, and their stops. */
  behind(symbol: string): AccountsBehind {
    return {
      printed: (price) => {
        const [low, high] = this.#printed.get(symbol) ?? [price, price];
        const lower = price.lessThan(low) ? price : low;
        this.#printed.set(symbol, [lower, price.greaterThan(high) ? price : high]);
      },
      filled: (orderId, print) => this.#fill(orderId, print, true, true),
      settled: () => this.#trigger(symbol),
    };
  }

  /** *Errors*: Refused where the engine would not take an order in. */
  check(account: string, order: NewSpotOrder): void {
    const { orders, markets } = this.#parts;
    const { book, last } = markets.get(order.symbol)!;
    const isSame = (other: SpotOrder) =>
      other.account === account && other.clientOrderId === order.clientOrderId;
    if (orders.open(order.symbol).some(isSame)) throw rejected('Duplicate order sent.');
    if (last !== null && isConditional(order) && isReached(order, last, last))
      throw rejected('Order would trigger immediately.');
    if (order.type === 'LIMIT_MAKER' && book.crosses(order.side, order.price))
      throw rejected('Order would immediately match and take.');
  }

  #work(orderId: number): void {
    const { orders, markets, symbols, reference } = this.#parts;
    const order = orders.get(orderId)!;
    const market = markets.get(order.symbol)!;
    const limit = isAtMarket(order) ? null : order.price;
    const taker: Taker = { orderId, side: order.side, limit, open: openQuantity(order) };
    if (order.timeInForce === 'FOK' && limit !== null) {
      const reachable = market.book.reachable(order.side, limit, (resting) =>
        this.#funds.reachable(order.account, order).includes(resting),
      );
      if (reachable.lessThan(taker.open)) {
        this.expire(order, 'UNFILLED_FOK_ORDER_EXPIRED');
        return;
      }
    }
    const range = symbols.get(order.symbol)!.priceRange;
    const from = range === null ? null : reference(order.symbol);
    const end = market.take(taker, {
      meets: (resting) => this.#meets(taker, resting),
      allows: (price) => range === null || from === null || isWithin(price, from, order.side, range),
      filled: (resting, _price, _quantity, print) => {
        this.#fill(orderId, print, false, resting.orderId === null);
        if (resting.orderId !== null) this.#fill(resting.orderId, print, true, false);
      },
    });
    const rest = orders.get(orderId)!;
    if (!isOpen(rest)) return;
    if (end === 'not-allowed') this.expire(rest, 'EXECUTION_RULE_PRICE_RANGE_EXCEEDED');
    else if (limit === null) this.expire(rest, 'INSUFFICIENT_LIQUIDITY');
    else if (order.timeInForce === 'IOC') this.expire(rest, 'UNFILLED_IOC_QUANTITY_EXPIRED');
    else market.book.add({ side: order.side, price: limit, open: openQuantity(rest), orderId });
  }

  /** Whether a taker may trade with what rests; prevents it where both are of one account. */
  #meets(taker: Taker, resting: Resting): 'trade' | 'skip' | 'stop' {
    if (resting.orderId === null) return 'trade';
    const { orders } = this.#parts;
    const [mine, theirs] = [orders.get(taker.orderId!)!, orders.get(resting.orderId)!];
    if (mine.account !== theirs.account || mine.stp === 'NONE') return 'trade';
    const decrement = taker.open.lessThan(resting.open) ? taker.open : resting.open;
    const takerLoses = { EXPIRE_MAKER: Decimal.zero, DECREMENT: decrement };
    const makerLoses = { EXPIRE_TAKER: Decimal.zero, DECREMENT: decrement };
    const ofTaker = takerLoses[mine.stp as 'DECREMENT'] ?? taker.open;
    const ofMaker = makerLoses[mine.stp as 'DECREMENT'] ?? resting.open;
    const matchId = this.#preventedId++;
    taker.open = taker.open.minus(ofTaker);
    resting.open = resting.open.minus(ofMaker);
    if (resting.open.isZero()) this.#parts.markets.get(mine.symbol)!.book.remove(resting);
    this.#prevent(mine, theirs, ofTaker, matchId);
    this.#prevent(theirs, mine, ofMaker, matchId);
    return taker.open.isZero() ? 'stop' : 'skip';
  }

  #prevent(order: SpotOrder, other: SpotOrder, quantity: Decimal, preventedMatchId: number): void {
    if (quantity.isZero()) return;
    const prevented = order.prevented.plus(quantity);
    const changed = this.#parts.orders.change(order.orderId, { prevented, preventedMatchId });
    const price = order.price.isZero() ? other.price : order.price;
    const news = {
      prevention: { quantity: fixed(quantity), counterOrderId: other.orderId, price: fixed(price) },
    };
    if (openQuantity(changed).isZero())
      this.#end(changed, { status: 'EXPIRED_IN_MATCH' }, 'TRADE_PREVENTION', news);
    else this.#tell(changed, 'TRADE_PREVENTION', news);
  }

  #fill(orderId: number, print: TapeTrade, isMaker: boolean, isWithPublic: boolean): void {
    const { orders, symbols, settlement, counts, nowMs } = this.#parts;
    const order = orders.get(orderId)!;
    const of = symbols.get(order.symbol)!;
    const [price, quantity] = [Decimal.of(print.price), Decimal.of(print.quantity)];
    const timeMs = Math.floor(print.timeUs / 1_000);
    const bookedMs = nowMs();
    const trade = { tradeId: print.id, price, quantity, isMaker, timeMs, bookedMs, isWithPublic };
    const { fill, locked } = settlement.settle(order, of, trade);
    orders.fills.push(fill);
    if (order.executed.isZero()) counts.add(order.account, -(isMaker ? MAKER_CREDIT : TAKER_CREDIT), nowMs());
    const executed = order.executed.plus(quantity);
    const quoteFilled = order.quoteFilled.plus(price.times(quantity));
    const isDone = executed.plus(order.prevented).equals(order.quantity);
    const status = isDone ? 'FILLED' : 'PARTIALLY_FILLED';
    // What a market order has set aside too much goes back with its last fill.
    if (isDone) this.#parts.ledger.unlock(order.account, this.#funds.assetOf(order), locked);
    const changed = orders.change(orderId, {
      ...{ executed, quoteFilled, status, locked: isDone ? Decimal.zero : locked, updateMs: timeMs },
    });
    this.#tell(changed, 'TRADE', { fill });
    this.#tellPosition(order.account, [of.base, of.quote, fill.commissionAsset]);
    this.follower.filled(changed);
    if (isDone) this.follower.over(changed);
  }

  #trigger(symbol: string): void {
    for (let pair = this.#printed.get(symbol); pair !== undefined; pair = this.#printed.get(symbol)) {
      const [low, high] = pair;
      this.#printed.delete(symbol);
      for (const { orderId } of this.#parts.orders.open(symbol)) {
        const order = this.#parts.orders.get(orderId)!;
        if (isOpen(order) && order.workingMs < 0 && isReached(order, low, high)) this.#letGo(order);
      }
    }
  }

  #letGo(order: SpotOrder): void {
    const { orders, ledger, nowMs } = this.#parts;
    const asset = this.#funds.assetOf(order);
    const working = orders.change(order.orderId, { workingMs: nowMs() });
    this.follower.works(working);
    ledger.unlock(order.account, asset, order.locked);
    const amount = this.#funds.lockOfWorking(order.account, order);
    if (!ledger.lock(order.account, asset, amount)) {
      this.expire(orders.change(order.orderId, { locked: Decimal.zero }), 'REJECTED');
      return;
    }
    // unverified: what is told when a stop is let go; here that it is new once more, and in the book.
    this.#tell(orders.change(order.orderId, { locked: amount }), 'NEW');
    this.#work(order.orderId);
  }

  #end(
    order: SpotOrder,
    change: Partial<SpotOrder>,
    type: ExecutionNews['type'],
    news?: Partial<ExecutionNews>,
  ): SpotOrder {
    const { orders, ledger, markets } = this.#parts;
    const { book } = markets.get(order.symbol)!;
    const resting = book.find(order.orderId);
    if (resting !== undefined) book.remove(resting);
    const asset = this.#funds.assetOf(order);
    ledger.unlock(order.account, asset, order.locked);
    const ended = orders.change(order.orderId, { ...change, locked: Decimal.zero });
    this.#tell(ended, type, news);
    this.#tellPosition(order.account, [asset]);
    this.follower.over(ended);
    return ended;
  }

  #tell(order: SpotOrder, type: ExecutionNews['type'], news?: Partial<ExecutionNews>): void {
    const nowMs = this.#parts.nowMs();
    const report = executionReport(order, { type, executionId: this.#executionId++, nowMs, ...news });
    this.#parts.emit(order.account, report);
  }

  #tellPosition(account: string, assets: readonly string[]): void {
    const rows = [...new Set(assets)].map((a) => [a, this.#parts.ledger.holding(account, a)] as const);
    this.#parts.emit(account, accountPosition(this.#parts.nowMs(), rows));
  }
}

/** Returns whether prices between two let an order go. */
export function isReached({ type, side, stopPrice }: NewSpotOrder, low: Decimal, high: Decimal): boolean {
  if (stopPrice === null) return false;
  const isFalling = type.startsWith('STOP') === (side === 'SELL');
  return isFalling ? !low.greaterThan(stopPrice) : !high.lessThan(stopPrice);
}
