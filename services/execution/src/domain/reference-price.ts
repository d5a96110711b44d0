import { Decimal, type Instrument, type TimeUs } from '@algo/model';

/** The last trade of an instrument, as exact as the instrument's own prices. *Units*: quote per base. */
export interface ReferencePrice {
  readonly price: Decimal;
  readonly timeUs: TimeUs;
}

/**
 * Returns a reference from a market price, or null if the price can't be one:
 * a NaN, zero or negative price must age the market, never steer an order.
 */
export function referencePrice(instrument: Instrument, price: number, timeUs: TimeUs): ReferencePrice | null {
  if (!Number.isFinite(price) || price <= 0) return null;
  const exact = Decimal.fromNumber(price, instrument.priceTick.scale);
  return exact.isPositive() ? { price: exact, timeUs } : null;
}
