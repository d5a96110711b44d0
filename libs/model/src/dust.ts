import type { Decimal } from './decimal.ts';
import type { Instrument } from './instrument.ts';
import { MARKET_TRAITS } from './market-traits.ts';

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
  const { quantityStep, minQuantity, minNotional, market } = instrument;
  const size = quantity.abs().toStep(quantityStep, 'down');
  if (!size.isPositive() || size.lessThan(minQuantity)) return { quantity: size, below: 'minQuantity' };
  const isBound = mark !== null && MARKET_TRAITS[market].minNotionalBindsExits;
  if (isBound && size.times(mark).lessThan(minNotional)) return { quantity: size, below: 'minNotional' };
  return { quantity: size, below: null };
}

/** Returns true when no legal order could close a quantity. *Units*: as closingSize. */
export function isDust(quantity: Decimal, mark: Decimal | null, instrument: Instrument): boolean {
  return closingSize(quantity, mark, instrument).below !== null;
}
