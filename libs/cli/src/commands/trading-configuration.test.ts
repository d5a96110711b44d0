import { expect, test } from 'vitest';
import { readEnvironment } from '../config.ts';
import { configurationFolder } from './trading-configuration.ts';

test('a folder of trading configurations that is named as a whole path is taken as it is', () => {
  const environment = readEnvironment();
  const inherited = { ...environment.inherited, ALGO_TRADING_CONFIGS_DIR: '/somewhere/trading' };
  expect(configurationFolder({ ...environment, inherited })).toBe('/somewhere/trading');
});
