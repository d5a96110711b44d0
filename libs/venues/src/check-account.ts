import { InputError } from '@algo/model';
import { type AccountCheck, type CheckDepth, checkMarket } from './binance/account-check.ts';
import { checkedSpot } from './binance-spot/spot-check.ts';
import { checkedUsdm } from './binance-usdm/usdm-check.ts';
import { spotLink, usdmLink, type VenueParts } from './open-venue.ts';

export type { AccountCheck, CheckDepth } from './binance/account-check.ts';

/** What a check needs beside what an exchange is opened with: how far it goes. */
export type CheckParts = VenueParts & { readonly depth: CheckDepth };

const CHECKS: Readonly<Record<string, (parts: CheckParts) => Promise<readonly AccountCheck[]>>> = {
  async 'binance-spot'(parts) {
    await using link = spotLink(parts);
    return await checkMarket(checkedSpot(link), parts.depth);
  },
  async 'binance-usdm'(parts) {
    await using link = usdmLink(parts);
    const market = checkedUsdm(link);
    try {
      return await checkMarket(market, parts.depth);
    } finally {
      // At the exchange's own address the rights are told by another host, over a link of its own.
      if (market.rightsLink !== link) await market.rightsLink[Symbol.asyncDispose]();
    }
  },
};

/** The exchanges whose accounts can be looked at. */
export const CHECKED_EXCHANGES: readonly string[] = Object.keys(CHECKS);

/**
 * Looks whether an account can be traded at an exchange. *Errors*: InputError that lists the known ones, or
 * says what is wrong with a key.
 */
export function checkAccount(exchange: string, parts: CheckParts): Promise<readonly AccountCheck[]> {
  if (Object.hasOwn(CHECKS, exchange)) return CHECKS[exchange]!(parts);
  throw new InputError({
    ...{
      field: 'venue',
      value: exchange,
      because: `there is no check of that name (${CHECKED_EXCHANGES.join(', ')})`,
    },
    remedy: 'Choose one of these.',
  });
}
