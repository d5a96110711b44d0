import { Decimal } from '@algo/model';
import type { TapeTrade } from '../binance/tape.ts';
import { Refused } from '../binance-account/refused.ts';
import type { Resting } from '../exchange/order-book.ts';
import type { SymbolMarket, Taker } from '../exchange/symbol-market.ts';
import { accountUpdate, orderTradeUpdate, tradeLite, type UsdmEvent } from './usdm-events.ts';
import {
  isWorking,
  type NewUsdmOrder,
  type NumberedRows,
  restOf,
  type UsdmFill,
  type UsdmOrder,
} from './usdm-order.ts';
import type { UsdmSymbol } from './usdm-symbol.ts';
import type { UsdmWallets } from './usdm-wallets.ts';

/** Why an order expired, as its event has it. *Source*: the vendor's page of ORDER_TRADE_UPDATE. */
export const EXPIRED_BY = { stp: 1, ioc: 2, reduceOnly: 4, liquidation: 5, goodTill: 6 } as const;
const COMMISSION_PLACES = 8;
const UNRECORDED = 'rejected. The order will not be recorded in the order history';

/** What the engine works with. */
export interface UsdmEngineParts {
  readonly nowMs: () => number;
  readonly orders: NumberedRows<UsdmOrder>;
  readonly fills: UsdmFill[];
  readonly wallets: UsdmWallets;
  readonly symbols: ReadonlyMap<string, UsdmSymbol>;
  readonly markets: ReadonlyMap<string, SymbolMarket>;
  readonly fees: (account: string) => { readonly maker: string; readonly taker: string };
  readonly emit: (account: string, event: UsdmEvent) => void;
  /** What follows from prints, once all fills are booked. */
  readonly settled: (symbol: string) => void;
  /** An order is over. */
  readonly over: (order: UsdmOrder) => void;
}

/** How an order is taken in that nobody sends: a conditional order's, a liquidation's. */
export interface Unasked {
  readonly isUnchecked: boolean;
}

/** The matching engine of the USD-M exchange. */
export class UsdmEngine {
  readonly #parts: UsdmEngineParts;

  constructor(parts: UsdmEngineParts) {
    this.#parts = parts;
  }

  /** Takes an order in. *Errors*: Refused, and then nothing has happened. */
  place(account: string, order: NewUsdmOrder, unasked?: Unasked): UsdmOrder {
    const { orders, nowMs } = this.#parts;
    this.#check(account, order, unasked?.isUnchecked ?? false);
    const placed = orders.add((orderId) => ({
      ...{ ...order, orderId, account, timeMs: nowMs(), updateMs: nowMs(), status: 'NEW' as const },
      ...{ executed: Decimal.zero, quoteFilled: Decimal.zero, expiryReason: 0 },
    }));
    this.#tell(placed, 'NEW');
    this.#work(placed);
    this.#parts.settled(order.symbol);
    return orders.get(placed.orderId)!;
  }

  cancel(order: UsdmOrder): UsdmOrder {
    return this.#end(order, { status: 'CANCELED' }, 'CANCELED');
  }

  expire(order: UsdmOrder, expiryReason: number): UsdmOrder {
    const status = expiryReason === EXPIRED_BY.stp ? 'EXPIRED_IN_MATCH' : 'EXPIRED';
    return this.#end(order, { status, expiryReason }, 'EXPIRED');
  }

  /** Tells of an order that the venue itself has made. */
  announce(order: UsdmOrder): void {
    this.#tell(order, 'NEW');
  }

  /** Returns how much of an order would make a position smaller. */
  closable(account: string, order: Pick<NewUsdmOrder, 'symbol' | 'side' | 'positionSide'>): Decimal {
    const { amount } = this.#parts.wallets.position(account, order.symbol, order.positionSide);
    return amount.isNegative() === (order.side === 'BUY') ? amount.abs() : Decimal.zero;
  }

  open(symbol: string, account?: string): UsdmOrder[] {
    return this.#parts.orders
      .live()
      .filter((order) => order.symbol === symbol && (account === undefined || order.account === account));
  }

