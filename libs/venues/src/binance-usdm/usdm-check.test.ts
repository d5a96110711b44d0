// What `algo venue check binance-usdm` finds, at the exchange's stand-in.
import { expect, test } from 'vitest';
import { checkMarket } from '../binance/account-check.ts';
import { ApiKey } from '../binance/api-key.ts';
import { usdmUnderTest } from './testing/usdm-under-test.ts';
import { checkedUsdm } from './usdm-check.ts';
import { UsdmLink } from './usdm-link.ts';

type House = Awaited<ReturnType<typeof usdmUnderTest>>;

async function checked({ exchange, parts }: House, key: Partial<Parameters<typeof exchange.addKey>[1]> = {}) {
  exchange.addKey('one', { apiKey: 'checkKey', secret: 's', ips: ['127.0.0.1'], ...key });
  await using link = new UsdmLink({ ...parts, key: ApiKey.of('checkKey', 's') });
  const checks = await checkMarket(checkedUsdm(link), 'far');
  return checks.map(({ name, result, detail }) => `${name}: ${result}: ${detail}`);
}

test('a good key passes, and the only order that stood was taken back', async () => {
  await using house = await usdmUnderTest();
  expect(await checked(house)).toEqual([
    "time: ok: the clock of this machine is 0 ms from the venue's",
    'rules: ok: 1 symbols have the rules that we keep',
    'rights of the key: ok: it may read and trade futures, not withdraw, and from its addresses alone',
    expect.stringMatching(/^balances: ok: \d+ assets$/),
    'positions: ok: 0 instruments',
    'open orders: ok: 0 orders',
    expect.stringMatching(
      /^setup of the account: ok: one-way mode; binance\.perp\.LTCUSDT \w+ margin, \d+ x$/,
    ),
    'account stream: ok: it is connected',
    expect.stringMatching(/^an order made to be refused: ok: .*\(-\d+\)$/),
    expect.stringMatching(/^a far order, taken back: ok: .* was placed as \d+ and canceled$/),
  ]);
  expect(house.exchange.truth().orders.map(({ status }) => status)).toEqual(['CANCELED']);
});

test.each([
  ['may withdraw', { rights: { withdrawals: true } }, 'it may withdraw'],
  ['may not trade futures', { rights: { futures: false } }, 'it may not trade futures'],
  ['is bound to no address', { ips: undefined }, 'it may be used from anywhere'],
])('a key that %s is told, and nothing is sent', async (_, key, words) => {
  await using house = await usdmUnderTest();
  expect((await checked(house, key as object)).join('\n')).toContain(words);
  expect(house.exchange.truth().orders).toEqual([]);
});
