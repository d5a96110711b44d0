import { expect, test } from 'vitest';
import { DecisionEngine } from './decision-engine.ts';
import { configOf, equityInput, settingsOf, signalInput } from './testing/engine-scenario.ts';

test.each([
  [false, 'ioc', '100.05'],
  [true, 'post_only', '100'],
] as const)('where entries are post-only is %s, one is a limit %s at %s', (postOnly, timeInForce, price) => {
  const engine = new DecisionEngine(settingsOf({ config: configOf({ postOnly }) }));
  engine.handle(equityInput(0));
  const order = engine.handle(signalInput(1)).find(({ type }) => type === 'PlaceOrder');
  expect(order).toMatchObject({ orderType: 'limit', timeInForce });
  expect(order?.type === 'PlaceOrder' && `${order.limitPrice}`).toBe(price);
});

test.each([[false], [true]])('where trades are missing, entries pass only if allowed: %s', (allowed) => {
  const engine = new DecisionEngine(settingsOf({ config: configOf({ tradeOnIncomplete: allowed }) }));
  engine.handle(equityInput(0));
  const outputs = engine.handle(signalInput(1, { complete: false }));
  expect(outputs.some(({ type }) => type === 'PlaceOrder')).toBe(allowed);
});
