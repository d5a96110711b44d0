import type { MarketState } from '@algo/model';
import { expect, test } from 'vitest';
import { exampleState, withFeature } from '../testing/example-state.ts';
import { regimeLevel, robustRegimeLevel } from './regime.ts';

type Change = Readonly<Partial<Record<Parameters<typeof withFeature>[2], number | null>>>;

function changed(change: Change): MarketState {
  return Object.entries(change).reduce(
    (state, [name, value]) => withFeature(state, '15m', name as keyof Change, value),
    exampleState('long'),
  );
}

const cases: readonly (readonly [string, Change, 'long' | null, string | null])[] = [
  ['all in order is an up-trend', {}, 'long', null],
  ['ADX exactly 20 trends', { adx_14: 20 }, 'long', null],
  ['ADX just under 20 ranges', { adx_14: 19.99 }, null, 'regime.adx'],
  ['ATR exactly 0.5 % trends', { atr_percent: 0.5 }, 'long', null],
  ['ATR just under 0.5 % ranges', { atr_percent: 0.499 }, null, 'regime.atr_percent'],
  ['persistence exactly 0.55 trends', { hurst: 0.55 }, 'long', null],
  ['persistence just under 0.55 ranges', { hurst: 0.549 }, null, 'regime.persistence'],
  ['mean reversion exactly 0.6 trends', { mean_reversion: 0.6 }, 'long', null],
  ['mean reversion just over 0.6 ranges', { mean_reversion: 0.601 }, null, 'regime.mean_reversion'],
  ['EMA20 equal to EMA50 ranges', { ema_20: 99 }, null, 'regime.ema20'],
  ['EMA50 equal to EMA200 ranges', { ema_50: 98 }, null, 'regime.ema50'],
  ['EMA50 under EMA200 ranges', { ema_50: 97 }, null, 'regime.ema50'],
  ['price exactly on EMA20 ranges', { ema_20: 100 }, null, 'regime.price'],
  ['price under EMA20 ranges', { ema_20: 100.1 }, null, 'regime.price'],
  ['no ADX yet ranges', { adx_14: null }, null, 'regime.adx'],
  ['no ATR yet ranges', { atr_percent: null }, null, 'regime.atr_percent'],
  ['no persistence yet ranges', { hurst: null }, null, 'regime.persistence'],
  ['no mean reversion yet ranges', { mean_reversion: null }, null, 'regime.mean_reversion'],
  ['no EMA20 yet ranges', { ema_20: null }, null, 'regime.ema20'],
  ['no EMA200 yet ranges', { ema_200: null }, null, 'regime.ema50'],
  ['a number that is none never passes', { adx_14: Number.NaN }, null, 'regime.adx'],
];

test.each(cases)('%s', (_name, change, direction, failing) => {
  const verdict = regimeLevel(changed(change), '15m');
  expect(verdict.direction).toBe(direction);
  const failed = verdict
    .checks()
    .filter((check) => check.passed === false)
    .map((check) => check.name);
  if (failing === null) expect(failed).toEqual([]);
  else expect(failed).toContain(failing);
});

test('mirrors to a down-trend', () => {
  expect(regimeLevel(exampleState('short'), '15m').direction).toBe('short');
});

test('says not available for a timeframe that is not there', () => {
  const verdict = regimeLevel(exampleState('long'), '1h');
  expect(verdict.direction).toBeNull();
  expect(verdict.checks().find((check) => check.name === 'regime.adx')).toMatchObject({
    value: null,
    threshold: 20,
    passed: false,
    note: 'not available',
  });
});

test.each<readonly [string, Change, 'long' | null]>([
  ['ADX 25 is a trend', { variance_ratio_z: 0 }, 'long'],
  ['ADX 24.9 alone is none', { adx_14: 24.9, variance_ratio_z: 0 }, null],
  ['returns that go on are one', { adx_14: 20, variance_ratio_z: 1.66 }, 'long'],
  ['z exactly 1.65 is no surer than chance', { adx_14: 20, variance_ratio_z: 1.65 }, null],
  ['returns that come back are none, however strong', { adx_14: 40, variance_ratio_z: -1.66 }, null],
  ['without a variance ratio nothing is known', { adx_14: 40, variance_ratio_z: null }, null],
  ['averages out of order', { ema_50: 97, variance_ratio_z: 2 }, null],
  ['price under EMA20', { ema_20: 100.1, variance_ratio_z: 2 }, null],
])('robust: %s', (_name, change, direction) => {
  const verdict = robustRegimeLevel(changed(change), '15m');
  expect(verdict.direction).toBe(direction);
  expect(verdict.checks().every((check) => check.passed === true)).toBe(direction !== null);
});
