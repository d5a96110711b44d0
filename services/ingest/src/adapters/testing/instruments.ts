import { Decimal, type Instrument, instrumentId, instrumentParts, type Market } from '@algo/model';

/** Returns an instrument of this name with ordinary rules. */
export function instrument(name: string): Instrument {
  const id = instrumentId(name);
  const { venue, market, symbol } = instrumentParts(id);
  return {
    id,
    venue,
    market: market as Market,
    symbol,
    base: 'A',
    quote: 'B',
    assetClass: 'regular',
    priceTick: Decimal.of('0.01'),
    quantityStep: Decimal.of('0.001'),
    minQuantity: Decimal.of('0.001'),
    minNotional: Decimal.of('5'),
    minNotionalBindsExits: true,
  };
}
