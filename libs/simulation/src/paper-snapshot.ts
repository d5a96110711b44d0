import {
  type AccountId,
  Decimal,
  type Fill,
  type InstrumentId,
  type OrderRequest,
  type TimeUs,
} from '@algo/model';
import type { LedgerSnapshot } from './paper-ledger.ts';
import type { PaperOrder } from './paper-matching.ts';
import type { Tape } from './paper-tape.ts';

type Spelled<Item, Amounts extends keyof Item> = Omit<Item, Amounts> & {
  readonly [Amount in Amounts]: Item[Amount] extends Decimal ? string : string | null;
};

/** An order with its amounts as texts. */
export type OrderSnapshot = Omit<PaperOrder, 'request'> & {
  readonly request: Spelled<OrderRequest, 'quantity' | 'limitPrice'>;
};
/** A fill with its amounts as texts. */
export type FillSnapshot = Spelled<Fill, 'quantity' | 'price' | 'fee'>;

/** Everything a paper venue knows, JSON-able. */
export interface PaperSnapshot {
  readonly version: 1;
  readonly clockUs: TimeUs;
  readonly markets: readonly {
    readonly instrument: InstrumentId;
    readonly tape: Tape;
    readonly orders: readonly OrderSnapshot[];
  }[];
  readonly ledger: LedgerSnapshot;
  readonly ended: readonly OrderSnapshot[];
  readonly fills: readonly {
    readonly account: AccountId;
    readonly droppedUs: TimeUs | null;
    readonly fills: readonly FillSnapshot[];
  }[];
  /** Every client order id ever taken, as `account/id`. */
  readonly ids: readonly string[];
}

export function spellOrder(order: PaperOrder): OrderSnapshot {
  const { quantity, limitPrice } = order.request;
  return {
    ...order,
    arrival: order.arrival && { ...order.arrival },
    request: {
      ...order.request,
      quantity: quantity.toString(),
      limitPrice: limitPrice?.toString() ?? null,
    },
  };
}

export function readOrder(order: OrderSnapshot): PaperOrder {
  const { quantity, limitPrice } = order.request;
  return {
    ...order,
    arrival: order.arrival && { ...order.arrival },
    request: {
      ...order.request,
      quantity: Decimal.of(quantity, 'order.quantity'),
      limitPrice: limitPrice === null ? null : Decimal.of(limitPrice, 'order.limitPrice'),
    },
  };
}

export function spellFill(fill: Fill): FillSnapshot {
  return {
    ...fill,
    quantity: fill.quantity.toString(),
    price: fill.price.toString(),
    fee: fill.fee.toString(),
  };
}

export function readFill(fill: FillSnapshot): Fill {
  return {
    ...fill,
    quantity: Decimal.of(fill.quantity, 'fill.quantity'),
    price: Decimal.of(fill.price, 'fill.price'),
    fee: Decimal.of(fill.fee, 'fill.fee'),
  };
}
