// Orders of the spot stand-in, end to end over its wire; sums by hand.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SignedClient } from '../binance-account/testing/signed-client.ts';
import { limit, spotHouse } from './testing/spot-house.ts';

const PRINT = { price: '83.50', quantity: '1', isBuyerMaker: false };

test('a market order takes what is quoted, pays in what it gets, and is on the tape', async () => {
  await using house = await spotHouse();
  house.exchange.flow('LTCUSDT', [PRINT]);
  house.exchange.quote(
    'LTCUSDT',
    [['83.49', '5']],
    [
      ['83.50', '1'],
      ['83.60', '5'],
    ],
  );
  const { status, body, headers } = await house.order({ side: 'BUY', type: 'MARKET', quantity: '2' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ status: 'FILLED', executedQty: '2.00000000', cummulativeQuoteQty: '167.10000000' },
    fills: [
      {
        price: '83.50000000',
        qty: '1.00000000',
        commission: '0.00100000',
        commissionAsset: 'LTC',
        tradeId: 2,
      },
      { price: '83.60000000', qty: '1.00000000', commission: '0.00100000', tradeId: 3 },
    ],
  });
  expect(headers.get('x-mbx-order-count-10s')).toBe('0');
  const { body: account } = await house.client.ask('GET', '/api/v3/account');
  expect(account.balances).toEqual([
    { asset: 'LTC', free: '101.99800000', locked: '0.00000000' },
    { asset: 'USDT', free: '9832.90000000', locked: '0.00000000' },
  ]);
  const { body: trades } = await house.client.raw('GET', '/api/v3/trades?symbol=LTCUSDT');
  expect(trades.map(({ id, price }: Record<string, unknown>) => [id, price])).toEqual([
    [1, '83.50000000'],
    [2, '83.50000000'],
    [3, '83.60000000'],
  ]);
});

test('who listens to the market hears the account trade: one tape, one order of ids', async () => {
  await using house = await spotHouse();
  const feed = new WebSocket(`${house.exchange.streamUrl}/stream?streams=ltcusdt@trade`);
  const heard: Record<'t' | 'p' | 'q' | 'm', unknown>[] = [];
  feed.on('message', (data) => heard.push(JSON.parse(String(data)).data));
  await once(feed, 'open');
  await house.order(limit('SELL', '1', '83.40'));
  house.exchange.flow('LTCUSDT', [{ ...PRINT, quantity: '3' }]);
  await house.order({ side: 'SELL', type: 'MARKET', quantity: '1' });
  feed.ping();
  await once(feed, 'pong');
  feed.terminate();
  expect(heard.map(({ t, p, q, m }) => [t, p, q, m])).toEqual([
    [1, '83.40000000', '1.00000000', false],
    [2, '83.50000000', '2.00000000', false],
    [3, '83.49000000', '1.00000000', true],
  ]);
  const { body: fills } = await house.client.ask('GET', '/api/v3/myTrades', { symbol: 'LTCUSDT' });
  expect(fills.map(({ id, isMaker }: Record<string, unknown>) => [id, isMaker])).toEqual([
    [1, true],
    [3, false],
  ]);
});

test('somebody else on the market meets the account in the one book', async () => {
  await using house = await spotHouse();
  await house.order(limit('BUY', '1', '80'));
  const [price, quantity] = [8_000_000_000n, 150_000_000n];
  const order = { id: 'x', owner: 'somebody', side: 'sell', price, quantity } as const;
  expect(house.exchange.market.place('LTCUSDT', order)).toEqual([]);
  expect(house.exchange.truth().orders[0]).toMatchObject({ status: 'FILLED' });
  const { body } = await house.order({ side: 'BUY', type: 'MARKET', quantity: '1' });
  expect(body).toMatchObject({ status: 'EXPIRED', executedQty: '0.50000000' });
});

test('a venue that is down answers nobody, and has kept its books when it comes back', async () => {
  await using house = await spotHouse();
  await using socket = await house.socket();
  await house.order(limit('BUY', '1', '80'));
  house.exchange.down(true);
  expect((await house.order(limit('BUY', '1', '80'))).status).toBe(502);
  await socket.closed;
  house.exchange.down(false);
  const { body } = await house.client.ask('GET', '/api/v3/openOrders', { symbol: 'LTCUSDT' });
  expect(body).toHaveLength(1);
});

test('an Ed25519 key signs REST too, and its signature is percent-encoded', async () => {
  await using house = await spotHouse();
  const client = new SignedClient(house.exchange.restUrl, house.edKey, () => house.clock.nowMs());
  for (let i = 0; i < 5; i++) expect((await client.ask('GET', '/api/v3/account')).status).toBe(200);
  const other = new SignedClient(house.exchange.restUrl, { ...house.edKey, secret: 'x' }, () => 0);
  const { body } = await other.ask('GET', '/api/v3/account', { timestamp: house.clock.nowMs() });
  expect(body.code).toBe(-1022);
});

test('a limit order locks its worth, is filled by the public, and tells each step', async () => {
  await using house = await spotHouse();
  house.exchange.flow('LTCUSDT', [PRINT]);
  await using socket = await house.socket();
  expect(await socket.signed('userDataStream.subscribe.signature')).toMatchObject({
    ...{ status: 200, result: { subscriptionId: 0 } },
  });
  const placed = await house.order({ ...limit('BUY', '2', '83'), newClientOrderId: 'mine' });
  expect(placed.body).toMatchObject({ status: 'NEW', clientOrderId: 'mine', fills: [] });
  expect(house.exchange.truth().holdings.get('one')?.get('USDT')?.locked.toString()).toBe('166');
  house.exchange.flow('LTCUSDT', [{ price: '82.90', quantity: '1.5', isBuyerMaker: true }]);
  const asked = await house.client.ask('GET', '/api/v3/order', {
    ...{ symbol: 'LTCUSDT', origClientOrderId: 'mine' },
  });
  expect(asked.body).toMatchObject({ status: 'PARTIALLY_FILLED', executedQty: '1.50000000' });
  const canceled = await house.client.ask('DELETE', '/api/v3/order', {
    ...{ symbol: 'LTCUSDT', origClientOrderId: 'mine', newClientOrderId: 'stop-it' },
  });
  expect(canceled.body).toMatchObject({
    ...{ status: 'CANCELED', origClientOrderId: 'mine', clientOrderId: 'stop-it' },
  });
  await socket.call('ping');
  expect(socket.of('executionReport').map(({ x, X, c, C, l, z, m }) => [x, X, c, C, l, z, m])).toEqual([
    ['NEW', 'NEW', 'mine', '', '0.00000000', '0.00000000', false],
    ['TRADE', 'PARTIALLY_FILLED', 'mine', '', '1.50000000', '1.50000000', true],
    ['CANCELED', 'CANCELED', 'stop-it', 'mine', '0.00000000', '1.50000000', false],
  ]);
  expect(socket.of('outboundAccountPosition').at(-1)).toMatchObject({
    B: [{ a: 'USDT', f: '9875.50000000', l: '0.00000000' }],
  });
});
