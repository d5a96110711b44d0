import type { AccountSetup, ContractSetup } from '@algo/model';
import type { Rows } from '../binance/account-link.ts';
import type { Purpose } from '../binance/request-budget.ts';
import { flagOf, oneOf, rowOf, rowsOf, textOf, wholeOf } from '../binance/rows.ts';
import type { UsdmLink } from './usdm-link.ts';

/** The exchange's own leverage of a new account: what is above it was chosen, and must be chosen here too. */
export const LEVERAGE_MAX = 20;

const MARGIN_MODES = { ISOLATED: 'isolated', CROSSED: 'cross' } as const;

/** Returns how an account is set up, with what stands against trading it. *Errors*: as each read. */
export async function usdmSetup(link: UsdmLink, purpose: Purpose): Promise<Rows<AccountSetup>> {
  const { body, asOfUs } = await link.read('/fapi/v1/accountConfig', {}, 5, purpose);
  const config = await link.read('/fapi/v1/symbolConfig', {}, 5, purpose);
  const account = rowOf(body);
  const listed = new Map(rowsOf(config.body).map((row) => [textOf(row, 'symbol'), row]));
  const instruments = link.instruments.flatMap(({ id, symbol }): readonly ContractSetup[] => {
    const row = listed.get(symbol);
    if (row === undefined) return [];
    const marginMode = oneOf(row, 'marginType', MARGIN_MODES);
    return [{ instrument: id, marginMode, leverage: wholeOf(row, 'leverage') }];
  });
  const { leverageMax = LEVERAGE_MAX } = link.parts;
  const objections = [
    ...(flagOf(account, 'canTrade') ? [] : ['the account may not trade: ask the venue why.']),
    ...(flagOf(account, 'multiAssetsMargin')
      ? ['the account is in multi-assets mode. Set it to single-asset mode at the venue.']
      : []),
    ...instruments.filter(({ leverage }) => leverage > leverageMax).map((one) => tooHigh(one, leverageMax)),
  ];
  const positionMode = flagOf(account, 'dualSidePosition') ? 'hedge' : 'one_way';
  return { value: { positionMode, shortSpot: false, instruments, objections }, asOfUs };
}

function tooHigh({ instrument, leverage }: ContractSetup, most: number): string {
  return (
    `the leverage of ${instrument} is ${leverage}, above leverage_max ${most}. ` +
    'Set it lower at the venue, or the limit higher in the file of exchanges.'
  );
}
