import { Decimal } from '@algo/model';
import type { CheckedMarket } from '../binance/account-check.ts';
import { decimalOf, flagOf, type Row, rowOf, textOf } from '../binance/rows.ts';
import { SpotAccountStream } from './spot-account-stream.ts';
import { SPOT_RIGHT, SpotExchangeVenue } from './spot-exchange-venue.ts';
import type { SpotLink } from './spot-link.ts';
import { SpotReads } from './spot-reads.ts';

/** Returns how an account at spot is looked at. */
export function checkedSpot(link: SpotLink): CheckedMarket {
  return {
    ...{ link, rightsLink: link, reads: new SpotReads(link), venue: new SpotExchangeVenue(link) },
    right: SPOT_RIGHT,
    ...{ rulesPath: '/api/v3/exchangeInfo', rulesWeight: 20, notionalField: 'minNotional' },
    ...{ farShare: Decimal.of('0.5'), refusedBy: [-1013], needs: needsOf },
    openStream: () => new SpotAccountStream(link),
    price: async (symbol) => {
      const { body } = await link.read('/api/v3/avgPrice', { symbol }, 2, 'look_up');
      return decimalOf(rowOf(body), 'price');
    },
  };
}

function needsOf(row: Row): readonly (readonly [what: string, holds: boolean])[] {
  const lists = (field: string, word: string) => Array.isArray(row[field]) && row[field].includes(word);
  return [
    ['is not trading', textOf(row, 'status') === 'TRADING'],
    ['takes no STOP_LOSS_LIMIT', lists('orderTypes', 'STOP_LOSS_LIMIT')],
    ['takes no LIMIT_MAKER', lists('orderTypes', 'LIMIT_MAKER')],
    ['takes no cancelReplace', flagOf(row, 'cancelReplaceAllowed')],
    ['knows no EXPIRE_MAKER', lists('allowedSelfTradePreventionModes', 'EXPIRE_MAKER')],
    ['knows no EXPIRE_TAKER', lists('allowedSelfTradePreventionModes', 'EXPIRE_TAKER')],
  ];
}
