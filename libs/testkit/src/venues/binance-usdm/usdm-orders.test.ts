// Orders, positions and streams of the USD-M stand-in, end to end over its wire; sums by hand.
import { expect, test } from 'vitest';
import { SocketClient } from '../binance-account/testing/signed-client.ts';
import { limit, stop, T0_MS, USDM_KEY, usdmHouse } from './testing/usdm-house.ts';
import { USDM_503 } from './usdm-trading.ts';

test('a market order makes a position, is told twice, and its reply has no average', async () => {
  await using house = await usdmHouse();
  using stream = await house.listen();
  house.exchange.quote(
    'LTCUSDT',
    [],
    [
      ['100', '1'],
      ['101', '5'],
    ],
  );
  const { body, headers } = await house.market('BUY', '2', { newClientOrderId: 'mine' });
  expect(body).toMatchObject({ status: 'FILLED', executedQty: '2', cumQty: '2', clientOrderId: 'mine' });
  expect([body.avgPrice, body.cumQuote]).toEqual([undefined, undefined]);
  expect(headers.get('x-mbx-order-count-1m')).toBe('1');
  expect(await house.get('v1/order', { origClientOrderId: 'mine' })).toMatchObject({
    ...{ avgPrice: '100.50000000', cumQuote: '201', status: 'FILLED' },
  });
  expect(await house.get('v3/positionRisk')).toMatchObject([
    { positionAmt: '2', entryPrice: '100.50000000', positionSide: 'BOTH', unRealizedProfit: '1.00000000' },
  ]);
  // 201 × 0.0005.
  expect((await house.client.ask('GET', '/fapi/v3/balance')).body).toMatchObject([
    { asset: 'USDT', balance: '999.89950000' },
  ]);
  const words = await stream.told();
  expect(words.map(({ e, o }) => (e === 'ORDER_TRADE_UPDATE' ? [o.x, o.X, o.l] : e))).toEqual([
    ...[['NEW', 'NEW', '0'], 'TRADE_LITE', 'ACCOUNT_UPDATE', ['TRADE', 'PARTIALLY_FILLED', '1']],
    ...['TRADE_LITE', 'ACCOUNT_UPDATE', ['TRADE', 'FILLED', '1']],
  ]);
  expect(words.at(-1)?.o).toMatchObject({ ap: '100.5', n: '0.0505', N: 'USDT', t: 3, rp: '0' });
  expect(await house.get('v1/userTrades')).toMatchObject([
    { id: 2, price: '100', qty: '1', commission: '0.05', maker: false },
    { id: 3, price: '101', qty: '1', commission: '0.0505', buyer: true },
  ]);
});

test('a reply that only acknowledges says new, whatever the order has become', async () => {
  await using house = await usdmHouse();
  const { body } = await house.post('order', { side: 'BUY', type: 'MARKET', quantity: '1' });
  expect(body).toMatchObject({ status: 'NEW', executedQty: '0' });
  expect(house.exchange.truth().orders[0]?.status).toBe('FILLED');
});

test('an order that only reduces never opens, and ends when there is nothing left', async () => {
  await using house = await usdmHouse();
  const reduce = { reduceOnly: 'true' };
  expect((await house.market('SELL', '1', reduce)).body.code).toBe(-2022);
  await house.market('BUY', '1');
  const resting = await house.post('order', { ...limit('SELL', '1', '104'), ...reduce });
  expect(resting.body.status).toBe('NEW');
  expect((await house.market('SELL', '3', reduce)).body).toMatchObject({
    status: 'EXPIRED',
    executedQty: '1',
  });
  expect(house.exchange.truth().orders.map(({ status, expiryReason }) => [status, expiryReason])).toEqual([
    ...[
      ['FILLED', 0],
      ['EXPIRED', 4],
      ['EXPIRED', 4],
    ],
  ]);
  expect(house.exchange.truth().positions.get('one')?.[0]?.amount.toString()).toBe('0');
});