  /** Books a trade of an order. */
  fill(orderId: number, print: TapeTrade, isMaker: boolean, reason = 'ORDER'): void {
    const { orders, fills, wallets, symbols, fees, emit, nowMs } = this.#parts;
    const order = orders.get(orderId)!;
    const { account, symbol, side, positionSide } = order;
    const [price, quantity] = [Decimal.of(print.price), Decimal.of(print.quantity)];
    const { quote: asset } = symbols.get(symbol)!;
    const change = side === 'BUY' ? quantity : quantity.negated();
    const realized = wallets.trade(account, symbol, positionSide, change, price);
    const rate = Decimal.of(isMaker ? fees(account).maker : fees(account).taker);
    const commission = price.times(quantity).times(rate).rounded(COMMISSION_PLACES, 'down');
    const tradeId = `${print.id}`;
    if (!realized.isZero())
      wallets.book(account, { symbol, type: 'REALIZED_PNL', asset, amount: realized, tradeId });
    wallets.book(account, { symbol, type: 'COMMISSION', asset, amount: commission.negated(), tradeId });
    const fill = {
      ...{ tradeId: print.id, symbol, account, orderId, side, positionSide, price, quantity, realized },
      ...{ commission, commissionAsset: asset, timeMs: Math.floor(print.timeUs / 1_000), isMaker },
      bookedMs: nowMs(),
    };
    fills.push(fill);
    const executed = order.executed.plus(quantity);
    const isDone = executed.equals(order.quantity);
    const changed = orders.change(orderId, {
      ...{ executed, quoteFilled: order.quoteFilled.plus(price.times(quantity)) },
      ...{ status: isDone ? 'FILLED' : 'PARTIALLY_FILLED', updateMs: fill.timeMs },
    });
    const isForced = order.type === 'LIQUIDATION';
    if (!isForced) emit(account, tradeLite(changed, fill, nowMs()));
    const positions = [wallets.position(account, symbol, positionSide)];
    emit(
      account,
      accountUpdate(wallets, { account, reason, asset, change: null, positions, nowMs: nowMs() }),
    );
    const type = isForced ? 'CALCULATED' : 'TRADE';
    emit(account, orderTradeUpdate(changed, { type, nowMs: nowMs(), fill }));
    if (isDone) this.#parts.over(changed);
    this.#trim(account, symbol);
  }

  #check(account: string, order: NewUsdmOrder, isUnchecked: boolean): void {
    const { wallets, symbols, markets } = this.#parts;
    const of = symbols.get(order.symbol)!;
    const closable = this.closable(account, order);
    const isClosing = order.reduceOnly || closable.isPositive();
    if (order.reduceOnly && closable.isZero()) throw new Refused(-2022, 'ReduceOnly Order is rejected.');
    const isHedged = order.positionSide !== 'BOTH';
    const mustClose = isHedged && (order.positionSide === 'LONG') === (order.side === 'SELL');
    if (mustClose && closable.lessThan(order.quantity))
      throw new Refused(-2022, 'ReduceOnly Order is rejected.');
    const price = order.price.isZero() ? wallets.mark(order.symbol) : order.price;
    if (!isUnchecked) this.#checkAsked(account, order, of, price.times(order.quantity), isClosing);
    const opens = order.reduceOnly || isClosing ? order.quantity.minus(closable) : order.quantity;
    if (opens.isPositive() && !order.reduceOnly && !mustClose) {
      const leverage = Decimal.of(`${wallets.leverage(account, order.symbol)}`);
      const needed = price.times(opens).dividedBy(leverage, COMMISSION_PLACES, 'up');
      const free = wallets.available(account, of.quote).minus(this.#reserved(account, of.quote));
      if (free.lessThan(needed)) throw new Refused(-2019, 'Margin is insufficient.');
    }
    const { book } = markets.get(order.symbol)!;
    if (order.timeInForce === 'GTX' && book.crosses(order.side, order.price))
      throw new Refused(
        -5022,
        `Due to the order could not be executed as maker, the Post Only order will be ${UNRECORDED}`,
      );
    const limit = order.price.isZero() ? null : order.price;
    const isOthers = (resting: Resting) => this.#ownerOf(resting) !== account;
    if (order.timeInForce === 'FOK' && book.reachable(order.side, limit, isOthers).lessThan(order.quantity))
      throw new Refused(
        -5021,
        `Due to the order could not be filled immediately, the FOK order has been ${UNRECORDED}`,
      );
  }

