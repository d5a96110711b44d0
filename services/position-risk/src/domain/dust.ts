import {
  Decimal,
  type DustChanged,
  type Instrument,
  type StrategyName,
  sellableFrom,
  type TimeUs,
} from '@algo/model';
import type { Lot } from './holding.ts';
import type { GuardedBy } from './position-guard.ts';

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
  readonly made: Made;
}
type Made = Pick<DustChanged, 'realized' | 'fees'>;

/** A change of dust that realises nothing. */
export const NOTHING: Made = { realized: Decimal.zero, fees: Decimal.zero };

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

/** Returns what dust would gain at a price. *Units*: quote. */
export function unrealizedOfDust({ quantity, price }: Dust, mark: Decimal): Decimal {
  return mark.minus(price).times(quantity);
}

/** Returns the fact that dust is now so much. */
export function dustFact(
  { account, instrument: { id: instrument } }: GuardedBy,
  { strategy, quantity, price }: Dust,
  cause: DustChanged['cause'],
  made: Made,
  timeUs: TimeUs,
): DustChanged {
  return { type: 'DustChanged', account, instrument, strategy, cause, quantity, price, ...made, timeUs };
}
