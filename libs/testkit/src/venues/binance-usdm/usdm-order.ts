import type { Decimal } from '@algo/model';
import type { BookSide } from '../exchange/order-book.ts';
import { Versions } from '../exchange/versions.ts';
import type { AlgoType, UsdmStp, UsdmTimeInForce } from './usdm-symbol.ts';

export type PositionSide = 'BOTH' | 'LONG' | 'SHORT';
export type UsdmType = 'LIMIT' | 'MARKET' | 'LIQUIDATION';
export type UsdmStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'EXPIRED_IN_MATCH';

/** An order as it was asked for. *Shape*: `price` zero where there is none. *Units*: wall ms. */
export interface NewUsdmOrder {
  readonly symbol: string;
  readonly side: BookSide;
  readonly positionSide: PositionSide;
  readonly type: UsdmType;
  /** What it was before it was let go. */
  readonly origType: UsdmType | AlgoType;
  readonly timeInForce: UsdmTimeInForce;
  readonly price: Decimal;
  readonly stopPrice: Decimal;
  readonly quantity: Decimal;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
  readonly clientOrderId: string;
  readonly stp: UsdmStp;
  /** Until when a GTD is good; 0 for any other. */
  readonly goodTillMs: number;
}

/** An order in the books. *Shape*: `expiryReason` as in the event's `er`. */
export interface UsdmOrder extends NewUsdmOrder {
  readonly orderId: number;
  readonly account: string;
  readonly timeMs: number;
  readonly updateMs: number;
  readonly status: UsdmStatus;
  readonly executed: Decimal;
  readonly quoteFilled: Decimal;
  readonly expiryReason: number;
}

/** A fill of an order. */
export interface UsdmFill {
  readonly tradeId: number;
  readonly symbol: string;
  readonly account: string;
  readonly orderId: number;
  readonly side: BookSide;
  readonly positionSide: PositionSide;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly realized: Decimal;
  readonly commission: Decimal;
  readonly commissionAsset: string;
  /** When it was printed, and when the exchange's own clock booked it. */
  readonly timeMs: number;
  readonly bookedMs: number;
  readonly isMaker: boolean;
}

export type AlgoStatus = 'NEW' | 'TRIGGERED' | 'FINISHED' | 'CANCELED' | 'REJECTED' | 'EXPIRED';

/** A conditional order: it becomes an order of its own when its price is reached. */
export interface AlgoOrder {
  readonly algoId: number;
  readonly clientAlgoId: string;
  readonly account: string;
  readonly symbol: string;
  readonly side: BookSide;
  readonly positionSide: PositionSide;
  readonly type: AlgoType;
  readonly timeInForce: UsdmTimeInForce;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly triggerPrice: Decimal;
  readonly workingType: 'CONTRACT_PRICE' | 'MARK_PRICE';
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
  readonly priceProtect: boolean;
  readonly stp: UsdmStp;
  readonly status: AlgoStatus;
  readonly createMs: number;
  readonly updateMs: number;
  readonly triggerMs: number;
  /** The order that it became; null before. */
  readonly childId: number | null;
  /** Why it was rejected. */
  readonly reason: string;
}

/** Returns whether an order can still do anything. */
export function isWorking({ status }: { readonly status: UsdmStatus }): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

/** Returns what of an order is not done yet. */
export function restOf({ quantity, executed }: UsdmOrder): Decimal {
  return quantity.minus(executed);
}

/** Rows by number, as they are and as they were. */
export class NumberedRows<Row extends { readonly account: string; readonly symbol: string }> {
  readonly #rows = new Map<number, Versions<Row>>();
  readonly #live = new Set<number>();
  readonly #isLive: (row: Row) => boolean;
  readonly #nowMs: () => number;
  #nextId: number;

  /** *Shape*: `isLive`: whether a row can still do anything; once it can't, it never can. */
  constructor(nowMs: () => number, firstId: number, isLive: (row: Row) => boolean) {
    this.#nowMs = nowMs;
    this.#isLive = isLive;
    this.#nextId = firstId;
  }

  /** Adds the row that is made for the next number. */
  add(make: (id: number) => Row): Row {
    const id = this.#nextId++;
    const row = make(id);
    this.#rows.set(id, new Versions(this.#nowMs(), row));
    this.#live.add(id);
    return row;
  }

  change(id: number, change: Partial<Row>): Row {
    const versions = this.#rows.get(id)!;
    const changed = { ...versions.now, ...change };
    versions.set(this.#nowMs(), changed);
    if (!this.#isLive(changed)) this.#live.delete(id);
    return changed;
  }

  get(id: number): Row | undefined {
    return this.#rows.get(id)?.now;
  }

  /** Returns the rows that can still do something, oldest first. */
  live(): Row[] {
    return [...this.#live].map((id) => this.#rows.get(id)!.now);
  }

  all(): Row[] {
    return [...this.#rows.values()].map(({ now }) => now);
  }

  /** Returns an account's rows as they were at a time, oldest first. */
  of(account: string, atMs = Number.POSITIVE_INFINITY): Row[] {
    return [...this.#rows.values()]
      .map((versions) => versions.at(atMs))
      .filter((row): row is Row => row?.account === account);
  }
}
