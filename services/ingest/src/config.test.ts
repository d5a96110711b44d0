import { readConfig } from '@algo/runtime';
import { expect, test } from 'vitest';
import { config, speedOf } from './config.ts';

test('without a word it is a synthetic market', () => {
  expect(readConfig('ingest', config, {})).toMatchObject({
    feed: { kind: 'synthetic', name: 'synthetic' },
    instruments: [],
    warmHistoryMinutes: 180,
    binanceUrl: 'wss://stream.binance.com:9443',
    binanceRestUrl: 'https://api.binance.com',
  });
});

test('files, instruments and speed are read', () => {
  const env = {
    ALGO_FEED: 'file:a.csv, b.csv.gz',
    ALGO_INSTRUMENTS: 'binance.spot.LTCUSDT,binance.spot.BTCUSDT',
    ALGO_SPEED: 'max',
  };
  expect(readConfig('ingest', config, env)).toMatchObject({
    feed: { kind: 'file', name: 'file', list: 'a.csv, b.csv.gz' },
    instruments: ['binance.spot.LTCUSDT', 'binance.spot.BTCUSDT'],
    speed: 'max',
  });
});

test.each([
  ['synthetic', '', 20],
  ['synthetic', '3', 3],
  ['file:a.csv', '', 1],
  ['binance', '', 1],
])('the feed %s with the speed %j runs at %d times the clock', (ALGO_FEED, ALGO_SPEED, speed) => {
  expect(speedOf(readConfig('ingest', config, { ALGO_FEED, ALGO_SPEED }))).toBe(speed);
});

test('a live feed goes by the name that the venues have it under', () => {
  expect(readConfig('ingest', config, { ALGO_FEED: 'binance' })).toMatchObject({
    feed: { kind: 'live', name: 'binance' },
  });
});

test.each([
  [
    'ALGO_FEED',
    'kraken',
    '--feed: expected synthetic, binance, binance-usdm, binance-usdm-raw, or file:PATH',
  ],
  [
    'ALGO_FEED',
    'toString',
    '--feed: expected synthetic, binance, binance-usdm, binance-usdm-raw, or file:PATH',
  ],
  ['ALGO_FEED', 'file:', '--feed: expected synthetic, binance, binance-usdm, binance-usdm-raw, or file:PATH'],
  ['ALGO_SPEED', '0', '--speed: expected max, or how many times as fast'],
  ['ALGO_SPEED', '1001', '--speed: expected max, or how many times as fast'],
  ['ALGO_SPEED', 'fast', '--speed: expected max, or how many times as fast'],
  ['ALGO_SEED', 'x', 'expected a whole number'],
  ['ALGO_BINANCE_URL', 'https://example.com', 'expected an address such as wss://'],
  ['ALGO_BINANCE_REST_URL', 'wss://example.com', 'expected an address such as https://'],
])('%s=%s is refused with what was expected', (name, value, expected) => {
  expect(() => readConfig('ingest', config, { [name]: value })).toThrow(expected);
  expect(() => readConfig('ingest', config, { [name]: value })).toThrow(name);
});
