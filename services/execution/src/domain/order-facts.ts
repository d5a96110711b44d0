import { type Order, type TimeUs, WOULD_TAKE } from '@algo/model';

/** Returns the fields that every event about an order starts with. */
export function aboutOrder(order: Order, timeUs: TimeUs) {
  const { clientOrderId, account, instrument } = order.request;
  return { clientOrderId, account, instrument, timeUs };
}

/** Says whether a venue ended or refused an order because it is post-only and would have taken. */
export function wouldHaveTaken({ request }: Order, reason: string): boolean {
  return request.timeInForce === 'post_only' && reason.startsWith(WOULD_TAKE);
}