test('a conditional order has its own endpoint, and its fill comes before the word of it', async () => {
  await using house = await usdmHouse();
  await house.market('BUY', '2');
  using stream = await house.listen();
  const wrong = { side: 'SELL', type: 'STOP_MARKET', quantity: '2', stopPrice: '95' };
  expect((await house.post('order', wrong)).body.code).toBe(-4120);
  const placed = await house.post(
    'algoOrder',
    stop('95', { quantity: '2', reduceOnly: 'true', clientAlgoId: 'guard' }),
  );
  expect(placed.body).toMatchObject({ algoStatus: 'NEW', clientAlgoId: 'guard', orderType: 'STOP_MARKET' });
  expect(await house.get('v1/openAlgoOrders')).toHaveLength(1);
  expect(await house.get('v1/openOrders')).toEqual([]);
  house.exchange.flow('LTCUSDT', [{ price: '95', quantity: '1', isBuyerMaker: true }]);
  const words = (await stream.told()).map(({ e, o }) =>
    e === 'ORDER_TRADE_UPDATE' ? [o.c, o.x, o.ot] : e === 'ALGO_UPDATE' ? [o.caid, o.X] : e,
  );
  expect(words).toEqual([
    ...[['guard', 'NEW'], ['guard', 'NEW', 'STOP_MARKET'], 'TRADE_LITE', 'ACCOUNT_UPDATE'],
    ...[
      ['guard', 'TRADE', 'STOP_MARKET'],
      ['guard', 'TRIGGERED'],
      ['guard', 'FINISHED'],
    ],
  ]);
  const algo = await house.get('v1/algoOrder', { clientAlgoId: 'guard' });
  expect(algo).toMatchObject({ algoStatus: 'FINISHED', actualOrderId: '2', actualQty: '2' });
  expect(await house.get('v1/order', { orderId: '2' })).toMatchObject({
    clientOrderId: 'guard',
    status: 'FILLED',
  });
});

test.each([
  ['a stop that is reached', stop('100', { quantity: '1' }), -2021],
  ['a close of everything with a quantity', stop('95', { quantity: '1', closePosition: 'true' }), -1106],
  ['a trigger between ticks', stop('95.001', { quantity: '1' }), -4014],
])('%s is refused', async (_name, sent: Record<string, string>, code) => {
  await using house = await usdmHouse();
  expect((await house.post('algoOrder', sent)).body.code).toBe(code);
});

test.each([
  ['nothing', { ...limit('BUY', '0', '100') }, -4003],
  ['too little', { ...limit('BUY', '0.1', '100') }, -4164],
  ['a price between ticks', limit('BUY', '1', '99.999'), -4014],
  ['a lot between steps', limit('BUY', '1.0001', '100'), -1111],
  ['too dear', limit('BUY', '1', '106'), -4016],
  ['too cheap', limit('SELL', '1', '94'), -4024],
  ['more than the margin holds', limit('BUY', '250', '100'), -2019],
  ['a maker that takes', limit('BUY', '1', '101', 'GTX'), -5022],
  ['all or nothing of what is not there', limit('BUY', '100', '99', 'FOK'), -5021],
  ['a side of hedge mode', { ...limit('BUY', '1', '100'), positionSide: 'LONG' }, -4061],
  ['a window with decimals', { ...limit('BUY', '1', '100'), recvWindow: '5000.5' }, -1100],
])('%s is refused', async (_name, sent: Record<string, string>, code) => {
  await using house = await usdmHouse();
  expect((await house.post('order', sent)).body.code).toBe(code);
  expect(house.exchange.truth().orders).toEqual([]);
});

test('both sides of hedge mode stand beside each other, and neither goes beyond nothing', async () => {
  await using house = await usdmHouse();
  const mode = (dualSidePosition: string) =>
    house.client.ask('POST', '/fapi/v1/positionSide/dual', { dualSidePosition });
  expect((await mode('true')).body.code).toBe(200);
  expect((await mode('true')).body.code).toBe(-4059);
  expect((await house.market('BUY', '1')).body.code).toBe(-4061);
  await house.market('BUY', '2', { positionSide: 'LONG' });
  await house.market('SELL', '1', { positionSide: 'SHORT' });
  expect((await house.market('SELL', '3', { positionSide: 'LONG' })).body.code).toBe(-2022);
  expect(await house.get('v3/positionRisk')).toMatchObject([
    { positionSide: 'LONG', positionAmt: '2' },
    { positionSide: 'SHORT', positionAmt: '-1' },
  ]);
  expect((await mode('false')).body.code).toBe(-4068);
});

