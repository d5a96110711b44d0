import type { Fact } from '@algo/contracts';
import { accountId, clientOrderId, type OrderTimed } from '@algo/model';
import { expect, test } from 'vitest';
import { OrderLatency } from './order-latency.ts';

const S = 1_000_000;
const ID = clientOrderId('a1');
/** An order that is taken on 2 ms behind its decision at second 1. */
const TIMED: OrderTimed = {
  ...{ clientOrderId: ID, account: accountId('main'), timeUs: 0 },
  ...{ takenUs: S + 2_000, diskUs: S + 5_000, wireUs: S + 5_500, answeredUs: S + 25_500 },
};

function heard(took: OrderLatency, name: string, body: object, storedUs = 0): void {
  took.take({ fact: { name, body } as Fact, storedUs });
}

function submitted(took: OrderLatency, more: object = {}): void {
  heard(took, 'PlaceOrder', { commandId: 'c1' }, S);
  const request = { type: 'limit', timeInForce: 'ioc' };
  heard(took, 'OrderSubmitted', { clientOrderId: ID, commandId: 'c1', request, retryOf: null, ...more });
}

const stagesOf = (took: OrderLatency) => took.stages().map(({ stage, p50 }) => [stage, p50]);

test('each stage is the time since the one before, and the decision’s is that of its command', () => {
  const took = new OrderLatency(0);
  submitted(took);
  heard(took, 'OrderTimed', TIMED);
  heard(took, 'OrderFilled', { clientOrderId: ID }, S + 45_500);
  heard(took, 'OrderFilled', { clientOrderId: ID }, S + 90_000);
  expect(stagesOf(took)).toEqual([
    ['decision → execution', 2],
    ['execution → disk', 3],
    ['disk → wire', 0.5],
    ['wire → ack', 20],
    ['wire → fill', 40],
    ['decision → wire', 5.5],
  ]);
});

test('a fill that is told before the answer counts as one behind it', () => {
  const took = new OrderLatency(0);
  submitted(took);
  heard(took, 'OrderFilled', { clientOrderId: ID }, S + 45_500);
  heard(took, 'OrderTimed', TIMED);
  expect(stagesOf(took)).toContainEqual(['wire → fill', 40]);
});

test('a stop that rests has no fill to wait for, and a further attempt no decision', () => {
  const took = new OrderLatency(0);
  submitted(took, { request: { type: 'stop', timeInForce: 'gtc' }, retryOf: 'a0' });
  heard(took, 'OrderTimed', TIMED);
  heard(took, 'OrderFilled', { clientOrderId: ID }, 9 * S);
  expect(took.stages().map(({ stage }) => stage)).toEqual(['execution → disk', 'disk → wire', 'wire → ack']);
});

test('what was taken on before the time that is asked about is left out', () => {
  const took = new OrderLatency(2 * S);
  submitted(took);
  heard(took, 'OrderTimed', TIMED);
  expect(took.stages()).toEqual([]);
});

test('of a hundred orders one is above p99', () => {
  const took = new OrderLatency(0);
  for (let i = 1; i <= 100; i++) heard(took, 'OrderTimed', { ...TIMED, diskUs: TIMED.takenUs + i * 1_000 });
  expect(took.stages()[0]).toEqual({ stage: 'execution → disk', orders: 100, p50: 50, p99: 99, max: 100 });
});
