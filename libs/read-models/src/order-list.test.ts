import type { Fact, FactName, MessageOf } from '@algo/contracts';
import {
  accountId,
  clientOrderId,
  Decimal,
  instrumentId,
  type OrderIntent,
  type OrderRequest,
  positionId,
  strategyName,
  venueOrderId,
} from '@algo/model';
import { beforeEach, expect, test } from 'vitest';
import { OrderList, requestWords } from './order-list.ts';

const account = accountId('paper-main');
const LTC = instrumentId('binance.spot.LTCUSDT');
const P1 = positionId('p1');
const d = (text: string) => Decimal.of(text);
const about = (id: string) => ({ clientOrderId: clientOrderId(id), account, instrument: LTC, timeUs: 5 });
let list: OrderList;
beforeEach(() => {
  list = new OrderList();
});

function hear<Name extends FactName>(name: Name, body: MessageOf<Name>): void {
  list.take({ name, body } as Fact);
}

function request(id: string, change: Partial<OrderRequest> = {}): OrderRequest {
  return {
    ...{ clientOrderId: clientOrderId(id), account, instrument: LTC, side: 'sell', type: 'market' },
    ...{ timeInForce: 'ioc', quantity: d('2'), limitPrice: null, triggerPrice: null, reduceOnly: false },
    ...change,
  };
}

function submitted(id: string, intent: OrderIntent): void {
  hear('OrderSubmitted', {
    ...{ type: 'OrderSubmitted', ...about(id), commandId: `c-${id}`, intent, request: request(id) },
    ...{ strategy: strategyName('s1'), position: intent === 'entry' ? null : P1, plan: null, epoch: 1 },
    ...{ retryOf: null, replaces: null },
  });
}

function denied(intent: OrderIntent, code: 'NO_VENUE_STOP' | 'POSITION_LIMIT', detail = ''): void {
  const denial = { code, detail };
  hear('OrderDenied', { type: 'OrderDenied', ...about('denied'), commandId: 'c', intent, denial });
}

function canceled(id: string, reason = 'asked by Ada'): void {
  hear('OrderCanceled', { type: 'OrderCanceled', ...about(id), cumulative: d('0'), reason });
}

const ids = (listed: ReturnType<OrderList['working']>) =>
  listed.map(({ order }) => order.request.clientOrderId);

test('an order works from when it is sent until it is over, and is known by its id then too', () => {
  submitted('o1', 'entry');
  submitted('o2', 'entry');
  hear('OrderAccepted', { type: 'OrderAccepted', ...about('o1'), venueOrderId: venueOrderId('v1') });
  expect([ids(list.working()), ids(list.ended())]).toEqual([['o1', 'o2'], []]);
  canceled('o1');
  expect([ids(list.working()), ids(list.ended())]).toEqual([['o2'], ['o1']]);
  expect(list.get(clientOrderId('o1'))).toMatchObject({ order: { status: 'canceled' }, commandId: 'c-o1' });
});

test('a correction of our books is no order', () => {
  hear('CorrectionMade', {
    ...{ type: 'CorrectionMade', account, instrument: LTC, before: d('1'), own: d('0'), beside: d('0') },
    ...{ price: d('80'), reason: 'gone', evidence: [], by: null, commandId: null },
    ...{ timeUs: 5, settledUs: null },
  });
  expect([list.working(), list.ended()]).toEqual([[], []]);
});

test('why an order was denied stands until one of its kind is sent', () => {
  denied('exit', 'POSITION_LIMIT', 'open=3');
  expect(list.denialOf('exit', LTC)).toBe('position limit (open=3)');
  expect(list.denialOf('entry', LTC)).toBeNull();
  submitted('o1', 'exit');
  expect(list.denialOf('exit', LTC)).toBeNull();
});

test('the stop of a position is the order that guards it at the venue', () => {
  submitted('s1', 'protection');
  expect(list.stopOf({ id: P1, instrument: LTC })).toMatchObject({ order: { commandId: 'c-s1' }, why: '' });
  expect(list.stopOf({ id: positionId('p2'), instrument: LTC }).order).toBeNull();
});

test.each<[string, () => void, string]>([
  ['nobody asked for one', () => undefined, 'none was asked for yet'],
  ['an exit is on its way', () => submitted('x1', 'exit'), 'its exit works'],
  ['the venue can hold none', () => denied('protection', 'NO_VENUE_STOP'), 'the venue holds no stops'],
  ['it was denied', () => denied('protection', 'POSITION_LIMIT'), 'denied: position limit'],
])('where %s, a position without a stop at the venue says so', (_, happens, why) => {
  happens();
  expect(list.stopOf({ id: P1, instrument: LTC })).toEqual({ order: null, why });
});

test('a stop that is over says how it ended', () => {
  submitted('s1', 'protection');
  canceled('s1');
  expect(list.stopOf({ id: P1, instrument: LTC })).toEqual({ order: null, why: 'canceled: asked by Ada' });
});

test.each<[string, Partial<OrderRequest>]>([
  ['sell 2 at the market (ioc)', {}],
  ['sell 2 at least 79 (gtc)', { type: 'limit', limitPrice: d('79'), timeInForce: 'gtc' }],
  ['buy 2 at most 81 (ioc)', { side: 'buy', type: 'limit', limitPrice: d('81') }],
  ['sell 2 when the price reaches 78', { type: 'stop', triggerPrice: d('78') }],
])('an order is told as: %s', (words, change) => {
  expect(requestWords(request('o1', change))).toBe(words);
});
