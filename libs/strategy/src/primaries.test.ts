import { expect, test } from 'vitest';
import { objections, readPrimaries } from './primaries.ts';
import { exampleState, withFlow } from './testing/example-state.ts';

const LONG = exampleState('long');

function read(imbalance: number, signal: 'bullish' | 'bearish' | 'neutral') {
  const state = { ...LONG, microstructure: { ...LONG.microstructure!, signal } };
  return readPrimaries(withFlow(state, { '1m': [imbalance * 100, 100] }), '1m');
}

test.each([
  ['3.0 and bullish agree long', 3, 'bullish', 'long'],
  ['2.5 is not beyond 2.5', 2.5, 'bullish', null],
  ['2.51 is', 2.51, 'bullish', 'long'],
  ['0.4 is not beyond 1 : 2.5', 0.4, 'bearish', null],
  ['0.39 and bearish agree short', 0.39, 'bearish', 'short'],
  ['3.0 and bearish disagree', 3, 'bearish', null],
  ['3.0 and neutral do not agree', 3, 'neutral', null],
] as const)('%s', (_name, imbalance, signal, agreed) => {
  expect(read(imbalance, signal).agreed).toBe(agreed);
});

test.each([
  ['no side objects to nothing', 1, 'neutral', [true, true]],
  ['agreement objects to nothing', 3, 'bullish', [true, true]],
  ['order flow against', 0.3, 'neutral', [false, true]],
  ['microstructure against', 1, 'bearish', [true, false]],
] as const)('%s', (_name, imbalance, signal, passed) => {
  expect(objections(read(imbalance, signal), 'long').map((check) => check.passed)).toEqual(passed);
});

test('what is not available says so', () => {
  const state = { ...exampleState('long'), microstructure: null, flow: [] };
  const { agreed, checks } = readPrimaries(state, '1m');
  expect(agreed).toBeNull();
  for (const check of checks()) expect(check.note).toContain('not available');
});

test.each([
  [0.05, 0.02, null],
  [0.051, 0.02, 'long'],
  [3, 0, 'long'],
  [0, 0, null],
])('%s bought against %s sold is judged in whole lots', (buy, sell, side) => {
  expect(readPrimaries(withFlow(LONG, { '1m': [buy, sell] }), '1m').flow).toBe(side);
});

test('a minute of 59 trades takes no side, one of 60 does', () => {
  const flowOf = (trades: number) => readPrimaries(withFlow(LONG, { '1m': [3, 1] }, trades), '1m');
  expect(flowOf(59).flow).toBeNull();
  expect(flowOf(59).checks()[0].note).toContain('59 of 60 trades in 1m');
  expect(flowOf(60).flow).toBe('long');
});
