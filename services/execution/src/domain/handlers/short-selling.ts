import { MARKET_TRAITS } from '@algo/model';
import { deny, type Handler } from './handler.ts';

/**
 * Denies a short entry where the account can't hold less than nothing: the venue would refuse it, or sell
 * coins that are not ours to trade. Before the account's setup was read, that is any spot.
 */
export const shortSelling: Handler = ({ instrument, shortSpot }, { direction }) => {
  if (direction === 'long' || shortSpot === true || !MARKET_TRAITS[instrument.market].deliversBase)
    return null;
  return deny('NO_SHORT_SELLING', { market: instrument.market, short_spot: `${shortSpot ?? 'unknown'}` });
};
