import { Decimal } from '../decimal.ts';
import { accountId, clientOrderId, instrumentId, venueOrderId, venueTradeId } from '../ids.ts';
import type { Fill, OrderRequest } from '../order.ts';
import { applyToOrder, newOrder, type Order, type OrderFact, type OrderStatus } from '../order-life.ts';

export const d = (text: string) => Decimal.of(text);
const ID = clientOrderId('aaaaaaaaaaaaaaaaaaaaaaaaaaa');
const ACCOUNT = accountId('paper-main');
const LTC = instrumentId('synthetic.spot.LTCUSDT');

/** A fill of the order. */
export function fill(trade: string, quantity: string, price = '83'): Fill {
  return {
    venueTradeId: venueTradeId(trade),
    clientOrderId: ID,
    venueOrderId: venueOrderId('v1'),
    account: ACCOUNT,
    instrument: LTC,
    side: 'buy',
    quantity: d(quantity),
    price: d(price),
    fee: d('0'),
    feeAsset: 'USDT',
    liquidity: 'taker',
    timeUs: 5,
  };
}

/** How an order gets into each status; it has a fill only where it must. */
const LIVES: Readonly<Record<OrderStatus, readonly OrderFact[]>> = {
  submitted: [],
  unknown: [fact('OutcomeUnknown')],
  accepted: [fact('Accepted')],
  partially_filled: [filled('t1', '1')],
  pending_cancel: [fact('Accepted'), fact('CancelRequested')],
  filled: [filled('t1', '10')],
  canceled: [fact('Canceled')],
  expired: [fact('Expired')],
  rejected: [fact('Rejected')],
};

export function filled(trade: string, quantity: string): OrderFact {
  return { type: 'Filled', fill: fill(trade, quantity), timeUs: 5 };
}

/** An order for 10 that came into a status, with fills before that. */
export function order(status: OrderStatus, fills: readonly Fill[] = []): Order {
  const request: OrderRequest = {
    clientOrderId: ID,
    account: ACCOUNT,
    instrument: LTC,
    side: 'buy',
    type: 'limit',
    timeInForce: 'ioc',
    quantity: d('10'),
    limitPrice: d('83'),
    triggerPrice: null,
    reduceOnly: false,
  };
  const seed = { intent: 'entry', strategy: null, position: null, plan: null, epoch: 1 } as const;
  const told = fills.map((one): OrderFact => ({ type: 'Filled', fill: one, timeUs: 5 }));
  // One that was seen working is unknown only when its cancel was lost.
  const asked = status === 'unknown' && fills.length > 0 ? [fact('CancelRequested')] : [];
  const life = fills.length > 0 && isFilling(status) ? told : [...told, ...asked, ...LIVES[status]];
  return life.reduce((now, f) => applyToOrder(now, f).order, newOrder({ ...seed, request, submittedUs: 0 }));
}

function isFilling(status: OrderStatus): boolean {
  return status === 'partially_filled' || status === 'filled';
}

/** A fact of each kind; the fill is a part. */
export function fact(type: OrderFact['type']): OrderFact {
  const timeUs = 7;
  switch (type) {
    case 'Filled':
      return { type, fill: fill('t9', '1'), timeUs };
    case 'Accepted':
      return { type, venueOrderId: venueOrderId('v1'), timeUs };
    case 'Rejected':
    case 'Canceled':
    case 'Expired':
      return { type, reason: 'because', timeUs };
    default:
      return { type, timeUs };
  }
}
