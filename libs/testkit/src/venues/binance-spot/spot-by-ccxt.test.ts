// A client that others wrote and use against the real exchange reads and trades here.

import ccxt from 'ccxt';
import { expect, test } from 'vitest';
import { redirected } from '../binance-account/testing/redirected.ts';
import { SECRET_KEY, spotHouse } from './testing/spot-house.ts';

/** Returns ccxt's client of the spot exchange, whose every address is the stand-in's. */
function clientOn(restUrl: string, nowMs: () => number) {
  const client = new ccxt.binance({
    ...{ apiKey: SECRET_KEY.apiKey, secret: SECRET_KEY.secret, enableRateLimit: false },
    options: {
      ...{ defaultType: 'spot', fetchCurrencies: false, fetchMargins: false, maxRetriesOnFailure: 0 },
      fetchMarkets: { types: ['spot'] },
    },
  });
  client.urls.api = redirected(client.urls.api, restUrl);
  client.nonce = nowMs;
  return client;
}

test('ccxt reads rules, account, orders and trades, and finds its own', async () => {
  await using house = await spotHouse();
  house.exchange.flow('LTCUSDT', [{ price: '83.50', quantity: '1', isBuyerMaker: false }]);
  const client = clientOn(house.exchange.restUrl, () => house.clock.nowMs());
  const market = (await client.loadMarkets())['LTC/USDT'];
  expect(market).toMatchObject({ active: true, precision: { price: 0.01, amount: 0.001 } });
  const mine = { clientOrderId: 'mine' };
  const placed = await client.createOrder('LTC/USDT', 'limit', 'buy', 2, 80, mine);
  expect(placed).toMatchObject({ status: 'open', clientOrderId: 'mine', remaining: 2 });
  expect(await client.fetchBalance()).toMatchObject({ USDT: { free: 9_840, used: 160, total: 10_000 } });
  house.exchange.flow('LTCUSDT', [{ price: '80', quantity: '0.5', isBuyerMaker: true }]);
  const [open] = await client.fetchOpenOrders('LTC/USDT');
  expect(open).toMatchObject({ status: 'open', filled: 0.5, average: 80 });
  const [fill] = await client.fetchMyTrades('LTC/USDT');
  expect(fill).toMatchObject({ order: '1', amount: 0.5, takerOrMaker: 'maker', fee: { currency: 'LTC' } });
  expect(await client.cancelOrder('1', 'LTC/USDT')).toMatchObject({ status: 'canceled', filled: 0.5 });
  expect(await client.fetchOrder('1', 'LTC/USDT')).toMatchObject({ status: 'canceled', remaining: 1.5 });
  const taken = await client.createOrder('LTC/USDT', 'market', 'sell', 1);
  expect(taken).toMatchObject({ status: 'closed', filled: 1, fee: { currency: 'USDT' } });
  expect((await client.fetchOrders('LTC/USDT')).map(({ id }) => id)).toEqual(['1', '2']);
});

test('ccxt tells refusals apart by what is said', async () => {
  await using house = await spotHouse();
  house.exchange.flow('LTCUSDT', [{ price: '83.50', quantity: '1', isBuyerMaker: false }]);
  const client = clientOn(house.exchange.restUrl, () => house.clock.nowMs());
  await client.loadMarkets();
  const refused = async (act: Promise<unknown>) => (await act.catch((error: Error) => error)) as Error;
  expect(await refused(client.createOrder('LTC/USDT', 'limit', 'buy', 1_000, 80))).toBeInstanceOf(
    ccxt.InsufficientFunds,
  );
  expect(await refused(client.fetchOrder('99', 'LTC/USDT'))).toBeInstanceOf(ccxt.OrderNotFound);
  client.nonce = () => house.clock.nowMs() - 60_000;
  expect(await refused(client.fetchBalance())).toBeInstanceOf(ccxt.InvalidNonce);
  client.nonce = () => house.clock.nowMs();
  client.secret = 'wrong';
  expect(await refused(client.fetchBalance())).toBeInstanceOf(ccxt.AuthenticationError);
});
