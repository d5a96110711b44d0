import { type AccountId, type AssetAside, Decimal, fillEffect, MARKET_TRAITS } from '@algo/model';
import { balancesDifference } from './balances-difference.ts';
import type { LocalBooks, ReconciliationContext, VenueBooks } from './books.ts';
import { type FillsDifference, fillsDifference } from './fills-difference.ts';
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
  const positions = positionsDifference(local, venue, fills, context);
  const discrepancies: readonly Discrepancy[] = [
    ...fills.discrepancies,
    ...ordersDifference(local, venue, fills),
    ...positions.discrepancies,
    ...balancesDifference(local, venue, fills, context),
  ];
  const { account, epoch, asOfUs, shownUs } = context;
  const compared = {
    orders: venue.openOrders.length + venue.lookups.length,
    fills: venue.fills.length,
    positions: venue.positions.length,
    balances: local.cash.size,
  };
  const { differences } = positions;
  const aside = asideOf(local, venue, fills, context);
  const content = { account, epoch, asOfUs, shownUs, compared, differences, aside, setup: venue.setup };
  return sealReport(content, discrepancies, refusals(local, venue, context));
}

/**
 * Returns what the account holds of coins that we trade, beside our positions in them and missed fills:
 * nothing where coins are lent.
 */
function asideOf(
  local: LocalBooks,
  { balances, setup }: VenueBooks,
  missed: FillsDifference,
  { instruments }: ReconciliationContext,
): readonly AssetAside[] {
  const rest = new Map<string, Decimal>();
  const add = (asset: string, change: Decimal) =>
    rest.set(asset, (rest.get(asset) ?? Decimal.zero).plus(change));
  for (const instrument of setup.shortSpot ? [] : instruments) {
    const { id, base, market } = instrument;
    if (!MARKET_TRAITS[market].deliversBase) continue;
    if (!rest.has(base)) for (const { asset, total } of balances) if (asset === base) add(base, total);
    add(base, (local.positions.find((p) => p.instrument === id)?.quantity ?? Decimal.zero).negated());
    for (const fill of missed.own)
      if (fill.instrument === id) add(base, fillEffect(fill, instrument).baseChange.negated());
  }
  return [...rest].flatMap(([asset, quantity]) => (quantity.isPositive() ? [{ asset, quantity }] : []));
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
