import { Decimal } from '@algo/model';
import { type CheckedMarket, Finding } from '../binance/account-check.ts';
import { decimalOf, type Row, rowOf, textOf } from '../binance/rows.ts';
import { UsdmAccountStream } from './usdm-account-stream.ts';
import { linkOfRights, USDM_RIGHT, UsdmExchangeVenue } from './usdm-exchange-venue.ts';
import type { UsdmLink } from './usdm-link.ts';
import { UsdmReads } from './usdm-reads.ts';

/** Returns how an account at USD-M futures is looked at. */
export function checkedUsdm(link: UsdmLink): CheckedMarket {
  const reads = new UsdmReads(link);
  const rightsLink = linkOfRights(link);
  return {
    ...{ link, rightsLink, reads, venue: new UsdmExchangeVenue(link) },
    right: USDM_RIGHT,
    ...{ rulesPath: '/fapi/v1/exchangeInfo', rulesWeight: 1, notionalField: 'notional' },
    // Nearer than at spot: the price band of a contract is some hundredths wide.
    ...{ farShare: Decimal.of('0.96'), refusedBy: [-1013, -4016, -4024, -4164], needs: needsOf },
    openStream: () => new UsdmAccountStream(link),
    price: async (symbol) => {
      const { body } = await link.read('/fapi/v1/premiumIndex', { symbol }, 1, 'look_up');
      return decimalOf(rowOf(body), 'markPrice');
    },
    async setup() {
      const { positionMode, instruments, objections } = (await reads.setup('look_up')).value;
      if (positionMode === 'hedge')
        throw new Finding('the account is in hedge mode', 'Set it to one-way mode at the venue.');
      if (objections.length > 0) throw new Finding(objections.join(' '), '');
      const each = instruments.map(
        ({ instrument, leverage, marginMode }) => `${instrument} ${marginMode} margin, ${leverage} x`,
      );
      return ['one-way mode', ...each].join('; ');
    },
  };
}

function needsOf(row: Row): readonly (readonly [what: string, holds: boolean])[] {
  const lists = (field: string, word: string) => Array.isArray(row[field]) && row[field].includes(word);
  return [
    ['is not trading', textOf(row, 'status') === 'TRADING'],
    ['is no perpetual contract', textOf(row, 'contractType') === 'PERPETUAL'],
    ['takes no STOP_MARKET', lists('orderTypes', 'STOP_MARKET')],
    ['takes no GTX', lists('timeInForce', 'GTX')],
  ];
}
