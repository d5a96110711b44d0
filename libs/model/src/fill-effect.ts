import type { Decimal } from './decimal.ts';
import type { Instrument } from './instrument.ts';
import { MARKET_TRAITS } from './market-traits.ts';
import type { Fill } from './order.ts';

/**
 * What a fill does to what we hold. *Units*: `baseChange` base, signed: below zero is sold; `fee` in
 * `feeAsset`. *Shape*: a fee that was taken in the coin is in `baseChange` already; `fee` is what it cost.
 */
export interface FillEffect {
  readonly baseChange: Decimal;
  readonly fee: Decimal;
  readonly feeAsset: string;
}

/**
 * Returns what a fill does to what we hold. Where the coin itself is delivered, a fee in the coin leaves less
 * of it: a buy of 10 with a fee of 0.01 adds 9.99, a sell of 5 with a fee of 0.005 takes 5.005. Elsewhere,
 * and for an instrument whose rules aren't known, a fee never changes the size.
 */
export function fillEffect(fill: Fill, instrument: Instrument | undefined): FillEffect {
  const { side, quantity, fee, feeAsset } = fill;
  const traded = side === 'buy' ? quantity : quantity.negated();
  const isInKind =
    instrument !== undefined && feeAsset === instrument.base && MARKET_TRAITS[instrument.market].deliversBase;
  return { baseChange: isInKind ? traded.minus(fee) : traded, fee, feeAsset };
}
