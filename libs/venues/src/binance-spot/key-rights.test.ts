// What stands against trading with a key, as the setup of the account tells it at each comparison.
import type { AccountSetup } from '@algo/model';
import { expect, test } from 'vitest';
import { ApiKey } from '../binance/api-key.ts';
import { SpotExchangeVenue } from './spot-exchange-venue.ts';
import { SpotLink } from './spot-link.ts';
import { ACCOUNT, answered, spotOnStandIn } from './testing/spot-on-stand-in.ts';

type House = Awaited<ReturnType<typeof spotOnStandIn>>;
const RIGHTS = 'GET /sapi/v1/account/apiRestrictions';
const objections = async ({ venue }: Pick<House, 'venue'>) =>
  (await answered<AccountSetup>((done) => venue.setup(ACCOUNT, done))).objections;
const minutes = ({ clock }: House, count: number) => clock.advance(count * 60_000);

test('a key that may withdraw, or be used from anywhere, stands against trading', async () => {
  await using house = await spotOnStandIn();
  house.exchange.addKey('one', { apiKey: 'other', secret: 's', rights: { withdrawals: true } });
  const link = new SpotLink({ ...house.parts, key: ApiKey.of('other', 's') });
  await using venue = new SpotExchangeVenue(link);
  await link.time.ready();
  expect(await objections({ venue })).toEqual([
    'the key of the account: it may withdraw. Take that right from it: whoever steals it takes all.',
    'the key of the account: it may be used from anywhere. Bind it to the address of this machine.',
  ]);
});

test('silence about the rights stands against trading, and is asked about again', async () => {
  await using house = await spotOnStandIn();
  house.exchange.fault(RIGHTS, 1, { does: 'html', at: 'before' });
  expect(await objections(house)).toEqual([
    expect.stringContaining('the rights of the key were not told: /sapi/v1/account/apiRestrictions'),
  ]);
  expect(await objections(house)).toEqual([]);
});

test('what was told stands for ten minutes, and for a day where nothing is told any more', async () => {
  await using house = await spotOnStandIn();
  const asked = () => house.exchange.journal.of(RIGHTS).length;
  const fails = () => house.exchange.fault(RIGHTS, 1, { does: 'html', at: 'before' });
  expect([await objections(house), asked()]).toEqual([[], 1]);
  minutes(house, 9);
  expect([await objections(house), asked()]).toEqual([[], 1]);
  minutes(house, 2);
  fails();
  expect([await objections(house), asked()]).toEqual([[], 2]);
  minutes(house, 24 * 60);
  fails();
  expect(await objections(house)).toEqual([expect.stringContaining('were not told')]);
});
