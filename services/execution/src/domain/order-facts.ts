import type { Order, TimeUs } from '@algo/model';

/** Returns the fields that every event about an order starts with. */
export function aboutOrder(order: Order, timeUs: TimeUs) {
  const { clientOrderId, account, instrument } = order.request;
  return { clientOrderId, account, instrument, timeUs };
}
