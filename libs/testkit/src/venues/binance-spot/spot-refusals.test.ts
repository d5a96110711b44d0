// What the spot stand-in refuses, in the venue's words.
import { expect, test } from 'vitest';
import { SignedClient } from '../binance-account/testing/signed-client.ts';
import { limit, SECRET_KEY, spotHouse } from './testing/spot-house.ts';

const PRINT = { price: '83.50', quantity: '1', isBuyerMaker: false };
const GOOD = limit('BUY', '1', '80');
const STOP = { side: 'SELL', type: 'STOP_LOSS', quantity: '1', stopPrice: '80' };

async function openHouse(more: Parameters<typeof spotHouse>[0] = {}) {
  const house = await spotHouse(more);
  house.exchange.flow('LTCUSDT', [PRINT]);
  return house;
}

function without(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(GOOD).filter(([key]) => key !== name));
}

test.each([
  ['no side', without('side'), -1102, /'side'/],
  ['no price', without('price'), -1102, /'price'/],
  ['no time in force', without('timeInForce'), -1102, /'timeInForce'/],
  ['an unknown symbol', { ...GOOD, symbol: 'NOBODY' }, -1121, /Invalid symbol/],
  ['an unknown type', { ...GOOD, type: 'LIMITT' }, -1116, /orderType/],
  ['an unknown side', { ...GOOD, side: 'HOLD' }, -1117, /side/],
  ['an unknown time in force', { ...GOOD, timeInForce: 'GTX' }, -1115, /timeInForce/],
  ['what nobody reads', { ...GOOD, reduceOnly: 'true' }, -1104, /read '8' .* sent '9'/],
  ['nine decimals', { ...GOOD, quantity: '1.000000001' }, -1111, /precision/],
  ['an exponent', { ...GOOD, quantity: '1e3' }, -1100, /'quantity'/],
  ['a bad id', { ...GOOD, newClientOrderId: 'a b' }, -1100, /newClientOrderId/],
  ['a price between ticks', { ...GOOD, price: '80.001' }, -1013, /PRICE_FILTER/],
  ['a lot between steps', { ...GOOD, quantity: '1.0001' }, -1013, /LOT_SIZE/],
  ['too little', { ...GOOD, quantity: '0.01' }, -1013, /NOTIONAL/],
  ['too far', { ...GOOD, price: '10' }, -1013, /PERCENT_PRICE_BY_SIDE/],
  ['a market order that is too big', { side: 'BUY', type: 'MARKET', quantity: '6000' }, -1013, /MARKET_LOT/],
  ['a price at the market', { side: 'BUY', type: 'MARKET', quantity: '1', price: '80' }, -1106, /'price'/],
  ['more than there is', { ...GOOD, quantity: '1000' }, -2010, /insufficient balance/],
  ['a sale of what is not held', limit('SELL', '101', '84'), -2010, /insufficient balance/],
  ['a maker that takes', { ...without('timeInForce'), type: 'LIMIT_MAKER', price: '84' }, -2010, /match/],
  ['a stop that is reached', { ...STOP, stopPrice: '83.5' }, -2010, /trigger immediately/],
  ['an STP mode', { ...GOOD, selfTradePreventionMode: 'TRANSFER' }, -1013, /self-trade/],
])('%s is refused', async (_name, sent: Record<string, string>, code, words) => {
  await using house = await openHouse();
  const { status, body } = await house.order(sent);
  expect([status, body.code]).toEqual([400, code]);
  expect(body.msg).toMatch(words);
  expect(house.exchange.truth().orders).toEqual([]);
});

test('keys are refused that are missing, unknown, elsewhere, or may not trade', async () => {
  await using house = await openHouse();
  const { exchange } = house;
  exchange.addKey('one', { apiKey: 'reader', secret: 's', rights: { spotTrading: false } });
  exchange.addKey('one', { apiKey: 'bound', secret: 's', ips: ['10.0.0.1'] });
  const by = (apiKey: string, secret = 's') =>
    new SignedClient(exchange.restUrl, { apiKey, secret }, () => house.clock.nowMs());
  const sent = { symbol: 'LTCUSDT', ...GOOD };
  const seen = async (client: SignedClient, method = 'POST', path = '/api/v3/order') => {
    const { status, body } = await client.ask(method, path, method === 'POST' ? sent : {});
    return [status, body.code];
  };
  expect(await seen(by('testnetKey'))).toEqual([401, -2015]);
  expect(await seen(by('b@d'))).toEqual([401, -2014]);
  expect(await seen(by('reader'))).toEqual([401, -2015]);
  expect(await seen(by('reader'), 'GET', '/api/v3/account')).toEqual([200, undefined]);
  expect(await seen(by('bound'))).toEqual([401, -2015]);
  expect(await seen(by(SECRET_KEY.apiKey, 'wrong'))).toEqual([400, -1022]);
  exchange.revokeKey(SECRET_KEY.apiKey);
  expect(await seen(house.client)).toEqual([401, -2015]);
});

