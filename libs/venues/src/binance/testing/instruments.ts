import { Decimal, type Instrument, instrumentId, instrumentParts, type Market } from '@algo/model';

/** Returns an instrument of this name with plain rules. */
export function instrument(name: string): Instrument {
  const id = instrumentId(name);
  const { venue, market, symbol } = instrumentParts(id);
  const one = Decimal.of('1');
  const rules = {
    priceTick: one,
    quantityStep: one,
    minQuantity: one,
    minNotional: one,
    minNotionalBindsExits: true,
  };
  return {
    id,
    venue,
    market: market as Market,
    symbol,
    base: 'A',
    quote: 'B',
    assetClass: 'regular',
    ...rules,
  };
}
