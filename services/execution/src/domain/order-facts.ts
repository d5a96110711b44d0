import type { Order, TimeUs } from '@algo/model';
import type { SubmitOrder } from './execution-io.ts';

/** Returns the fields that every event about an order starts with. */
export function aboutOrder(order: Order, timeUs: TimeUs) {
  const { clientOrderId, account, instrument } = order.request;
  return { clientOrderId, account, instrument, timeUs };
}

/** Returns the request that puts an order on the wire. */
export function submission(order: Order): SubmitOrder {
  const { request, intent, strategy, position, plan, epoch, submittedUs: timeUs } = order;
  return { type: 'SubmitOrder', request, intent, strategy, position, plan, epoch, timeUs };
}
