import { expect, test } from 'vitest';
import type { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput } from './execution-io.ts';
import { BTC, close, d, denial, gate, holding, LTC, place, S, told } from './testing/execution-scenario.ts';

/** A comparison passes, and finds that the books of LTC differ. */
function differing(shutsExits: boolean): ExecutionEngine {
  const { engine } = holding();
  const asked = engine.handle(told(31 * S)).find((said) => said.type === 'ReconciliationRequested');
  if (asked?.type !== 'ReconciliationRequested') throw new Error('nothing was asked');
  const passed = gate() as Extract<ExecutionInput, { type: 'ReconciliationCompleted' }>;
  const shut = [{ instrument: LTC, reason: 'we are long 10, the venue is flat', shutsExits, orders: [] }];
  engine.handle({ type: 'GuardAlive', account: passed.account, feed: 'synthetic', timeUs: 31 * S });
  engine.handle({ ...passed, requestId: asked.asked.requestId, shut });
  for (const instrument of [LTC, BTC])
    engine.handle({ type: 'PriceSeen', instrument, price: 83, timeUs: 31 * S });
  return engine;
}

test('an instrument whose books differ takes no entry, and every other one does', () => {
  const engine = differing(false);
  const entry = { timeUs: 31 * S, quantity: d('1') };
  expect(denial(engine.handle(place(2, { ...entry, direction: 'short' })))).toBe('BOOKS_DIFFER');
  expect(denial(engine.handle(place(3, { ...entry, instrument: BTC })))).toBeNull();
  const [cause] = engine.standing.news()?.causes ?? [];
  expect(cause).toMatchObject({ code: 'BOOKS_DIFFER', scope: { kind: 'instrument', instrument: LTC } });
});

test('an exit of what the venue holds passes beside it; what it does not hold is not sold', () => {
  expect(denial(differing(false).handle(close(4, { timeUs: 31 * S })))).toBeNull();
  expect(denial(differing(true).handle(close(4, { timeUs: 31 * S })))).toBe('BOOKS_DIFFER');
});

test('what differs is looked at again soon, and the next comparison without it opens the instrument', () => {
  const engine = differing(true);
  const asked = engine.handle(told(36 * S)).find((said) => said.type === 'ReconciliationRequested');
  if (asked?.type !== 'ReconciliationRequested') throw new Error('nothing was asked');
  const passed = gate() as Extract<ExecutionInput, { type: 'ReconciliationCompleted' }>;
  engine.handle({ ...passed, requestId: asked.asked.requestId });
  expect(denial(engine.handle(close(4, { timeUs: 36 * S })))).toBeNull();
});
