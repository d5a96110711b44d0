import { readConfig } from '@algo/runtime';
import { expect, test } from '@jest/globals';
import { config } from './config.ts';

test('without a word it is a synthetic market in real time', () => {
  expect(readConfig('ingest', config, {})).toMatchObject({
    feed: { kind: 'synthetic' },
    instruments: [],
    speed: 1,
    stepMs: 100,
    window: 32,
    warmHistoryMinutes: 180,
  });
});

test('files, instruments and speed are read', () => {
  const env = {
    ALGO_FEED: 'file:a.csv, b.csv.gz',
    ALGO_INSTRUMENTS: 'binance.spot.LTCUSDT,binance.spot.BTCUSDT',
    ALGO_SPEED: 'max',
  };
  expect(readConfig('ingest', config, env)).toMatchObject({
    feed: { kind: 'file', paths: ['a.csv', 'b.csv.gz'] },
    instruments: ['binance.spot.LTCUSDT', 'binance.spot.BTCUSDT'],
    speed: 'max',
  });
});

test.each([
  ['ALGO_FEED', 'kraken', 'expected synthetic, binance, or file:PATH'],
  ['ALGO_FEED', 'file:', 'expected synthetic, binance, or file:PATH'],
  ['ALGO_SPEED', '0', 'expected max, or how many times as fast'],
  ['ALGO_SPEED', '1001', 'expected max, or how many times as fast'],
  ['ALGO_SPEED', 'fast', 'expected max, or how many times as fast'],
  ['ALGO_STEP_MS', '150', 'expected a multiple of 100 ms'],
  ['ALGO_STEP_MS', '0', 'expected 100 to 60000 ms'],
  ['ALGO_WINDOW', '0', 'ALGO_WINDOW'],
  ['ALGO_SEED', 'x', 'expected a whole number'],
  ['ALGO_BINANCE_URL', 'https://example.com', 'expected an address such as wss://'],
])('%s=%s is refused with what was expected', (name, value, expected) => {
  expect(() => readConfig('ingest', config, { [name]: value })).toThrow(expected);
  expect(() => readConfig('ingest', config, { [name]: value })).toThrow(name);
});
