import { clientOrderId, type OrderEvent, strategyName } from '@algo/model';
import { expect, test } from 'vitest';
import { FILLS_REMEMBERED, ORDERS_REMEMBERED, OrderMemory } from './order-memory.ts';
import { ACCOUNT, at, BTC, d, filled, submitted } from './testing/order-words.ts';

const stop = submitted('stop', 'protection', 'sell', null, 'c', null, at(0), BTC);
const entry = (n: number) => submitted(`o${n}`, 'entry', 'buy', null, `c${n}`, null, at(n), BTC);
const fill = (n: number) => filled(`o${n}`, 'buy', '1', '50000', `t${n}`, {});
const canceled = (order: string): OrderEvent => ({
  ...{ type: 'OrderCanceled', clientOrderId: clientOrderId(order), account: ACCOUNT, instrument: BTC },
  ...{ cumulative: d('0'), reason: 'told so', timeUs: at(9) },
});

test('a stop that rests is known however many orders came and went after it', () => {
  const memory = new OrderMemory();
  memory.hear(stop);
  for (let n = 0; n < 2 * ORDERS_REMEMBERED; n++) for (const event of [entry(n), fill(n)]) memory.hear(event);
  expect(memory.mayEnter(clientOrderId('stop'))).toBe(false);
  expect(new OrderMemory(memory.state()).get(clientOrderId('stop'))?.intent).toBe('protection');
});

test('of orders that ended the latest are known, for a fill that comes late', () => {
  const memory = new OrderMemory();
  memory.hear(stop);
  memory.hear(canceled('stop'));
  expect(memory.get(clientOrderId('stop'))?.intent).toBe('protection');
  for (let n = 0; n < ORDERS_REMEMBERED; n++) for (const event of [entry(n), fill(n)]) memory.hear(event);
  expect(memory.get(clientOrderId('stop'))).toBeUndefined();
  expect(memory.get(clientOrderId('o0'))?.intent).toBe('entry');
  expect(memory.state().ended).toHaveLength(ORDERS_REMEMBERED);
});

test('a fill that comes again is known behind as many others as there is room for', () => {
  const memory = new OrderMemory();
  for (let n = 0; n < FILLS_REMEMBERED; n++) memory.hear(fill(n));
  expect(memory.hear(fill(0))).toBe('known');
  memory.hear(fill(FILLS_REMEMBERED));
  expect(memory.hear(fill(1))).toBe('known');
  expect(memory.state().fills).toHaveLength(FILLS_REMEMBERED);
});

test('what an exit closes too much belongs to the strategy whose position it was sent for', () => {
  const memory = new OrderMemory();
  const owner = strategyName('hierarchical');
  memory.hear(submitted('exit', 'exit', 'sell', null, 'c', null, at(0), BTC), owner);
  memory.hear(entry(1), strategyName('another'));
  expect(memory.get(clientOrderId('exit'))?.strategy).toBe(owner);
  expect(memory.get(clientOrderId('o1'))?.strategy).toBe(owner);
});
