import { expect, test } from '@jest/globals';
import { objections, readPrimaries } from './primaries.ts';
import { exampleState } from './testing/example-state.ts';

function read(imbalance: number, signal: 'bullish' | 'bearish' | 'neutral') {
  const state = exampleState('long');
  return readPrimaries(
    {
      ...state,
      flow: state.flow.map((flow) => ({ ...flow, imbalance })),
      microstructure: { ...state.microstructure!, signal },
    },
    '1m',
  );
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
  for (const check of checks) expect(check.note).toContain('not available');
});
