import type { MarketState, Timeframe } from '@algo/model';
import { expect, test } from '@jest/globals';
import { exampleState } from '../testing/example-state.ts';
import { cascadeLevel } from './cascade.ts';

const FRAMES: readonly Timeframe[] = ['1m', '5m', '15m'];

function withImbalances(fast: number, middle: number, long: number): MarketState {
  const state = exampleState('long');
  const by: Record<string, number> = { '1m': fast, '5m': middle, '15m': long };
  return {
    ...state,
    flow: state.flow.map((flow) => ({ ...flow, imbalance: by[flow.window] ?? flow.imbalance })),
  };
}

test.each([
  ['3.0 > 2.0 > 1.5 is a long', 3, 2, 1.5, 'long', true],
  ['2.01 beyond 2.0 is a long', 2.01, 1.5, 1.2, 'long', true],
  ['2.0 is not beyond 2.0', 2, 1.5, 1.2, 'long', false],
  ['equal middle and longest do not cascade', 3, 2, 2, 'long', false],
  ['equal fastest and middle do not cascade', 3, 3, 2, 'long', false],
  ['rising toward the longest is no long', 3, 2, 2.5, 'long', false],
  ['0.4 < 0.6 < 0.8 is a short', 0.4, 0.6, 0.8, 'short', true],
  ['0.5 is not under 0.5', 0.5, 0.6, 0.8, 'short', false],
  ['equal middle and longest are no short', 0.4, 0.6, 0.6, 'short', false],
  ['a long cascade is no short', 3, 2, 1.5, 'short', false],
] as const)('%s', (_name, fast, middle, long, direction, passes) => {
  expect(cascadeLevel(withImbalances(fast, middle, long), FRAMES, direction).passed).toBe(passes);
});

test('a timeframe without an order-flow window makes it not available', () => {
  const verdict = cascadeLevel(exampleState('long'), ['1m', '15m', '1h'], 'long');
  expect(verdict.passed).toBe(false);
  expect(verdict.checks[2]).toMatchObject({ name: 'cascade.1h', value: null, passed: false });
});

test.each([
  [59, null],
  [60, 3],
])('%i trades in the minute read as %s', (trades, imbalance) => {
  const state = exampleState('long');
  const flow = state.flow.map((one) => ({ ...one, buyTrades: trades, sellTrades: 0 }));
  expect(cascadeLevel({ ...state, flow }, ['1m'], 'long').imbalance).toBe(imbalance);
});
