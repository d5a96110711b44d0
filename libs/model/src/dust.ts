import { Decimal } from './decimal.ts';
import type { Instrument } from './instrument.ts';

/** It is offered for sale from this much above the venue's minimum on, so that the next print lets it go. */
const ABOVE_MINIMUM = Decimal.of('1.02');

/**
 * The order that would close a quantity. *Units*: base, unsigned, on the instrument's step. *Shape*: `below`
 * names the venue's minimum that it doesn't reach, null when the venue would take it.
 */
export interface ClosingSize {
  readonly quantity: Decimal;
  readonly below: 'minQuantity' | 'minNotional' | null;
}

/**
 * Returns how much of a quantity, long or short, one order could close. *Units*: quantity base, signed; mark
 * quote per base, null when no price is known, and then no notional is too small.
 */
export function closingSize(quantity: Decimal, mark: Decimal | null, instrument: Instrument): ClosingSize {
  const { quantityStep, minQuantity, minNotional, minNotionalBindsExits } = instrument;
  const size = quantity.abs().toStep(quantityStep, 'down');
  if (!size.isPositive() || size.lessThan(minQuantity)) return { quantity: size, below: 'minQuantity' };
  if (mark !== null && minNotionalBindsExits && size.times(mark).lessThan(minNotional))
    return { quantity: size, below: 'minNotional' };
  return { quantity: size, below: null };
}

/** Returns true when no legal order could close a quantity. *Units*: as closingSize. */
export function isDust(quantity: Decimal, mark: Decimal | null, instrument: Instrument): boolean {
  return closingSize(quantity, mark, instrument).below !== null;
}

/** Returns the price from which an order could close a quantity, Infinity if none. *Units*: quote. */
export function sellableFrom(quantity: Decimal, instrument: Instrument): number {
  if (isDust(quantity, null, instrument)) return Infinity;
  const size = quantity.abs().toStep(instrument.quantityStep, 'down');
  return instrument.minNotional
    .times(ABOVE_MINIMUM)
    .dividedBy(size, instrument.priceTick.scale, 'up')
    .toNumber();
}
