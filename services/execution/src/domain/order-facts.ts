import {
  type ClientOrderId,
  type Denial,
  type Fill,
  type Order,
  type OrderCommand,
  type OrderEvent,
  type OrderIntent,
  rests,
  type TimeUs,
  WOULD_TAKE,
} from '@algo/model';
import type { Tracked } from './order-ledger.ts';

const INTENT_OF = {
  PlaceOrder: 'entry',
  ClosePosition: 'exit',
  ProtectPosition: 'protection',
} as const satisfies Record<OrderCommand['type'], OrderIntent>;

/** Returns the fields that every event about an order starts with. */
export function aboutOrder(order: Order, timeUs: TimeUs) {
  const { clientOrderId, account, instrument } = order.request;
  return { clientOrderId, account, instrument, timeUs };
}

/** Returns which order is meant. */
export function refOf({ instrument, clientOrderId }: Order['request']) {
  return { instrument, clientOrderId };
}

/** Returns which order is meant, with the venue's own name of it where that was told. */
export function numberedRefOf(order: Order) {
  const venueOrderId = order.status === 'submitted' ? null : order.venueOrderId;
  return { ...refOf(order.request), venueOrderId };
}

/** Returns what a fill says, as pairs. */
export function detailOf({ venueTradeId, side, quantity, price }: Fill): string {
  return `trade=${venueTradeId} ${side}=${quantity}@${price}`;
}

/** Says whether a venue ended or refused an order because it is post-only and would have taken. */
export function wouldHaveTaken({ request }: Order, reason: string): boolean {
  return request.timeInForce === 'post_only' && reason.startsWith(WOULD_TAKE);
}

/** Returns the answer to a command that is refused by ourselves. */
export function orderDenied(
  { commandId, account, instrument, type }: OrderCommand,
  clientOrderId: ClientOrderId,
  denial: Denial,
  timeUs: TimeUs,
): OrderEvent {
  const about = { clientOrderId, account, instrument, timeUs, commandId };
  return { type: 'OrderDenied', ...about, intent: INTENT_OF[type], denial };
}

/** While its sending has no outcome an order is the wire's, which answers for the venue's silence. */
export function hasLeft({ order }: Pick<Tracked, 'order'>): boolean {
  return order.status !== 'submitted';
}

/** A resting entry ends with its command; what is sent to take at once ends by itself. */
export function hasOutlived({ order, command, cancelReason }: Tracked, nowUs: TimeUs): boolean {
  const isResting = rests(order.request) && hasLeft({ order });
  return isResting && cancelReason === null && command !== null && nowUs > command.expiresUs;
}
