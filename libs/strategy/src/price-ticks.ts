import { type FairValueGap, type MarketState, wholeSteps, type Zone } from '@algo/model';

/** A band of prices as whole steps of its instrument's grid. */
export interface TickBand {
  readonly low: number;
  readonly high: number;
}

/** Returns the price of a state in whole steps. */
export function priceTicks({ price, priceStep }: MarketState): number {
  return wholeSteps(price, priceStep);
}

/** Returns the edges of a zone, a gap or a value area in whole steps. */
export function bandTicks(
  { low, high }: Pick<Zone | FairValueGap, 'low' | 'high'>,
  { priceStep }: MarketState,
): TickBand {
  return { low: wholeSteps(low, priceStep), high: wholeSteps(high, priceStep) };
}
