// Pairs of orders at the spot stand-in: one cancels the other.
import { expect, test } from 'vitest';
import { spotHouse } from './testing/spot-house.ts';

const PAIR = {
  ...{ symbol: 'LTCUSDT', side: 'SELL', quantity: '10', aboveType: 'LIMIT_MAKER', abovePrice: '90' },
  ...{ belowType: 'STOP_LOSS', belowStopPrice: '80', listClientOrderId: 'pair' },
};

async function openHouse() {
  const house = await spotHouse();
  house.exchange.flow('LTCUSDT', [{ price: '85', quantity: '1', isBuyerMaker: false }]);
  const socket = await house.socket();
  await socket.signed('userDataStream.subscribe.signature');
  const statuses = () =>
    house.exchange.truth().orders.map(({ type, status, expiryReason }) => [...[type, status, expiryReason]]);
  const locked = () => `${house.exchange.truth().holdings.get('one')!.get('LTC')!.locked}`;
  const place = (more: Record<string, string> = {}) =>
    house.client.ask('POST', '/api/v3/orderList/oco', { ...PAIR, ...more });
  const lists = async () => {
    await socket.call('ping');
    return socket.of('listStatus').map(({ l, L, C }) => [l, L, C]);
  };
  return Object.assign(house, { statuses, locked, place, lists, listener: socket });
}

test('a pair sets aside its quantity once, and is told as a list', async () => {
  await using house = await openHouse();
  await using _ = house.listener;
  const { body } = await house.place();
  expect(body).toMatchObject({
    ...{ orderListId: 1, contingencyType: 'OCO', listOrderStatus: 'EXECUTING', listClientOrderId: 'pair' },
    orderReports: [
      { type: 'STOP_LOSS', status: 'NEW', workingTime: -1, stopPrice: '80.00000000' },
      { type: 'LIMIT_MAKER', status: 'NEW', orderListId: 1 },
    ],
  });
  expect(house.locked()).toBe('10');
  expect(await house.lists()).toEqual([['EXEC_STARTED', 'EXECUTING', 'pair']]);
});

test.each([
  [
    'the stop',
    '80',
    [
      ['LIMIT_MAKER', 'EXPIRED', 'OCO_TRIGGER'],
      ['STOP_LOSS', 'FILLED', null],
    ],
  ],
  [
    'the profit',
    '90',
    [
      ['LIMIT_MAKER', 'FILLED', null],
      ['STOP_LOSS', 'EXPIRED', 'OCO_TRIGGER'],
    ],
  ],
])('%s that trades ends the other, and the list', async (_name, price, statuses) => {
  await using house = await openHouse();
  await using _ = house.listener;
  await house.place();
  house.exchange.flow('LTCUSDT', [{ price, quantity: '20', isBuyerMaker: price === '80' }]);
  expect(house.statuses()).toEqual(statuses);
  expect(house.locked()).toBe('0');
  expect((await house.lists()).at(-1)).toEqual(['ALL_DONE', 'ALL_DONE', 'pair']);
});

test('the first part of a fill already ends the stop', async () => {
  await using house = await openHouse();
  await using _ = house.listener;
  await house.place();
  house.exchange.flow('LTCUSDT', [{ price: '90', quantity: '4', isBuyerMaker: false }]);
  expect(house.statuses()).toEqual([
    ['LIMIT_MAKER', 'PARTIALLY_FILLED', null],
    ['STOP_LOSS', 'EXPIRED', 'OCO_TRIGGER'],
  ]);
});

test('whoever cancels one cancels both, by the order or by the list', async () => {
  await using house = await openHouse();
  await using _ = house.listener;
  await house.place();
  await house.client.ask('DELETE', '/api/v3/order', { symbol: 'LTCUSDT', orderId: 1 });
  await house.place();
  const { body } = await house.client.ask('DELETE', '/api/v3/orderList', {
    ...{ symbol: 'LTCUSDT', listClientOrderId: 'pair' },
  });
  expect(body).toMatchObject({ listOrderStatus: 'ALL_DONE', orderReports: [{}, {}] });
  expect(house.statuses().map(([, status]) => status)).toEqual(Array(4).fill('CANCELED'));
  expect(house.locked()).toBe('0');
  expect((await house.client.ask('GET', '/api/v3/openOrderList')).body).toEqual([]);
});

test.each([
  ['a stop above a sale', { aboveType: 'STOP_LOSS', aboveStopPrice: '90', belowType: 'TAKE_PROFIT' }, -1197],
  ['two stops', { aboveType: 'STOP_LOSS', aboveStopPrice: '90', abovePrice: '' }, -1168],
  ['a profit below the stop', { abovePrice: '88', belowStopPrice: '89' }, -2010],
])('%s is refused, and nothing is left', async (_name, more: Record<string, string>, code) => {
  await using house = await openHouse();
  await using _ = house.listener;
  const sent = Object.entries({ ...PAIR, ...more }).filter(([name, value]) =>
    name === 'abovePrice' && 'aboveType' in more ? false : value !== '',
  );
  const { body } = await house.client.ask('POST', '/api/v3/orderList/oco', Object.fromEntries(sent));
  expect(body.code).toBe(code);
  expect([house.statuses(), house.locked()]).toEqual([[], '0']);
});
