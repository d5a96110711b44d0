import type { Fill, OrderEvent, OrderRequest, TimeUs } from '@algo/model';
import type { SubmitOrder } from './execution-io.ts';
import { applyToOrder, newOrder, type Order, type OrderFact, type OrderSeed } from './order-state-machine.ts';

/** Returns the fields that every event about an order starts with. */
export function aboutOrder(order: Order, timeUs: TimeUs) {
  const { clientOrderId, account, instrument } = order.request;
  return { clientOrderId, account, instrument, timeUs };
}

/** Returns an order whose intent is logged and that is handed to the wire. */
export function sentOrder(seed: OrderSeed): Order {
  const { request, intent, strategy, position, plan, epoch, submittedUs } = seed;
  const order = newOrder({ request, intent, strategy, position, plan, epoch, submittedUs });
  const logged = applyToOrder(order, { type: 'IntentLogged', timeUs: submittedUs }).order;
  return applyToOrder(logged, { type: 'Submitted', timeUs: submittedUs }).order;
}

/** Returns the effect that puts an order on the wire. */
export function submission(order: Order, epoch: number, timeUs: TimeUs): SubmitOrder {
  const { request, intent, strategy, position, plan } = order;
  return { type: 'SubmitOrder', request, intent, strategy, position, plan, epoch, timeUs };
}

/**
 * Returns the order that must have been behind a fill, as far as the fill tells. *Units*: `cumulative` base.
 */
export function orderBehind(fill: Fill, cumulative: Fill['quantity']): Order {
  const request: OrderRequest = {
    clientOrderId: fill.clientOrderId,
    account: fill.account,
    instrument: fill.instrument,
    side: fill.side,
    type: 'market',
    timeInForce: 'ioc',
    quantity: cumulative.greaterThan(fill.quantity) ? cumulative : fill.quantity,
    limitPrice: null,
    reduceOnly: false,
  };
  const seed = { request, intent: 'entry', strategy: null, position: null, plan: null, epoch: 0 } as const;
  return newOrder({ ...seed, submittedUs: fill.timeUs });
}

/** An event about an order that says nothing but what happened to it. */
export type PlainOrderEvent = Exclude<OrderEvent, { type: 'OrderDenied' | 'OrderSubmitted' | 'OrderFilled' }>;

/** Returns the fact that a published event tells. */
export function factOf(event: PlainOrderEvent): OrderFact {
  const { timeUs } = event;
  switch (event.type) {
    case 'OrderAccepted':
      return { type: 'Accepted', venueOrderId: event.venueOrderId, timeUs };
    case 'OrderRejected':
      return { type: 'Rejected', timeUs };
    case 'OrderUnknown':
      return { type: 'OutcomeUnknown', timeUs };
    case 'OrderCanceled':
      return { type: 'Canceled', timeUs };
    case 'OrderExpired':
      return { type: 'Expired', timeUs };
    default:
      return event satisfies never;
  }
}
