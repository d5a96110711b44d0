import type { AccountId, OrderLookup, TimeUs } from '@algo/model';
import type { ExchangeVenue, VenueAnswer } from '@algo/venues';
import { type LocalBooks, type Lookup, undecidedOrders, type VenueBooks } from '../domain/index.ts';

/** Snapshots taken at most until one is coherent: no fill may come in between. */
const TRIES = 5;

/** The venue's books could not be read: nothing is concluded from that. */
export class VenueSilentError extends Error {
  override readonly name = 'VenueSilentError';
}

/** Returns the venue's books as one coherent snapshot. *Errors*: VenueSilentError. */
export async function readVenueBooks(
  venue: ExchangeVenue,
  account: AccountId,
  local: LocalBooks,
  sinceUs: TimeUs,
): Promise<VenueBooks> {
  const fillsSince = () => answer(venue.fillsSince.bind(venue, account, sinceUs));
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await fillsSince();
    const openOrders = await answer(venue.openOrders.bind(venue, account));
    const positions = await answer(venue.positions.bind(venue, account));
    const balances = await answer(venue.balances.bind(venue, account));
    const open = new Set(openOrders.map((order) => order.request.clientOrderId));
    const lookups: Lookup[] = [];
    for (const { request } of undecidedOrders(local)) {
      const { clientOrderId } = request;
      if (open.has(clientOrderId)) continue;
      const lookup = await new Promise<OrderLookup>((done) => venue.order(request, done));
      lookups.push({ clientOrderId, lookup });
    }
    const fills = await fillsSince();
    if (fills.length === before.length) return { openOrders, fills, positions, balances, lookups };
  }
  throw new VenueSilentError(`${venue.name}: fills kept coming while its books were read, ${TRIES} times`);
}

async function answer<Value>(ask: (done: (answer: VenueAnswer<Value>) => void) => void): Promise<Value> {
  const told = await new Promise<VenueAnswer<Value>>(ask);
  if (told.type === 'answered') return told.value;
  throw new VenueSilentError(told.reason);
}
