import { BinanceExchangeVenue } from '../binance/exchange-venue.ts';
import type { VenueCapabilities } from '../port.ts';
import type { UsdmLink } from './usdm-link.ts';
import { UsdmReads } from './usdm-reads.ts';
import { UsdmWrites } from './usdm-writes.ts';

/** What USD-M can do and prove. */
export const USDM_CAPABILITIES: VenueCapabilities = {
  fillIds: true,
  reduceOnly: true,
  stopTrigger: 'last',
  clientIdLookUp: true,
  // Look-ups come from memory that may lag; no document gives a bound, so this is our choice.
  readsSettleMs: 10_000,
};

/** Orders and reads of an account at Binance's USD-M futures. */
export class UsdmExchangeVenue extends BinanceExchangeVenue {
  constructor(link: UsdmLink) {
    const reads = new UsdmReads(link);
    const writes = new UsdmWrites(link, reads);
    super({ name: 'binance-usdm', capabilities: USDM_CAPABILITIES, link, writes, reads });
  }
}