test('leverage is told, margin and mode only change while nothing is open', async () => {
  await using house = await usdmHouse();
  using stream = await house.listen();
  expect((await house.post('leverage', { leverage: '5' })).body).toMatchObject({ leverage: 5 });
  expect((await house.post('leverage', { leverage: '500' })).body.code).toBe(-4028);
  expect((await house.post('marginType', { marginType: 'CROSSED' })).body.code).toBe(-4046);
  await house.post('order', limit('BUY', '1', '99'));
  expect((await house.post('marginType', { marginType: 'ISOLATED' })).body.code).toBe(-4047);
  expect(await house.get('v1/symbolConfig')).toMatchObject([{ leverage: 5, marginType: 'CROSSED' }]);
  const words = (await stream.told()).filter(({ e }) => e === 'ACCOUNT_CONFIG_UPDATE');
  expect(words).toMatchObject([{ ac: { s: 'LTCUSDT', l: 5 } }]);
});

test('funding is income with an id, and the account is told', async () => {
  await using house = await usdmHouse();
  await house.market('BUY', '2');
  using stream = await house.listen();
  house.exchange.fund('LTCUSDT', '0.0001');
  expect(await house.get('v1/income', { incomeType: 'FUNDING_FEE' })).toMatchObject([
    { income: '-0.02', asset: 'USDT', tranId: expect.any(Number) },
  ]);
  expect((await stream.told()).at(-1)).toMatchObject({
    a: { m: 'FUNDING_FEE', B: [{ a: 'USDT', bc: '-0.02' }], P: [] },
  });
});

test('an account is called, then closed by force under ids of the venue, and owes nothing', async () => {
  await using house = await usdmHouse();
  using stream = await house.listen();
  await house.market('BUY', '150');
  await house.post('order', limit('BUY', '1', '96'));
  house.exchange.setMark('LTCUSDT', '93.9');
  house.exchange.setMark('LTCUSDT', '93');
  const words = await stream.told();
  expect(words.filter(({ e }) => e === 'MARGIN_CALL')).toHaveLength(1);
  const forced = words.filter(({ o }) => String(o?.c).startsWith('autoclose-'));
  expect(forced.map(({ o }) => [o.x, o.o, o.X])).toEqual([
    ...[
      ['NEW', 'LIQUIDATION', 'NEW'],
      ['CALCULATED', 'LIQUIDATION', 'FILLED'],
    ],
  ]);
  expect(await house.get('v3/positionRisk')).toEqual([]);
  expect(house.exchange.truth().orders.map(({ status }) => status)).toEqual(['FILLED', 'EXPIRED', 'FILLED']);
  expect(Number(house.exchange.truth().wallets.get('one')?.get('USDT'))).toBeGreaterThanOrEqual(0);
});

test('a forced reduction has its own id', async () => {
  await using house = await usdmHouse();
  await house.market('SELL', '2');
  house.exchange.reduce('one', 'LTCUSDT', '0.5');
  expect(house.exchange.truth().orders.at(-1)).toMatchObject({ clientOrderId: 'adl_autoclose', side: 'BUY' });
  expect(house.exchange.truth().positions.get('one')?.[0]?.amount.toString()).toBe('-1.5');
});

test('orders that nothing filled are gone after three days, others stay', async () => {
  await using house = await usdmHouse();
  await house.post('order', limit('BUY', '1', '99'));
  await house.client.ask('DELETE', '/fapi/v1/order', { symbol: 'LTCUSDT', orderId: 1 });
  await house.market('BUY', '1');
  house.clock.advance(3 * 86_400_000 + 1);
  expect((await house.get('v1/order', { orderId: '1' })).code).toBe(-2013);
  expect((await house.get('v1/allOrders')).map(({ orderId }: Record<string, unknown>) => orderId)).toEqual([
    2,
  ]);
});

