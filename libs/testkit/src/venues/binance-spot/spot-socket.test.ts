// The socket of the spot stand-in: logons, subscriptions, events, and all that goes wrong.
import { expect, test } from 'vitest';
import { limit, spotHouse } from './testing/spot-house.ts';

const GOOD = limit('BUY', '1', '80');

test('an Ed25519 key logs on once, and orders need no signature then', async () => {
  await using house = await spotHouse();
  await using socket = await house.socket(house.edKey);
  const timestamp = house.clock.nowMs();
  const unsigned = await socket.call('order.place', { symbol: 'LTCUSDT', ...GOOD, timestamp });
  expect(unsigned).toMatchObject({ status: 401, error: { code: -2014 } });
  expect(await socket.signed('session.logon')).toMatchObject({
    ...{ status: 200, result: { apiKey: 'edKey', userDataStream: false } },
  });
  expect(await socket.call('userDataStream.subscribe')).toMatchObject({ result: { subscriptionId: 0 } });
  expect(await socket.call('userDataStream.subscribe')).toMatchObject({ error: { code: -2035 } });
  const placed = await socket.call('v3/order.place', { symbol: 'LTCUSDT', ...GOOD, timestamp });
  expect(placed).toMatchObject({ status: 200, result: { status: 'NEW' } });
  expect(placed.rateLimits.map(({ rateLimitType, count }) => [rateLimitType, count])).toContainEqual([
    ...['ORDERS', 1],
  ]);
  const canceled = await socket.call('order.cancel', { symbol: 'LTCUSDT', orderId: 1, timestamp });
  expect(canceled).toMatchObject({ status: 200, result: { status: 'CANCELED' } });
  expect(await socket.call('session.logout')).toMatchObject({ result: { apiKey: null } });
  expect(socket.of('eventStreamTerminated')).toHaveLength(1);
});

test('a key with a secret may not log on, but signs each request', async () => {
  await using house = await spotHouse();
  await using socket = await house.socket();
  expect((await socket.signed('session.logon')).status).toBe(400);
  const placed = await socket.signed('order.place', { symbol: 'LTCUSDT', ...GOOD });
  expect(placed).toMatchObject({ status: 200, result: { orderId: 1, status: 'NEW' } });
  expect(placed.rateLimits[0]).toMatchObject({ rateLimitType: 'ORDERS', intervalNum: 10, count: 1 });
});

test('transfers, locks of others, and the end of the server are told', async () => {
  await using house = await spotHouse();
  await using socket = await house.socket();
  await socket.signed('userDataStream.subscribe.signature');
  house.exchange.transfer('one', 'USDT', '-100');
  house.exchange.lockOutside('one', 'LTC', '3');
  house.exchange.sessions.announceShutdown();
  await socket.call('ping');
  expect(socket.of('balanceUpdate')).toMatchObject([{ a: 'USDT', d: '-100.00000000' }]);
  expect(socket.of('externalLockUpdate')).toMatchObject([{ a: 'LTC', d: '3.00000000' }]);
  expect(socket.of('outboundAccountPosition').at(-1)).toMatchObject({
    B: [{ a: 'LTC', f: '97.00000000', l: '3.00000000' }],
  });
  expect(socket.of('serverShutdown')).toHaveLength(1);
});

test('a fault after acceptance hides an order that is there, one before leaves none', async () => {
  await using house = await spotHouse();
  const { exchange } = house;
  const placing = 'POST /api/v3/order';
  const timeout = { code: -1007, msg: 'Timeout waiting for response from backend server.' };
  exchange.fault(placing, 1, { does: 'reset', at: 'before' });
  exchange.fault(placing, 2, { does: 'answer', at: 'after', reply: { status: 504, body: timeout } });
  exchange.fault(placing, 3, { does: 'reset', at: 'after' });
  exchange.fault(placing, 4, { does: 'html', at: 'before' });
  exchange.fault(placing, 5, { does: 'duplicate' });
  await expect(house.order(GOOD)).rejects.toThrow();
  expect(exchange.truth().orders).toHaveLength(0);
  expect(await house.order(GOOD)).toMatchObject({ status: 504, body: timeout });
  await expect(house.order(GOOD)).rejects.toThrow();
  expect(exchange.truth().orders).toHaveLength(2);
  expect((await house.order(GOOD)).headers.get('content-type')).toBe('text/html');
  expect((await house.order(GOOD)).status).toBe(200);
  expect(exchange.truth().orders).toHaveLength(4);
  expect(exchange.journal.of(placing).map(({ status }) => status)).toEqual([null, 504, null, 502, 200]);
  expect(JSON.stringify(exchange.journal.entries)).not.toMatch(/signature|hmac/);
});

test('events get lost, come twice and come late', async () => {
  await using house = await spotHouse();
  await using socket = await house.socket();
  await socket.signed('userDataStream.subscribe.signature');
  const { exchange } = house;
  exchange.fault('event executionReport', 1, { does: 'hang', at: 'after' });
  exchange.fault('event executionReport', 2, { does: 'duplicate' });
  exchange.fault('event executionReport', 3, { does: 'delay', at: 'after', ms: 0 });
  for (let i = 0; i < 4; i++) await house.order(GOOD);
  await socket.call('ping');
  expect(socket.of('executionReport').map(({ i }) => i)).toEqual([2, 2, 3, 4]);
  const kinds = socket.events.map(({ event }) => event.e);
  expect(kinds.indexOf('executionReport')).toBe(1);
  expect(kinds.slice(4, 6)).toEqual(['outboundAccountPosition', 'executionReport']);
});

test('who asks from another process is told the truth', async () => {
  await using house = await spotHouse();
  house.exchange.readLate('GET /api/v3/openOrders', 60_000);
  await house.order(GOOD);
  const { body } = await house.client.raw('GET', '/stand-in/truth');
  expect(body).toMatchObject({
    ...{ orders: [{ orderId: 1, price: '80' }], holdings: { one: { USDT: { free: '9920', locked: '80' } } } },
  });
});

test('a slow read shows what was so, not what is', async () => {
  await using house = await spotHouse();
  house.exchange.readLate('GET /api/v3/order', 2_000);
  house.exchange.readLate('GET /api/v3/account', 2_000);
  house.clock.advance(10_000);
  await house.order({ ...GOOD, newClientOrderId: 'mine' });
  const mine = { symbol: 'LTCUSDT', origClientOrderId: 'mine' };
  const query = async () => (await house.client.ask('GET', '/api/v3/order', mine)).body;
  const locked = async () => (await house.client.ask('GET', '/api/v3/account')).body.balances[1].locked;
  expect([(await query()).code, await locked()]).toEqual([-2013, '0.00000000']);
  house.clock.advance(2_000);
  expect([(await query()).status, await locked()]).toEqual(['NEW', '80.00000000']);
});
