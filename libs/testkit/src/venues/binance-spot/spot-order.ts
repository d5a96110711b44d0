import { Decimal } from '@algo/model';
import type { BookSide } from '../exchange/order-book.ts';
import { Versions } from '../exchange/versions.ts';
import type { SPOT_TYPES, StpMode } from './spot-symbol.ts';

export type SpotType = (typeof SPOT_TYPES)[number];
export type TimeInForce = 'GTC' | 'IOC' | 'FOK';
export type SpotStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'EXPIRED_IN_MATCH';

/** Why an order expired. *Source*: user-data-stream.md, "Order Expiry Reason". */
export type ExpiryReason =
  | 'REJECTED'
  | 'EXCHANGE_CANCELED'
  | 'OCO_TRIGGER'
  | 'UNFILLED_IOC_QUANTITY_EXPIRED'
  | 'UNFILLED_FOK_ORDER_EXPIRED'
  | 'INSUFFICIENT_LIQUIDITY'
  | 'EXECUTION_RULE_PRICE_RANGE_EXCEEDED';

/** An order as it was asked for. *Shape*: `price` zero where there is none. */
export interface NewSpotOrder {
  readonly symbol: string;
  readonly side: BookSide;
  readonly type: SpotType;
  readonly timeInForce: TimeInForce;
  readonly price: Decimal;
  readonly stopPrice: Decimal | null;
  readonly quantity: Decimal;
  /** What a market order may spend or shall bring; zero where it has a quantity. */
  readonly quoteQuantity: Decimal;
  readonly clientOrderId: string;
  readonly stp: StpMode;
}

/** An order in the books. *Units*: wall ms. */
export interface SpotOrder extends NewSpotOrder {
  /** The client’s own name of it, also where a cancel’s has taken its place. */
  readonly firstName: string;
  readonly orderId: number;
  readonly account: string;
  /** -1: of no list. */
  readonly orderListId: number;
  readonly timeMs: number;
  readonly updateMs: number;
  /** Since when it is in the book; -1: not yet. */
  readonly workingMs: number;
  readonly status: SpotStatus;
  readonly executed: Decimal;
  readonly quoteFilled: Decimal;
  readonly expiryReason: ExpiryReason | null;
  readonly prevented: Decimal;
  readonly preventedMatchId: number | null;
  /** What is set aside for the rest of it. */
  readonly locked: Decimal;
}

/** A fill of an order. */
export interface SpotFill {
  readonly tradeId: number;
  readonly symbol: string;
  readonly account: string;
  readonly orderId: number;
  readonly orderListId: number;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly commission: Decimal;
  readonly commissionAsset: string;
  /** When it was printed, and when the exchange's own clock booked it. */
  readonly timeMs: number;
  readonly bookedMs: number;
  readonly isBuyer: boolean;
  readonly isMaker: boolean;
}

/** Returns whether an order can still do anything. */
export function isOpen({ status }: SpotOrder): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

/** Returns whether an order waits for a price before it works. */
export function isConditional({ type }: NewSpotOrder): boolean {
  return type !== 'LIMIT' && type !== 'MARKET' && type !== 'LIMIT_MAKER';
}

/** Returns whether an order takes any price once it works. */
export function isAtMarket({ type }: NewSpotOrder): boolean {
  return type === 'MARKET' || type === 'STOP_LOSS' || type === 'TAKE_PROFIT';
}

/** Returns what of an order is not done yet. */
export function openQuantity({ quantity, executed, prevented }: SpotOrder): Decimal {
  return quantity.minus(executed).minus(prevented);
}

/** All orders and fills of the exchange, as they are and as they were. */
export class SpotOrders {
  readonly fills: SpotFill[] = [];
  readonly #orders = new Map<number, Versions<SpotOrder>>();
  /** Numbers of those that can still do something: prints look at no others. */
  readonly #open = new Set<number>();
  readonly #nowMs: () => number;
  #nextId = 1;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(order: NewSpotOrder & { readonly account: string; readonly orderListId: number }): SpotOrder {
    const nowMs = this.#nowMs();
    const added: SpotOrder = {
      ...{ ...order, firstName: order.clientOrderId },
      ...{ orderId: this.#nextId++, timeMs: nowMs, updateMs: nowMs },
      ...{ workingMs: isConditional(order) ? -1 : nowMs, status: 'NEW' },
      ...{ executed: Decimal.zero, quoteFilled: Decimal.zero, expiryReason: null },
      ...{ prevented: Decimal.zero, preventedMatchId: null, locked: Decimal.zero },
    };
    this.#orders.set(added.orderId, new Versions(nowMs, added));
    this.#open.add(added.orderId);
    return added;
  }

  change(orderId: number, change: Partial<SpotOrder>): SpotOrder {
    const versions = this.#orders.get(orderId)!;
    const changed = { ...versions.now, updateMs: this.#nowMs(), ...change };
    versions.set(this.#nowMs(), changed);
    if (!isOpen(changed)) this.#open.delete(orderId);
    return changed;
  }

  get(orderId: number): SpotOrder | undefined {
    return this.#orders.get(orderId)?.now;
  }

  /** Returns an account's orders as they were at a time, oldest first. */
  of(account: string, atMs = Number.POSITIVE_INFINITY): SpotOrder[] {
    return [...this.#orders.values()]
      .map((versions) => versions.at(atMs))
      .filter((order): order is SpotOrder => order?.account === account);
  }

  /** Returns all open orders of a symbol. */
  open(symbol: string): SpotOrder[] {
    return [...this.#open]
      .map((orderId) => this.#orders.get(orderId)!.now)
      .filter((order) => order.symbol === symbol);
  }

  /**
   * Returns an account's order by its number, or else the latest by the client's id; where both are told, the
   * one of the number if it has that id.
   */
  find(
    account: string,
    by: { symbol: string; orderId?: number | undefined; clientOrderId?: string | undefined },
    atMs?: number,
  ): SpotOrder | undefined {
    return this.of(account, atMs).findLast(
      (order) =>
        order.symbol === by.symbol &&
        (by.orderId === undefined || order.orderId === by.orderId) &&
        (by.clientOrderId === undefined || order.clientOrderId === by.clientOrderId),
    );
  }
}