test('a countdown cancels a symbol unless it is set anew; a GTD ends by itself', async () => {
  await using house = await usdmHouse();
  const set = (countdownTime: string) => house.post('countdownCancelAll', { countdownTime });
  await house.post('order', limit('BUY', '1', '99'));
  await set('1000');
  house.clock.advance(900);
  await set('1000');
  house.clock.advance(900);
  expect(await house.get('v1/openOrders')).toHaveLength(1);
  house.clock.advance(100);
  expect(await house.get('v1/openOrders')).toEqual([]);
  const until = (ms: number) => ({ goodTillDate: `${house.clock.nowMs() + ms}` });
  expect((await house.post('order', { ...limit('BUY', '1', '99', 'GTD'), ...until(600_000) })).status).toBe(
    400,
  );
  await house.post('order', { ...limit('BUY', '1', '99', 'GTD'), ...until(601_000) });
  house.clock.advance(601_000);
  expect(await house.get('v1/order', { orderId: '2' })).toMatchObject({ status: 'EXPIRED' });
});

test('orders go over the socket too, streams do not', async () => {
  await using house = await usdmHouse();
  await using socket = await SocketClient.open(house.exchange.socketUrl, USDM_KEY, () => T0_MS);
  const sent = { symbol: 'LTCUSDT', ...limit('BUY', '1', '99'), newClientOrderId: 'mine' };
  expect(await socket.signed('order.place', sent)).toMatchObject({ status: 200, result: { status: 'NEW' } });
  const guard = { symbol: 'LTCUSDT', ...stop('95', { closePosition: 'true' }) };
  expect(await socket.signed('algoOrder.place', guard)).toMatchObject({ result: { algoStatus: 'NEW' } });
  expect(await socket.signed('v2/account.balance')).toMatchObject({ result: [{ asset: 'USDT' }] });
  const cancel = { symbol: 'LTCUSDT', origClientOrderId: 'mine' };
  expect(await socket.signed('order.cancel', cancel)).toMatchObject({ result: { status: 'CANCELED' } });
  expect((await socket.signed('userDataStream.subscribe.signature')).status).toBe(400);
});

test('a listen key lives an hour, says when it is over, and only the private route speaks', async () => {
  await using house = await usdmHouse();
  using stream = await house.listen('&events=ORDER_TRADE_UPDATE/listenKeyExpired');
  const keep = async () => (await house.client.raw('PUT', '/fapi/v1/listenKey')).body;
  house.clock.advance(3_000_000);
  expect(await keep()).toEqual({ listenKey: stream.listenKey });
  await house.post('order', limit('BUY', '1', '99'));
  house.clock.advance(3_600_000);
  expect(await keep()).toMatchObject({ code: -1125 });
  await house.market('BUY', '1');
  expect(await stream.told()).toMatchObject([
    { e: 'ORDER_TRADE_UPDATE' },
    { e: 'listenKeyExpired', listenKey: stream.listenKey },
  ]);
});

test.each(Object.entries(USDM_503))(
  'a 503 of kind %s may come before or after the order was taken',
  async (_, body) => {
    await using house = await usdmHouse();
    const reply = { status: 503, body };
    house.exchange.fault('POST /fapi/v1/order', 1, { does: 'answer', at: 'before', reply });
    house.exchange.fault('POST /fapi/v1/order', 2, { does: 'answer', at: 'after', reply });
    for (const left of [0, 1]) {
      expect(await house.post('order', limit('BUY', '1', '99'))).toMatchObject(reply);
      expect(house.exchange.truth().orders).toHaveLength(left);
    }
  },
);

test('while the venue is overloaded what reduces passes, but no conditional order', async () => {
  await using house = await usdmHouse();
  await house.market('BUY', '1');
  house.exchange.setOverloaded(true);
  expect(await house.market('BUY', '1')).toMatchObject({ status: 503, body: { code: -1008 } });
  const guard = stop('95', { closePosition: 'true' });
  expect(await house.post('algoOrder', guard)).toMatchObject({ status: 503, body: { code: -1008 } });
  expect((await house.market('SELL', '1', { reduceOnly: 'true' })).body.status).toBe('FILLED');
});