  #checkAsked(
    account: string,
    order: NewUsdmOrder,
    of: UsdmSymbol,
    notional: Decimal,
    isClosing: boolean,
  ): void {
    const open = this.open(order.symbol, account);
    if (open.some(({ clientOrderId }) => clientOrderId === order.clientOrderId))
      throw new Refused(-4116, 'ClientOrderId is duplicated.');
    if (open.length >= of.maxNumOrders) throw new Refused(-2025, 'Reach max open order limit.');
    if (!isClosing && notional.lessThan(Decimal.of(of.minNotional)))
      throw new Refused(
        -4164,
        `Order's notional must be no smaller than ${of.minNotional} (unless you choose reduce only).`,
      );
    const mark = this.#parts.wallets.mark(order.symbol);
    if (order.type !== 'LIMIT' || mark.isZero()) return;
    const [up, down] = [mark.times(Decimal.of(of.percent.up)), mark.times(Decimal.of(of.percent.down))];
    if (order.side === 'BUY' && order.price.greaterThan(up))
      throw new Refused(-4016, `Limit price can't be higher than ${up.rounded(2, 'down')}.`);
    if (order.side === 'SELL' && order.price.lessThan(down))
      throw new Refused(-4024, `Limit price can't be lower than ${down.rounded(2, 'up')}.`);
  }

  /** What resting orders that open something need. */
  #reserved(account: string, asset: string): Decimal {
    const { orders, wallets, symbols } = this.#parts;
    return orders
      .live()
      .filter((order) => order.account === account && !order.reduceOnly)
      .filter(({ symbol }) => symbols.get(symbol)!.quote === asset)
      .reduce((sum, order) => {
        const opens = restOf(order).minus(this.closable(account, order));
        const leverage = Decimal.of(`${wallets.leverage(account, order.symbol)}`);
        const worth = order.price.times(opens.isPositive() ? opens : Decimal.zero);
        return sum.plus(worth.dividedBy(leverage, COMMISSION_PLACES, 'up'));
      }, Decimal.zero);
  }

  #work(order: UsdmOrder): void {
    const { orders, markets } = this.#parts;
    const market = markets.get(order.symbol)!;
    const limit = order.price.isZero() ? null : order.price;
    const most = order.reduceOnly ? this.closable(order.account, order) : order.quantity;
    const open = most.lessThan(order.quantity) ? most : order.quantity;
    const taker: Taker = { orderId: order.orderId, side: order.side, limit, open };
    const end = market.take(taker, {
      meets: (resting) => this.#meets(order, resting),
      allows: () => true,
      filled: (resting, _price, _quantity, print) => {
        this.fill(order.orderId, print, false);
        if (resting.orderId !== null) this.fill(resting.orderId, print, true);
      },
    });
    const rest = orders.get(order.orderId)!;
    if (!isWorking(rest)) return;
    if (end === 'filled') this.expire(rest, EXPIRED_BY.reduceOnly);
    else if (end === 'stopped') this.expire(rest, EXPIRED_BY.stp);
    else if (limit === null || order.timeInForce === 'IOC') this.expire(rest, EXPIRED_BY.ioc);
    else market.book.add({ side: order.side, price: limit, open: taker.open, orderId: order.orderId });
  }

  #meets(order: UsdmOrder, resting: Resting): 'trade' | 'skip' | 'stop' {
    if (this.#ownerOf(resting) !== order.account || order.stp === 'NONE') return 'trade';
    if (order.stp !== 'EXPIRE_TAKER') this.expire(this.#parts.orders.get(resting.orderId!)!, EXPIRED_BY.stp);
    return order.stp === 'EXPIRE_MAKER' ? 'skip' : 'stop';
  }

  #ownerOf({ orderId }: Resting): string | undefined {
    return orderId === null ? undefined : this.#parts.orders.get(orderId)!.account;
  }

  /** Orders that only reduce end, or shrink, with what they reduce. */
  #trim(account: string, symbol: string): void {
    const { book } = this.#parts.markets.get(symbol)!;
    for (const order of this.open(symbol, account)) {
      const resting = book.find(order.orderId);
      if (!order.reduceOnly || resting === undefined) continue;
      const most = this.closable(account, order);
      if (most.isZero()) this.expire(order, EXPIRED_BY.reduceOnly);
      else if (most.lessThan(resting.open)) resting.open = most;
    }
  }

  #end(order: UsdmOrder, change: Partial<UsdmOrder>, type: 'CANCELED' | 'EXPIRED'): UsdmOrder {
    const { orders, markets, nowMs } = this.#parts;
    const { book } = markets.get(order.symbol)!;
    const resting = book.find(order.orderId);
    if (resting !== undefined) book.remove(resting);
    const ended = orders.change(order.orderId, { ...change, updateMs: nowMs() });
    this.#tell(ended, type);
    this.#parts.over(ended);
    return ended;
  }

  #tell(order: UsdmOrder, type: 'NEW' | 'CANCELED' | 'EXPIRED'): void {
    const nowMs = this.#parts.nowMs();
    this.#parts.emit(order.account, orderTradeUpdate(order, { type, nowMs }));
  }
}
