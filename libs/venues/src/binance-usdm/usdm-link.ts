import { AccountLink, type AccountMarket, type AccountParts } from '../binance/account-link.ts';
import { USDM_TABLE } from './usdm-codes.ts';
import { BINANCE_USDM } from './usdm-market.ts';

const USDM: AccountMarket = {
  market: BINANCE_USDM.market,
  weightPerMinute: BINANCE_USDM.weightPerMinute,
  orderLimits: { '10S': 300, '1M': 1_200 },
  timePath: '/fapi/v1/time',
  table: USDM_TABLE,
};

/** What orders, reads and the account stream of one account at USD-M share. */
export class UsdmLink extends AccountLink {
  constructor(parts: AccountParts) {
    super(parts, USDM);
  }
}
