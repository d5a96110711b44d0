import { Decimal, type Fill, type Instrument, MARKET_TRAITS } from '@algo/model';
import type { LocalBooks, ReconciliationContext, VenueBooks } from './books.ts';
import type { FillsDifference } from './fills-difference.ts';
import type { Discrepancy } from './reconciliation-report.ts';

/** A balance may be off by this share of itself before it counts as off: 0.1 %. */
export const BALANCE_TOLERANCE = Decimal.of('0.001');

/**
 * Returns the assets whose balance isn't what opening balance, fills and fees come to (D9). Less than that is
 * a reason to refuse; more is only reported, since a deposit harms nobody. Only where fills alone move
 * balances.
 */
export function balancesDifference(
  local: LocalBooks,
  venue: VenueBooks,
  missed: FillsDifference,
  context: ReconciliationContext,
): readonly Discrepancy[] {
  const opening = context.openingBalances;
  if (opening === null) return [];
  const following = context.instruments.filter((i) => MARKET_TRAITS[i.market].balancesFollowFills);
  const instruments = new Map(following.map((i) => [i.id, i]));
  const fills = [...local.fills, ...missed.own];
  if (fills.some((f) => !instruments.has(f.instrument))) return [];
  const expected = new Map(opening.map((b) => [b.asset, b.total]));
  for (const fill of fills) book(expected, fill, instruments.get(fill.instrument)!);
  const assets = new Set([...expected.keys(), ...venue.balances.map((b) => b.asset)]);
  return [...assets].flatMap((asset) => {
    const ours = expected.get(asset) ?? Decimal.zero;
    const theirs = venue.balances.find((b) => b.asset === asset)?.total ?? Decimal.zero;
    const off = theirs.minus(ours);
    if (!off.abs().greaterThan(ours.abs().times(BALANCE_TOLERANCE))) return [];
    const refusal = off.isNegative() ? `${asset}: ${off.abs()} less than fills and fees come to` : null;
    const discrepancy: Discrepancy = {
      ...{ class: 'D9', instrument: null, clientOrderId: null, subject: `balance ${asset}`, action: 'none' },
      ...{ evidence: [`the venue says ${theirs}`], before: `${ours}`, after: `${ours}`, refusal },
    };
    return [discrepancy];
  });
}

function book(balances: Map<string, Decimal>, fill: Fill, { base, quote }: Instrument): void {
  const add = (asset: string, amount: Decimal) =>
    balances.set(asset, (balances.get(asset) ?? Decimal.zero).plus(amount));
  const cost = fill.quantity.times(fill.price);
  const isBuy = fill.side === 'buy';
  add(base, isBuy ? fill.quantity : fill.quantity.negated());
  add(quote, isBuy ? cost.negated() : cost);
  add(fill.feeAsset, fill.fee.negated());
}
