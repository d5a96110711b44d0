import type { AccountLink } from '../binance/account-link.ts';
import { BinanceExchangeVenue } from '../binance/exchange-venue.ts';
import { READS_SETTLE_MS } from '../binance/kept-fills.ts';
import { KeyRights, type TradingRight } from '../binance/key-rights.ts';
import { SpotLink } from '../binance-spot/spot-link.ts';
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
  readsSettleMs: READS_SETTLE_MS,
};

/** What a key needs to trade here. */
export const USDM_RIGHT: TradingRight = { flag: 'enableFutures', words: 'futures' };

/** The rights of a key are told by spot's host alone. */
const HOST = 'https://fapi.binance.com';
const SPOT_HOST = 'https://api.binance.com';

/** Returns over which link the rights of a key are told: one of its own at the exchange's own address. */
export function linkOfRights(link: UsdmLink): AccountLink {
  const { parts } = link;
  return parts.restUrl === HOST ? new SpotLink({ ...parts, restUrl: SPOT_HOST, instruments: [] }) : link;
}

/** Orders and reads of an account at Binance's USD-M futures. */
export class UsdmExchangeVenue extends BinanceExchangeVenue {
  constructor(link: UsdmLink) {
    const reads = new UsdmReads(link);
    const writes = new UsdmWrites(link, reads);
    const rightsLink = linkOfRights(link);
    const rights = new KeyRights(rightsLink, USDM_RIGHT, rightsLink !== link);
    super({ name: 'binance-usdm', capabilities: USDM_CAPABILITIES, link, writes, reads, rights });
  }
}
