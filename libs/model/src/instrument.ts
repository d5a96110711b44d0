import type { Decimal } from './decimal.ts';
import { type InstrumentId, instrumentId } from './ids.ts';
import { InputError } from './input-error.ts';
import { onceForEach } from './once-for-each.ts';
import { symbolToken } from './symbol-token.ts';

/** What kind of book an instrument trades on. */
export type Market = 'spot' | 'perp' | 'dex' | 'forex';
/** How wild it is; meme tokens get wider stops. */
export type AssetClass = 'regular' | 'meme';

/** Whether the exchange takes orders for it: not now, or never again. */
export const LISTINGS = ['trading', 'suspended', 'delisted'] as const;
export type Listing = (typeof LISTINGS)[number];

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
  /** As the exchange says; left out where no exchange lists its instruments: it is traded then. */
  readonly listing?: Listing;
}

/** Returns the parts of an instrument id. */
export function instrumentParts(id: InstrumentId): { venue: string; market: string; symbol: string } {
  const [venue, market] = id.split('.', 2) as [string, string];
  return { venue, market, symbol: id.slice(venue.length + market.length + 2) };
}

/** Returns the venue of an instrument. */
export const venueOf = onceForEach((id: InstrumentId) => id.slice(0, id.indexOf('.')));

/** Returns an instrument as the three tokens that stand in subjects. */
export const instrumentToken = onceForEach((id: InstrumentId) => {
  const { venue, market, symbol } = instrumentParts(id);
  return `${venue}.${market}.${symbolToken(symbol)}`;
});

/**
 * *Errors*: InputError naming two instruments whose folders are one on a disk that doesn't tell capital
 * letters from small ones.
 */
export function refuseSameFolders(ids: Iterable<InstrumentId>): void {
  const known = new Map<string, InstrumentId>();
  for (const id of ids) {
    const folder = instrumentToken(id).toLowerCase();
    const other = known.get(folder);
    if (other !== undefined && other !== id)
      throw new InputError({
        field: 'instrument',
        value: id,
        because: `its folder is that of ${other} on a disk that doesn't tell capital letters from small ones`,
        remedy: 'Trade one of the two, or each with an engine and a data directory of its own.',
      });
    known.set(folder, id);
  }
}

/** Returns the id of the instrument that a venue lists on a market under a symbol. */
export function instrumentIdOf(venue: string, market: string, symbol: string): InstrumentId {
  return instrumentId(`${venue}.${market}.${symbol}`);
}
