import type { LocalBooks, ReconciliationContext, VenueBooks } from './books.ts';
import { cashOf, isOff } from './cash-book.ts';
import type { FillsDifference } from './fills-difference.ts';
import type { Discrepancy } from './reconciliation-report.ts';

/**
 * Returns the assets whose balance isn't what was there when it was first looked at, fills, fees and
 * transfers come to (D9). It is said, and stops nothing: positions are compared for themselves, and once two
 * moments of the venue show the same, that is what there should be. Where somebody else trades an asset, or
 * what the venue shows is behind what we know, nothing is said of it.
 */
export function balancesDifference(
  local: LocalBooks,
  venue: VenueBooks,
  missed: FillsDifference,
  { instruments }: ReconciliationContext,
): readonly Discrepancy[] {
  if (missed.behind.size > 0) return [];
  const rules = new Map(instruments.map((one) => [one.id, one]));
  const expected = new Map(local.cash);
  for (const fill of missed.own)
    for (const [asset, change] of cashOf(fill, rules.get(fill.instrument))) {
      const before = expected.get(asset);
      if (before !== undefined) expected.set(asset, before.plus(change));
    }
  for (const fill of missed.foreign)
    for (const [asset] of cashOf(fill, rules.get(fill.instrument))) expected.delete(asset);
  return [...expected].flatMap(([asset, ours]) => {
    const theirs = venue.balances.find((b) => b.asset === asset)?.total;
    if (theirs === undefined || !isOff(ours, theirs)) return [];
    const discrepancy: Discrepancy = {
      ...{ class: 'D9', instrument: null, clientOrderId: null, subject: `balance ${asset}` },
      evidence: [
        `the venue says ${theirs}; what was there at first, fills, fees and transfers come to ${ours}`,
      ],
      ...{ action: 'adjust_balance', before: `${ours}`, after: `${theirs}`, refusal: null },
    };
    return [discrepancy];
  });
}
