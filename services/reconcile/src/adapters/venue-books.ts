import type { Clock } from '@algo/bus';
import type { AccountId, TimeUs } from '@algo/model';
import { type ExchangeVenue, VenueUnavailableError } from '@algo/venues';
import { type LocalBooks, type Lookup, undecidedOrders, type VenueBooks } from '../domain/index.ts';

/** Snapshots taken at most until one is coherent: no fill may come in between. */
const TRIES = 5;

/**
 * Returns the venue's books as one coherent snapshot. *Errors*:
 * VenueUnavailableError; from silence nothing is concluded.
 */
export async function readVenueBooks(
  venue: ExchangeVenue,
  account: AccountId,
  local: LocalBooks,
  sinceUs: TimeUs,
  clock: Clock,
): Promise<VenueBooks> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await venue.fillsSince(account, sinceUs);
    const openOrders = await venue.openOrders(account);
    const positions = await venue.positions(account);
    const balances = await venue.balances(account);
    const open = new Set(openOrders.map((order) => order.request.clientOrderId));
    const lookups: Lookup[] = [];
    for (const { request } of undecidedOrders(local))
      if (!open.has(request.clientOrderId))
        lookups.push({ clientOrderId: request.clientOrderId, lookup: await venue.order(request) });
    const fills = await venue.fillsSince(account, sinceUs);
    if (fills.length === before.length)
      return { openOrders, fills, positions, balances, lookups, asOfUs: clock.nowMs() * 1_000 };
  }
  throw new VenueUnavailableError(
    `${venue.name}: fills kept coming while its books were read, ${TRIES} times`,
  );
}
