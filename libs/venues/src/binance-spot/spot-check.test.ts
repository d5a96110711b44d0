// What `algo venue check binance-spot` finds, with good and bad keys, at the exchange's stand-in.
import { expect, test } from 'vitest';
import { type CheckDepth, checkMarket } from '../binance/account-check.ts';
import { ApiKey } from '../binance/api-key.ts';
import { checkedSpot } from './spot-check.ts';
import { SpotLink } from './spot-link.ts';
import { spotInstrument, spotOnStandIn } from './testing/spot-on-stand-in.ts';

const checkSpot = (link: SpotLink, depth: CheckDepth) => checkMarket(checkedSpot(link), depth);

type House = Awaited<ReturnType<typeof spotOnStandIn>>;

test('a good key passes, without an order that could be filled', async () => {
  await using house = await spotOnStandIn();
  const checks = await checkSpot(house.link, 'refused');
  expect(checks.map(({ name, result, detail }) => `${name}: ${result}: ${detail}`)).toEqual([
    "time: ok: the clock of this machine is 0 ms from the venue's",
    'rules: ok: 1 symbols have the rules that we keep',
    'rights of the key: ok: it may read and trade on spot, not withdraw, and from its addresses alone',
    'balances: ok: 2 assets',
    'positions: ok: 1 instruments',
    'open orders: ok: 0 orders',
    'account stream: ok: it is connected',
    expect.stringMatching(/^an order made to be refused: ok: Filter failure: .* \(-1013\)$/),
  ]);
  expect(house.exchange.truth().orders).toEqual([]);
});

test('where it is asked for, a far order is placed and taken back', async () => {
  await using house = await spotOnStandIn();
  const checks = await checkSpot(house.link, 'far');
  expect(checks.at(-1)).toMatchObject({
    ...{
      name: 'a far order, taken back',
      result: 'ok',
      detail: '0.12 LTCUSDT at 41.75 was placed as 1 and canceled',
    },
  });
  expect(house.exchange.truth().orders.map(({ status }) => status)).toEqual(['CANCELED']);
});

/** What is wrong; the link that is looked at; and the sentence that says so, with its remedy. */
const BAD: readonly (readonly [string, (house: House) => SpotLink, string, string])[] = [
  [
    'a key that the venue does not know',
    (house) => withKey(house, 'wrongKey', 'x'),
    'Invalid API-key',
    'not of its testnet',
  ],
  [
    'a key in another form',
    (house) => withKey(house, 'wrong.key', 'x'),
    'API-key format invalid',
    'one line of letters',
  ],
  [
    'the secret of another key',
    (house) => withKey(house, 'hmacKey', 'x'),
    'Signature for this request',
    'Take the secret that',
  ],
  [
    'a key of another address',
    (house) => added(house, { ips: ['10.0.0.1'] }),
    'Invalid API-key',
    'allows the address',
  ],
  [
    'a key that may withdraw',
    (house) => added(house, { rights: { withdrawals: true } }),
    'it may withdraw',
    'Take that right',
  ],
  [
    'a key that is bound to no address',
    (house) => added(house, {}, {}),
    'it may be used from anywhere',
    'Bind it',
  ],
  [
    'a key that may not trade',
    (house) => added(house, { rights: { spotTrading: false } }),
    'it may not trade on spot',
    'Give it the right',
  ],
  [
    'an unknown symbol',
    (house) => new SpotLink({ ...house.parts, instruments: [spotInstrument('NONEUSDT')] }),
    'Invalid symbol',
    'Correct the instruments',
  ],
  [
    'a clock that is off',
    (house) =>
      new SpotLink({
        ...house.parts,
        clock: { ...house.parts.clock, nowMs: () => house.clock.nowMs() - 5_000 },
      }),
    'is -5000 ms from',
    'by NTP',
  ],
  [
    'a proxy that answers HTML',
    (house) =>
      faulty(house, (exchange) =>
        exchange.fault('GET /sapi/v1/account/apiRestrictions', 1, { does: 'html', at: 'before' }),
      ),
    'a page in HTML',
    'Look at',
  ],
  [
    'maintenance',
    (house) => faulty(house, (exchange) => exchange.setMaintenance(true)),
    'maintenance',
    'Look at',
  ],
];

test.each(BAD)(
  '%s is said in a sentence with a remedy, and nothing is sent',
  async (_, bad, words, remedy) => {
    await using house = await spotOnStandIn();
    await using link = bad(house);
    const checks = await checkSpot(link, 'far');
    const failed = checks.filter(({ result }) => result === 'fail');
    expect(failed[0]).toMatchObject({
      ...{ detail: expect.stringContaining(words), remedy: expect.stringContaining(remedy) },
    });
    expect(house.exchange.truth().orders).toEqual([]);
  },
);

function withKey({ parts }: House, name: string, secret: string): SpotLink {
  return new SpotLink({ ...parts, key: ApiKey.of(name, secret) });
}

type Key = Parameters<House['exchange']['addKey']>[1];

function added(house: House, more: Partial<Key>, bound: Partial<Key> = { ips: ['127.0.0.1'] }): SpotLink {
  house.exchange.addKey('one', { apiKey: 'other', secret: 's', ...bound, ...more });
  return withKey(house, 'other', 's');
}

function faulty(house: House, spoil: (exchange: House['exchange']) => void): SpotLink {
  spoil(house.exchange);
  return new SpotLink(house.parts);
}
