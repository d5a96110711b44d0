import { Decimal, type Instrument, instrumentId, instrumentParts, type Market } from '@algo/model';

/** Steps of an instrument that the catalog doesn't know: they become as fine as its trades. */
const UNKNOWN_STEP = Decimal.of('1');

/**
 * Returns an instrument that the catalog doesn't know as its id tells it: nobody can trade it. *Errors*:
 * InputError on what is no id.
 */
export function unknownInstrument(text: string): Instrument {
  const id = instrumentId(text);
  const { venue, market, symbol } = instrumentParts(id);
  return {
    ...{ id, venue, market: market as Market, symbol, base: symbol, quote: '', assetClass: 'regular' },
    ...{ priceTick: UNKNOWN_STEP, quantityStep: UNKNOWN_STEP, minQuantity: UNKNOWN_STEP },
    ...{ minNotional: UNKNOWN_STEP, minNotionalBindsExits: false },
  };
}
