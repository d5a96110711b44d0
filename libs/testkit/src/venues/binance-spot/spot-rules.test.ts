// How orders of the spot stand-in live: stops, replacements, prevented trades, expiries, commissions.
import { expect, test } from 'vitest';
import { limit, spotHouse } from './testing/spot-house.ts';

const PRINT = { price: '83.50', quantity: '1', isBuyerMaker: false };
const STOP = { side: 'SELL', type: 'STOP_LOSS', quantity: '2', stopPrice: '80', newClientOrderId: 'stop' };

async function openHouse(more: Parameters<typeof spotHouse>[0] = {}) {
  const house = await spotHouse(more);
  house.exchange.flow('LTCUSDT', [PRINT]);
  const held = (asset: string) => {
    const { free, locked } = house.exchange.truth().holdings.get('one')!.get(asset)!;
    return [free.toString(), locked.toString()];
  };
  const status = (orderId: number) =>
    house.exchange.truth().orders.find((order) => order.orderId === orderId);
  return Object.assign(house, { held, status });
}

test('a stop locks its base, and sells at the market when its price is printed', async () => {
  await using house = await openHouse();
  expect((await house.order(STOP)).body).toEqual({
    ...{ symbol: 'LTCUSDT', orderId: 1, orderListId: -1, clientOrderId: 'stop' },
    transactTime: expect.any(Number),
  });
  expect(house.held('LTC')).toEqual(['98', '2']);
  const unlocked = await house.order({ side: 'SELL', type: 'MARKET', quantity: '99' });
  expect(unlocked.body.msg).toMatch(/insufficient/);
  house.exchange.quote('LTCUSDT', [['79.90', '1.5']], []);
  house.exchange.flow('LTCUSDT', [{ price: '80.01', quantity: '1', isBuyerMaker: true }]);
  expect(house.status(1)?.status).toBe('NEW');
  house.exchange.flow('LTCUSDT', [{ price: '80', quantity: '1', isBuyerMaker: true }]);
  expect(house.status(1)).toMatchObject({ status: 'FILLED' });
  expect(house.held('LTC')).toEqual(['98', '0']);
});

test('a stop with a limit rests once it is let go', async () => {
  await using house = await openHouse();
  await house.order({ ...STOP, type: 'STOP_LOSS_LIMIT', price: '81', timeInForce: 'GTC' });
  house.exchange.flow('LTCUSDT', [{ price: '79', quantity: '1', isBuyerMaker: true }]);
  expect(house.status(1)).toMatchObject({ status: 'NEW', workingMs: expect.any(Number) });
  house.exchange.flow('LTCUSDT', [{ price: '81', quantity: '2', isBuyerMaker: false }]);
  expect(house.status(1)?.status).toBe('FILLED');
});

const replace = (house: Awaited<ReturnType<typeof openHouse>>, sent: Record<string, string>) =>
  house.client.ask('POST', '/api/v3/order/cancelReplace', {
    ...{ symbol: 'LTCUSDT', cancelReplaceMode: 'STOP_ON_FAILURE', ...sent },
  });

test('a replacement needs what it replaces to be open, and comes in its place', async () => {
  await using house = await openHouse();
  await house.order({ ...STOP, quantity: '100' });
  const exit = { ...limit('SELL', '100', '80', 'IOC'), cancelOrigClientOrderId: 'stop' };
  const done = await replace(house, exit);
  expect(done).toMatchObject({
    status: 200,
    body: {
      ...{ cancelResult: 'SUCCESS', newOrderResult: 'SUCCESS' },
      cancelResponse: { origClientOrderId: 'stop', status: 'CANCELED' },
      newOrderResponse: { status: 'FILLED', executedQty: '100.00000000' },
    },
  });
  expect(await replace(house, exit)).toMatchObject({
    status: 400,
    body: {
      ...{ code: -2022, msg: 'Order cancel-replace failed.' },
      data: {
        ...{ cancelResult: 'FAILURE', newOrderResult: 'NOT_ATTEMPTED', newOrderResponse: null },
        cancelResponse: { code: -2011, msg: 'Unknown order sent.' },
      },
    },
  });
});

test('filters stop a replacement before the old order is touched, the engine only after', async () => {
  await using house = await openHouse();
  await house.order(STOP);
  const filtered = await replace(house, { ...limit('SELL', '2', '80.001'), cancelOrderId: '1' });
  expect(filtered).toMatchObject({ status: 400, body: { code: -1013, msg: 'Filter failure: PRICE_FILTER' } });
  expect(house.status(1)?.status).toBe('NEW');
  const halfway = await replace(house, { ...limit('SELL', '500', '84'), cancelOrderId: '1' });
  expect(halfway).toMatchObject({
    status: 409,
    body: {
      code: -2021,
      data: { cancelResult: 'SUCCESS', newOrderResult: 'FAILURE', newOrderResponse: { code: -2010 } },
    },
  });
  expect(house.status(1)?.status).toBe('CANCELED');
  const anyway = { ...limit('SELL', '1', '84'), cancelOrderId: '1', cancelReplaceMode: 'ALLOW_FAILURE' };
  expect(await replace(house, anyway)).toMatchObject({
    status: 409,
    body: { data: { cancelResult: 'FAILURE', newOrderResult: 'SUCCESS' } },
  });
});

