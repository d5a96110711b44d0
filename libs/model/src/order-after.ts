import type { Decimal } from './decimal.ts';
import type { Fill, OrderEvent } from './order.ts';
import { applyToOrder, newOrder, type Order, type OrderFact } from './order-life.ts';

/**
 * Returns an order after an event that execution said about it, for those who read what it says; undefined
 * for a denied order, which never was one, and for events of an order whose beginning wasn't read. Give it
 * the events of one order in their order; the status and the cumulative are then those that execution has,
 * but for what it doesn't say: a cancel that is under way.
 */
export function orderAfter(order: Order | undefined, event: OrderEvent): Order | undefined {
  switch (event.type) {
    case 'OrderDenied':
    case 'OrderQuarantined':
      return order;
    case 'OrderSubmitted':
      return order ?? newOrder({ ...event, submittedUs: event.timeUs });
    case 'OrderFilled': {
      const known = order ?? orderBehind(event.fill, event.cumulative.plus(event.leaves));
      return applyToOrder(known, factOf(event)).order;
    }
    case 'OrderUnknown': {
      if (order === undefined) return undefined;
      // Of an order that works it is said only when a cancel of it was lost.
      const works = order.status === 'accepted' || order.status === 'partially_filled';
      const asked = works
        ? applyToOrder(order, { type: 'CancelRequested', timeUs: event.timeUs }).order
        : order;
      return applyToOrder(asked, factOf(event)).order;
    }
    case 'OrderAccepted':
    case 'OrderRejected':
    case 'OrderCanceled':
    case 'OrderExpired':
      return order && applyToOrder(order, factOf(event)).order;
    default:
      return event satisfies never;
  }
}

/** Returns the fact that an event tells of an order that was submitted. */
export function factOf(
  event: Exclude<OrderEvent, { type: 'OrderDenied' | 'OrderSubmitted' | 'OrderQuarantined' }>,
): OrderFact {
  const { timeUs } = event;
  switch (event.type) {
    case 'OrderAccepted':
      return { type: 'Accepted', venueOrderId: event.venueOrderId, timeUs };
    case 'OrderRejected':
      return { type: 'Rejected', reason: event.reason, timeUs };
    case 'OrderUnknown':
      return { type: 'OutcomeUnknown', timeUs };
    case 'OrderFilled':
      return { type: 'Filled', fill: event.fill, timeUs };
    case 'OrderCanceled':
      return { type: 'Canceled', reason: event.reason, timeUs };
    case 'OrderExpired':
      return { type: 'Expired', reason: event.reason, timeUs };
    default:
      return event satisfies never;
  }
}

/**
 * Returns the order that must have been behind a fill, as far as the fill tells. *Units*: `quantity` base.
 */
export function orderBehind(fill: Fill, quantity: Decimal): Order {
  const { clientOrderId, account, instrument, side } = fill;
  const request = {
    clientOrderId,
    account,
    instrument,
    side,
    quantity,
    limitPrice: null,
    triggerPrice: null,
    reduceOnly: false,
  };
  const terms = { type: 'market', timeInForce: 'ioc' } as const;
  const seed = { intent: 'entry', strategy: null, position: null, plan: null, epoch: 0 } as const;
  return newOrder({ ...seed, request: { ...request, ...terms }, submittedUs: fill.timeUs });
}
