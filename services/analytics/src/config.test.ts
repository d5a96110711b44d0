import { USUAL_FEATURES } from '@algo/market-analytics';
import { PROFILE_SCOPES, RULE_SETS, TIMEFRAMES } from '@algo/model';
import { readConfig } from '@algo/runtime';
import { expect, test } from 'vitest';
import { config } from './config.ts';

const read = (environment: Readonly<Record<string, string>>) => readConfig('analytics', config, environment);

test('unless somebody asks for less, all is computed', () => {
  expect(read({})).toMatchObject({
    ...{ ruleSets: [...RULE_SETS], timeframes: [...TIMEFRAMES], profiles: [...PROFILE_SCOPES] },
    ...{ features: [...USUAL_FEATURES], storesFlow: true },
  });
});

test('what is asked is a list with commas, each once', () => {
  const asked = { ALGO_TIMEFRAMES: '1m,15m,1m', ALGO_FEATURES: 'ema_9,hurst', ALGO_STORES_FLOW: 'false' };
  expect(read(asked)).toMatchObject({
    ...{ timeframes: ['1m', '15m'], features: ['ema_9', 'hurst'], storesFlow: false },
  });
});

test.each([
  ['ALGO_FEATURES', 'ema_1', 'bars is 1'],
  ['ALGO_FEATURES', 'luck', 'no feature of this name'],
  ['ALGO_TIMEFRAMES', '2m', '15s'],
  ['ALGO_PROFILES', 'day', 'session'],
])('%s=%s is refused by name', (name, value, word) => {
  expect(() => read({ [name]: value })).toThrow(name);
  expect(() => read({ [name]: value })).toThrow(word);
});
