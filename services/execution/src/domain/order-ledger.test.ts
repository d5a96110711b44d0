import { applyToOrder, clientOrderId, type Fill, newOrder, type Order, type OrderFact } from '@algo/model';
import { expect, test } from 'vitest';
import { OrderLedger, tracked } from './order-ledger.ts';
import { fillOf, place, ready, sent } from './testing/execution-scenario.ts';

const REQUEST = sent(ready().handle(place(1)));
const SEED = { intent: 'entry', strategy: null, position: null, plan: null, epoch: 1 } as const;

function orderAfter(name: string, ...facts: readonly OrderFact[]): Order {
  const request = { ...REQUEST, clientOrderId: clientOrderId(name) };
  const order = newOrder({ ...SEED, request, submittedUs: 0 });
  return facts.reduce((now, fact) => applyToOrder(now, fact).order, order);
}
const filledAt = (trade: string, timeUs: number): OrderFact => {
  const fill: Fill = fillOf(REQUEST, trade, '1', timeUs);
  return { type: 'Filled', fill, timeUs };
};

const WHY = { command: null, retryOf: null };

test('a forgotten order has the time of the newest thing heard of it, its end or a late fill', () => {
  const ledger = new OrderLedger(1);
  const canceled: OrderFact = { type: 'Canceled', reason: 'ioc', timeUs: 50 };
  ledger.put(tracked(orderAfter('a', canceled, filledAt('t1', 40)), WHY));
  expect(ledger.forgottenUs).toBe(0);
  ledger.put(tracked(orderAfter('b', canceled, filledAt('t2', 70)), WHY));
  expect(ledger.forgottenUs).toBe(50);
  ledger.put(tracked(orderAfter('c', canceled), WHY));
  expect(ledger.forgottenUs).toBe(70);
});
