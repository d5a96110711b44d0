import { expect, test } from 'vitest';
import { ExecutionEngine } from './execution-engine.ts';
import { compare, differs } from './testing/compared.ts';
import { BTC, close, d, filled, place, ready, S, SETTINGS, sent } from './testing/execution-scenario.ts';

test.each([
  ['nothing of others', '0', true],
  ['a long of others', '3', true],
  ['a smaller short of others', '-0.5', true],
  ['a larger short of others, which is all that the venue knows', '-3', false],
])('an exit of a long of 1 beside %s asks the venue to reduce: %s', (_, beside, reduceOnly) => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { instrument: BTC, quantity: d('1') })));
  engine.handle(filled(entry, 't1', '1', '1', 1.5 * S));
  const state = engine.snapshot();
  const positions = state.positions.map((position) => ({ ...position, beside: d(beside) }));
  const after = new ExecutionEngine(SETTINGS, { ...state, positions });
  expect(sent(after.handle(close(2, { instrument: BTC, quantity: d('1'), timeUs: 2 * S })))).toMatchObject({
    side: 'sell',
    reduceOnly,
  });
});

test.each([
  ['shows none of it', false, false],
  ['does not name it, which says nothing', true, true],
])('an exit of a long of 1 of which the venue %s asks it to reduce: %s', (_, isUnnamed, reduceOnly) => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { instrument: BTC, quantity: d('1') })));
  engine.handle(filled(entry, 't1', '1', '1', 1.5 * S));
  compare(engine, 31, differs({ instrument: BTC, own: d('1'), cure: 'person', isUnnamed }));
  expect(sent(engine.handle(close(2, { instrument: BTC, quantity: d('1'), timeUs: 32 * S })))).toMatchObject({
    side: 'sell',
    reduceOnly,
  });
});
