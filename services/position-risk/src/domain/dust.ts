import {
  Decimal,
  type DustChanged,
  type Instrument,
  isDust,
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

/** Decimal places of the average price of what joined. */
const AVERAGE_PLACES = 12;

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

/**
 * Returns what lies as dust once books are corrected upwards to a quantity that no order could close, at a
 * price, with or without dust before; null where it could be closed, or is less than before. *Units*: base,
 * signed; quote. *Shape*: without a strategy where nobody had any.
 */
export function grownDust(
  before: Dust | null,
  quantity: Decimal,
  price: Decimal,
  instrument: Instrument,
): (Omit<Dust, 'strategy'> & Partial<Dust>) | null {
  const lay = before?.quantity ?? Decimal.zero;
  const isMore = lay.isZero() || lay.isPositive() === quantity.isPositive();
  if (!isMore || !quantity.abs().greaterThan(lay.abs()) || !isDust(quantity, price, instrument)) return null;
  const cost = lay.times(before?.price ?? Decimal.zero).plus(quantity.minus(lay).times(price));
  const at = before === null ? price : cost.dividedBy(quantity, AVERAGE_PLACES, 'half-even');
  return { ...before, quantity, price: at, sellFrom: sellableFrom(quantity, instrument) };
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
