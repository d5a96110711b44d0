// A client that others wrote and use against the real exchange reads and trades here.

import ccxt from 'ccxt';
import { expect, test } from 'vitest';
import { redirected } from '../binance-account/testing/redirected.ts';
import { USDM_KEY, usdmHouse } from './testing/usdm-house.ts';

test('ccxt reads account, positions, orders and trades, and places conditional orders', async () => {
  await using house = await usdmHouse();
  const client = new ccxt.binanceusdm({
    ...{ apiKey: USDM_KEY.apiKey, secret: USDM_KEY.secret, enableRateLimit: false },
    options: { fetchCurrencies: false, fetchMargins: false, fetchMarkets: { types: ['linear'] } },
  });
  client.urls.api = redirected(client.urls.api, house.exchange.restUrl);
  client.nonce = () => house.clock.nowMs();
  const symbol = 'LTC/USDT:USDT';
  expect((await client.loadMarkets())[symbol]).toMatchObject({
    active: true,
    precision: { price: 0.01, amount: 0.001 },
  });
  const bought = await client.createOrder(symbol, 'market', 'buy', 2, undefined, { clientOrderId: 'mine' });
  expect(bought).toMatchObject({ id: '1', clientOrderId: 'mine' });
  expect(await client.fetchOrder('1', symbol)).toMatchObject({ status: 'closed', filled: 2, average: 100 });
  const positions = await client.fetchPositions([symbol]);
  expect(positions).toMatchObject([{ side: 'long', contracts: 2, entryPrice: 100 }]);
  expect(await client.fetchBalance()).toMatchObject({ USDT: { total: 999.9 } });
  const guard = { stopLossPrice: 95, reduceOnly: true, clientOrderId: 'guard' };
  const placed = await client.createOrder(symbol, 'market', 'sell', 2, undefined, guard);
  expect(placed).toMatchObject({ id: '1000001', clientOrderId: 'guard' });
  expect(await client.fetchOpenOrders(symbol, undefined, undefined, { trigger: true })).toHaveLength(1);
  house.exchange.flow('LTCUSDT', [{ price: '95', quantity: '1', isBuyerMaker: true }]);
  const trades = await client.fetchMyTrades(symbol);
  expect(trades.map(({ side, amount }) => [side, amount])).toEqual([
    ['buy', 2],
    ['sell', 2],
  ]);
  expect(await client.fetchPositions([symbol])).toEqual([]);
});
