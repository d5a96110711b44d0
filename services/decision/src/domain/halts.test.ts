import { type HaltScope, type RiskEvent, strategyName } from '@algo/model';
import { expect, test } from '@jest/globals';
import { HALTS_MAX, Halts } from './halts.ts';
import { ACCOUNT, instrumentOf, LTC } from './testing/engine-scenario.ts';

function modeOf(
  scope: HaltScope,
  mode: 'active' | 'halted',
): Extract<RiskEvent, { type: 'TradingModeChanged' }> {
  return {
    type: 'TradingModeChanged',
    scope,
    mode,
    reason: 'test',
    by: 'someone',
    latched: false,
    timeUs: 0,
  };
}

test('with the book full, a further halt binds the whole account, and lifting the account ends it', () => {
  const full = Array.from({ length: HALTS_MAX }, (_, index) => ({
    scope: `strategy:s${index}`,
    mode: 'halted' as const,
    reason: 'test',
  }));
  const halts = new Halts(ACCOUNT, full);
  const strategy = strategyName('order_flow_scalping');
  expect(halts.binding(instrumentOf(LTC), strategy)).toBeNull();
  halts.apply(modeOf({ kind: 'venue', venue: 'bybit' }, 'halted'));
  expect(halts.binding(instrumentOf(LTC), strategy)?.scope).toBe(`account:${ACCOUNT}`);
  expect(halts.snapshot().length).toBe(HALTS_MAX + 1);
  halts.apply(modeOf({ kind: 'account', account: ACCOUNT }, 'active'));
  expect(halts.binding(instrumentOf(LTC), strategy)).toBeNull();
});
