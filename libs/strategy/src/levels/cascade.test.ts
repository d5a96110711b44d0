import { expect, test } from 'vitest';
import { exampleState, withFlow } from '../testing/example-state.ts';
import { cascadeLevel } from './cascade.ts';

const LONG = exampleState('long');
type Lots = readonly [buy: number, sell: number];

test.each<readonly [string, Lots, Lots, Lots, 'long' | 'short', boolean]>([
  ['3.0 > 2.0 > 1.5 is a long', [3, 1], [4, 2], [6, 4], 'long', true],
  ['2.001 is beyond 2.0', [2.001, 1], [3, 2], [6, 5], 'long', true],
  ['2.0 is not beyond 2.0', [2, 1], [3, 2], [6, 5], 'long', false],
  ['0.3 to 0.15 is not beyond 2.0', [0.3, 0.15], [3, 2], [6, 5], 'long', false],
  ['equal middle and longest do not cascade', [3, 1], [4, 2], [8, 4], 'long', false],
  ['equal fastest and middle do not cascade', [3, 1], [6, 2], [8, 4], 'long', false],
  ['rising toward the longest is no long', [3, 1], [4, 2], [10, 4], 'long', false],
  ['500, 100 and 6 to 1 cascade', [500, 1], [100, 1], [6, 1], 'long', true],
  ['only buys above some sells', [5, 0], [100, 1], [6, 1], 'long', true],
  ['only buys in two windows are equal', [5, 0], [9, 0], [6, 1], 'long', false],
  ['0.4 < 0.6 < 0.8 is a short', [4, 10], [6, 10], [8, 10], 'short', true],
  ['only sells is under every ratio', [0, 3], [6, 10], [8, 10], 'short', true],
  ['0.5 is not under 0.5', [5, 10], [6, 10], [8, 10], 'short', false],
  ['equal middle and longest are no short', [4, 10], [6, 10], [9, 15], 'short', false],
  ['a long cascade is no short', [3, 1], [4, 2], [6, 4], 'short', false],
  ['nothing traded is 1 to 1', [0, 0], [0, 0], [0, 0], 'short', false],
])('%s', (_name, fast, middle, long, direction, passes) => {
  const verdict = cascadeLevel(withFlow(LONG, { '1m': fast, '5m': middle, '15m': long }), direction);
  expect(verdict.passed).toBe(passes);
  expect(verdict.checks().every((check) => check.passed === true)).toBe(passes);
});

test('two ratios that the same double stands for are told apart', () => {
  const [a, b] = [4_503_599_627_370_495, 4_503_599_627_370_494];
  const flow = { '1m': [9, 1], '5m': [a / 1000, (a - 1) / 1000], '15m': [b / 1000, (b - 1) / 1000] } as const;
  expect(cascadeLevel(withFlow(LONG, flow), 'short').checks()[2]!.passed).toBe(true);
});

test('it says the ratios, and that there were no sells', () => {
  const verdict = cascadeLevel(withFlow(LONG, { '1m': [5, 0], '5m': [3, 1], '15m': [2, 1] }), 'long');
  expect(verdict.imbalance).toBe(Number.POSITIVE_INFINITY);
  expect(verdict.checks().map(({ value, threshold }) => [value, threshold])).toEqual([
    [null, 2],
    [3, null],
    [2, 3],
  ]);
  expect(verdict.checks()[0]!.note).toContain('no sells');
});

test('a window that is not there makes it not available', () => {
  const verdict = cascadeLevel({ ...LONG, flow: LONG.flow.slice(0, 2) }, 'long');
  expect(verdict.passed).toBe(false);
  expect(verdict.checks()[1]).toMatchObject({ value: null, passed: false, note: 'not available' });
});
