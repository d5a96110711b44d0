import { expect, test } from 'vitest';
import { place, price, ready, S, sent } from './testing/execution-scenario.ts';

test('one impossible print prices no order', () => {
  const engine = ready();
  engine.handle(price(1.1 * S, 0.01));
  const order = sent(engine.handle(place(1, { orderType: 'market', limitPrice: null, timeUs: 1.2 * S })));
  expect(order.limitPrice?.toString()).toBe('83.41');
});