test('a request too old or from the future is refused, on arrival and when it is its turn', async () => {
  await using house = await openHouse();
  const at = async (offsetMs: number, more: Record<string, string> = {}) =>
    (await house.order({ ...GOOD, timestamp: `${house.clock.nowMs() + offsetMs}`, ...more })).body.code;
  expect(await at(1_000)).toBe(-1021);
  expect(await at(999)).toBeUndefined();
  expect(await at(-5_001)).toBe(-1021);
  expect(await at(-5_000)).toBeUndefined();
  expect(await at(-6, { recvWindow: '5.999' })).toBe(-1021);
  expect(await at(-6, { recvWindow: '6.001' })).toBeUndefined();
  expect(await at(0, { recvWindow: '60001' })).toBe(-1131);
  house.exchange.fault('POST /api/v3/order', 1, { does: 'delay', at: 'before', ms: 5_001 });
  expect(await at(0)).toBe(-1021);
  expect(house.exchange.truth().orders).toHaveLength(3);
});

test('an id may come again when its order is over, not before', async () => {
  await using house = await openHouse();
  const mine = { ...GOOD, newClientOrderId: 'mine' };
  expect((await house.order(mine)).status).toBe(200);
  expect((await house.order(mine)).body).toEqual({ code: -2010, msg: 'Duplicate order sent.' });
  house.exchange.flow('LTCUSDT', [{ price: '79', quantity: '1', isBuyerMaker: true }]);
  expect((await house.order(mine)).body).toMatchObject({ orderId: 2, status: 'FILLED' });
});

test('a symbol counts what is open, stops apart', async () => {
  await using house = await openHouse({ symbol: { maxNumOrders: 3, maxNumAlgoOrders: 1 } });
  expect((await house.order(STOP)).status).toBe(200);
  expect((await house.order(STOP)).body.msg).toBe('Filter failure: MAX_NUM_ALGO_ORDERS');
  for (let i = 0; i < 2; i++) await house.order(GOOD);
  expect((await house.order(GOOD)).body.msg).toBe('Filter failure: MAX_NUM_ORDERS');
});

test('a symbol that only cancels takes no order, one in a break not even a cancel', async () => {
  await using house = await openHouse();
  await house.order(GOOD);
  const cancel = () => house.client.ask('DELETE', '/api/v3/order', { symbol: 'LTCUSDT', orderId: 1 });
  house.exchange.setStatus('LTCUSDT', 'BREAK');
  expect((await cancel()).body.msg).toBe('Market is closed.');
  house.exchange.setStatus('LTCUSDT', 'CANCEL_ONLY');
  expect((await house.order(GOOD)).body).toEqual({ code: -1013, msg: 'Market is closed.' });
  expect((await cancel()).body.status).toBe('CANCELED');
  const { body } = await house.client.raw('GET', '/api/v3/exchangeInfo?symbol=LTCUSDT');
  expect(body.symbols[0].status).toBe('CANCEL_ONLY');
  house.exchange.setMaintenance(true);
  expect((await cancel()).status).toBe(503);
});

test('orders that nothing fills are counted and bounded; orders that trade give back', async () => {
  await using house = await openHouse({ orderLimits: [{ interval: 'SECOND', intervalNum: 10, limit: 2 }] });
  const counts = async () => (await house.client.ask('GET', '/api/v3/rateLimit/order')).body[0].count;
  await house.order({ side: 'BUY', type: 'MARKET', quantity: '1' });
  expect(await counts()).toBe(0);
  for (let i = 0; i < 2; i++) await house.order(GOOD);
  const refused = await house.order(GOOD);
  expect(refused).toMatchObject({ status: 429, body: { code: -1015 } });
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
  house.clock.advance(10_000);
  expect(await counts()).toBe(0);
  expect((await house.order(GOOD)).status).toBe(200);
});

test('orders that succeed weigh nothing; who asks on after 429 is banned, over the socket too', async () => {
  await using house = await openHouse({ weightMax: 100 });
  for (let i = 0; i < 3; i++) await house.order(GOOD);
  const free = await house.client.raw('GET', '/api/v3/ping');
  expect(free.headers.get('x-mbx-used-weight-1m')).toBe('1');
  await house.order({ ...GOOD, price: '80.001' });
  await using socket = await house.socket();
  for (let i = 0; i < 5; i++) await house.client.ask('GET', '/api/v3/account');
  expect((await house.order(GOOD)).body.code).toBe(-1003);
  for (let i = 0; i < 11; i++) await house.client.raw('GET', '/api/v3/ping');
  expect(await house.order(GOOD)).toMatchObject({ status: 418, body: { code: -1003 } });
  expect(await socket.call('time')).toMatchObject({
    status: 418,
    error: { data: { retryAfter: expect.any(Number) } },
  });
});
