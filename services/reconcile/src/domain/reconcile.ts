import type { AccountId } from '@algo/model';
import { balancesDifference } from './balances-difference.ts';
import type { LocalBooks, ReconciliationContext, VenueBooks } from './books.ts';
import { fillsDifference } from './fills-difference.ts';
import { ordersDifference } from './orders-difference.ts';
import { positionsDifference } from './positions-difference.ts';
import { type Discrepancy, type ReconciliationReport, sealReport } from './reconciliation-report.ts';

/**
 * Returns in what our books and the venue's differ, what explains it, what is to be done, and whether
 * execution may trade. The venue is the truth for what exists, its fill history for why. Pure; it does
 * nothing itself, so a second run on books in which its actions were done finds none.
 */
export function reconcile(
  local: LocalBooks,
  venue: VenueBooks,
  context: ReconciliationContext,
): ReconciliationReport {
  const fills = fillsDifference(local, venue, context.fillsSinceUs);
  const discrepancies: readonly Discrepancy[] = [
    ...fills.discrepancies,
    ...ordersDifference(local, venue, fills),
    ...positionsDifference(local, venue, fills, context),
    ...balancesDifference(local, venue, fills, context),
  ];
  const { account, epoch, asOfUs } = context;
  const compared = {
    orders: venue.openOrders.length + venue.lookups.length,
    fills: venue.fills.length,
    positions: venue.positions.length,
    balances: context.openingBalances === null ? 0 : venue.balances.length,
  };
  const content = { account, epoch, asOfUs, compared };
  return sealReport(content, discrepancies, refusals(local, venue, context));
}

/** Reasons to refuse that lie in the books themselves. */
function refusals(local: LocalBooks, venue: VenueBooks, context: ReconciliationContext): readonly string[] {
  const reasons: string[] = [];
  if (local.epoch > context.epoch)
    reasons.push(
      `our books have seen epoch ${local.epoch}, this run is for ${context.epoch}: another one took over`,
    );
  const lists: readonly (readonly { readonly account: AccountId }[])[] = [
    venue.fills,
    venue.positions,
    venue.balances,
  ];
  if (lists.some((list) => list.some(({ account }) => account !== context.account)))
    reasons.push(`the venue's books are not those of ${context.account} alone`);
  return reasons;
}
