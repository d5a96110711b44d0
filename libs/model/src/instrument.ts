import type { Decimal } from './decimal.ts';
import { type InstrumentId, instrumentId } from './ids.ts';

/** What kind of book an instrument trades on. */
export type Market = 'spot' | 'perp' | 'dex' | 'forex';
/** How wild it is; meme tokens get wider stops. */
export type AssetClass = 'regular' | 'meme';

/**
 * What can be traded and by which rules the venue takes orders for it.
 * *Units*: `priceTick` quote per base; `quantityStep`, `minQuantity` base; `minNotional` quote.
 */
export interface Instrument {
  readonly id: InstrumentId;
  readonly venue: string;
  readonly market: Market;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly assetClass: AssetClass;
  readonly priceTick: Decimal;
  readonly quantityStep: Decimal;
  readonly minQuantity: Decimal;
  readonly minNotional: Decimal;
  /**
   * The venue holds orders that only reduce to the least notional too, so that what is worth less is dust.
   * Where it says that it doesn't, a refusal may still show that it does.
   */
  readonly minNotionalBindsExits: boolean;
}

/** Returns the parts of an instrument id. */
export function instrumentParts(id: InstrumentId): { venue: string; market: string; symbol: string } {
  const [venue, market, symbol] = id.split('.') as [string, string, string];
  return { venue, market, symbol };
}

/** Returns the venue of an instrument. */
export function venueOf(id: InstrumentId): string {
  return id.slice(0, id.indexOf('.'));
}

/** Returns the id of the instrument that a venue lists on a market under a symbol. */
export function instrumentIdOf(venue: string, market: string, symbol: string): InstrumentId {
  return instrumentId(`${venue}.${market}.${symbol}`);
}
