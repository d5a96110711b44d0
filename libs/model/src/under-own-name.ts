import type { ClientOrderId, InstrumentId, VenueOrderId } from './ids.ts';
import type { Fill } from './order.ts';
import { isOwnClientOrderId } from './own-order-id.ts';

/** An order, as far as a fill of it can be known. */
export interface NumberedOrder {
  readonly request: { readonly clientOrderId: ClientOrderId; readonly instrument: InstrumentId };
  /** The venue's own name of it, where that was told. */
  readonly venueOrderId?: VenueOrderId | null;
}

/**
 * Returns a fill under our name of its order. Where somebody takes an order of ours away by hand, a venue may
 * call it by that cancel's name from then on, and so all that it ever filled, booked or not: the order's
 * number says that it is ours.
 */
export function underOwnName(fill: Fill, orders: Iterable<NumberedOrder>): Fill {
  if (isOwnClientOrderId(fill.clientOrderId)) return fill;
  for (const { request, venueOrderId } of orders) {
    const { clientOrderId, instrument } = request;
    const isIt = venueOrderId === fill.venueOrderId && instrument === fill.instrument;
    if (isIt && isOwnClientOrderId(clientOrderId)) return { ...fill, clientOrderId };
  }
  return fill;
}
