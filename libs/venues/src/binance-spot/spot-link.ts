import { AccountLink, type AccountMarket, type AccountParts } from '../binance/account-link.ts';
import { SPOT_ORDER_LIMITS } from '../binance/order-counts.ts';
import { SPOT_TABLE } from './spot-codes.ts';
import { BINANCE_SPOT } from './spot-market.ts';

const SPOT: AccountMarket = {
  market: BINANCE_SPOT.market,
  weightPerMinute: BINANCE_SPOT.weightPerMinute,
  orderLimits: SPOT_ORDER_LIMITS,
  timePath: '/api/v3/time',
  table: SPOT_TABLE,
};

/** What orders, reads and the account stream of one account at spot share. */
export class SpotLink extends AccountLink {
  constructor(parts: AccountParts) {
    super(parts, SPOT);
  }
}