test('a canceled order has the id of its cancel, as the document says', async () => {
  await using house = await openHouse();
  await house.order({ ...limit('BUY', '1', '80'), newClientOrderId: 'mine' });
  await house.client.ask('DELETE', '/api/v3/order', {
    ...{ symbol: 'LTCUSDT', orderId: 1, newClientOrderId: 'gone' },
  });
  const by = (origClientOrderId: string) =>
    house.client.ask('GET', '/api/v3/order', { symbol: 'LTCUSDT', origClientOrderId });
  expect((await by('mine')).body.code).toBe(-2013);
  expect((await by('gone')).body).toMatchObject({ orderId: 1, status: 'CANCELED' });
});

test.each([
  ['EXPIRE_MAKER', 'EXPIRED_IN_MATCH', 'NEW'],
  ['EXPIRE_TAKER', 'NEW', 'EXPIRED_IN_MATCH'],
  ['EXPIRE_BOTH', 'EXPIRED_IN_MATCH', 'EXPIRED_IN_MATCH'],
  ['DECREMENT', 'NEW', 'EXPIRED_IN_MATCH'],
  ['NONE', 'PARTIALLY_FILLED', 'FILLED'],
])('%s: the resting order ends as %s, the taking one as %s', async (mode, maker, taker) => {
  await using house = await openHouse();
  house.exchange.quote('LTCUSDT', [], []);
  await house.order(limit('BUY', '3', '80'));
  await house.order({ ...limit('SELL', '2', '80'), selfTradePreventionMode: mode });
  expect([house.status(1)?.status, house.status(2)?.status]).toEqual([maker, taker]);
});

test.each([
  ['an IOC', { ...limit('BUY', '3', '83.50', 'IOC') }, 'UNFILLED_IOC_QUANTITY_EXPIRED', '1'],
  ['a FOK', { ...limit('BUY', '3', '83.50', 'FOK') }, 'UNFILLED_FOK_ORDER_EXPIRED', '0'],
  ['a market order', { side: 'BUY', type: 'MARKET', quantity: '9' }, 'INSUFFICIENT_LIQUIDITY', '2'],
])('%s whose rest finds nobody expires and says why', async (_name, sent, reason, executed) => {
  await using house = await openHouse();
  house.exchange.quote(
    'LTCUSDT',
    [],
    [
      ['83.50', '1'],
      ['83.60', '1'],
    ],
  );
  const { body } = await house.order(sent);
  expect(body).toMatchObject({ status: 'EXPIRED', expiryReason: reason });
  expect(Number(body.executedQty)).toBe(Number(executed));
  expect(house.held('USDT')[1]).toBe('0');
});

test('a taker beyond the price range trades up to it, and expires', async () => {
  const priceRange = { bidUp: '1.01', bidDown: '0.99', askUp: '1.01', askDown: '0.99' };
  await using house = await openHouse({ symbol: { priceRange } });
  house.exchange.setReferencePrice('LTCUSDT', '83');
  house.exchange.quote(
    'LTCUSDT',
    [],
    [
      ['83.50', '1'],
      ['84', '1'],
    ],
  );
  const { body } = await house.order(limit('BUY', '2', '84'));
  expect(body).toMatchObject({
    ...{ status: 'EXPIRED', executedQty: '1.00000000' },
    expiryReason: 'EXECUTION_RULE_PRICE_RANGE_EXCEEDED',
  });
});

test('commission is paid in BNB while there is enough', async () => {
  await using house = await spotHouse({
    bnbPrices: { USDT: '600' },
    accounts: [
      {
        ...{ name: 'one', balances: { USDT: '1000', BNB: '0.00015' }, fees: { burnsBnb: true } },
        keys: [{ apiKey: 'hmacKey', secret: 'hmacSecret' }],
      },
    ],
  });
  house.exchange.flow('LTCUSDT', [{ ...PRINT, price: '80' }]);
  const buy = { side: 'BUY', type: 'MARKET', quantity: '1' };
  // 80 × 0.001 × 0.75 / 600.
  expect((await house.order(buy)).body.fills[0]).toMatchObject({
    ...{ commission: '0.00010000', commissionAsset: 'BNB' },
  });
  expect((await house.order(buy)).body.fills[0]).toMatchObject({
    ...{ commission: '0.00100000', commissionAsset: 'LTC' },
  });
});

test('what is spent is bounded where a market order says so', async () => {
  await using house = await openHouse();
  house.exchange.quote(
    'LTCUSDT',
    [],
    [
      ['80', '1'],
      ['90', '5'],
    ],
  );
  const { body } = await house.order({ side: 'BUY', type: 'MARKET', quoteOrderQty: '170.05' });
  expect(body).toMatchObject({ executedQty: '2.00000000', cummulativeQuoteQty: '170.00000000' });
});
