import { type Decimal, type Instrument, type StrategyName, sellableFrom } from '@algo/model';
import type { Lot } from './holding.ts';

/**
 * What a position left that no order could close. *Units*: `quantity` base, signed; `price` quote, at which
 * it was set aside; `sellFrom` quote, the price from which an order could close it, Infinity if none does.
 */
export interface Dust {
  readonly strategy: StrategyName;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly sellFrom: number;
}

/** What a lot the other way left of dust, and what that made. *Units*: quote. */
export interface DustEnd {
  readonly left: Dust;
  readonly made: { readonly realized: Decimal; readonly fees: Decimal };
}

/** Returns what a lot the other way leaves of dust. *Shape*: the lot is at most as large as the dust. */
export function endDust(
  dust: Dust,
  { quantity: taken, price, fee: fees }: Lot,
  instrument: Instrument,
): DustEnd {
  const isLong = dust.quantity.isPositive();
  const quantity = isLong ? dust.quantity.minus(taken) : dust.quantity.plus(taken);
  const gain = price.minus(dust.price).times(taken);
  return {
    left: { ...dust, quantity, sellFrom: sellableFrom(quantity, instrument) },
    made: { realized: isLong ? gain : gain.negated(), fees },
  };
}
