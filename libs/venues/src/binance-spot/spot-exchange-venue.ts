import { BinanceExchangeVenue } from '../binance/exchange-venue.ts';
import { KeptFills, READS_SETTLE_MS } from '../binance/kept-fills.ts';
import { KeyRights, type TradingRight } from '../binance/key-rights.ts';
import type { VenueCapabilities } from '../port.ts';
import { spotCashSince } from './spot-cash.ts';
import { SpotFills } from './spot-fills.ts';
import type { SpotLink } from './spot-link.ts';
import { SpotReads } from './spot-reads.ts';
import { SpotWrites } from './spot-writes.ts';

/** What spot can do and prove. */
export const SPOT_CAPABILITIES: VenueCapabilities = {
  fillIds: true,
  reduceOnly: false,
  stopTrigger: 'last',
  clientIdLookUp: true,
  readsSettleMs: READS_SETTLE_MS,
};

/** What a key needs to trade here. */
export const SPOT_RIGHT: TradingRight = { flag: 'enableSpotAndMarginTrading', words: 'on spot' };

/** Orders and reads of an account at Binance's spot market. */
export class SpotExchangeVenue extends BinanceExchangeVenue {
  constructor(link: SpotLink) {
    const reads = new SpotReads(link);
    const fills = new SpotFills(link, reads);
    const kept = new KeptFills(link, fills);
    super({
      ...{ name: 'binance-spot', capabilities: SPOT_CAPABILITIES, link, writes: new SpotWrites(link) },
      rights: new KeyRights(link, SPOT_RIGHT),
      reads: {
        order: (ref) => reads.order(ref),
        openOrders: (symbol, purpose) => reads.openOrders(symbol, purpose),
        heldOf: (ref) => reads.heldOf(ref),
        fillsOf: (symbol, sinceUs) => fills.ofSymbol(symbol, sinceUs),
        fillsSince: (sinceUs) => kept.since(sinceUs),
        positions: (purpose) => reads.positions(purpose),
        balances: (purpose) => reads.balances(purpose),
        setup: (purpose) => reads.setup(purpose),
        cashSince: (sinceUs) => spotCashSince(link, sinceUs),
      },
    });
  }
}
