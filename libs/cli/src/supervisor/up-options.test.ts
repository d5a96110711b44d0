import { InputError } from '@algo/model';
import { expect, test } from '@jest/globals';
import { parseUpOptions, type RawUpOptions } from './up-options.ts';

const parse = (raw: RawUpOptions) => parseUpOptions(raw, (path) => `/there/${path}`);

test('with nothing said it is the synthetic market in steps, one analytics process, until Ctrl-C', () => {
  expect(parse({})).toMatchObject({
    feedKind: 'synthetic',
    feed: 'synthetic',
    pacing: 'steps',
    speed: '20',
    analytics: 1,
    exitAtEnd: false,
    dataDir: undefined,
  });
});

test('files are made absolute, in their order', () => {
  const options = parse({ feed: 'file:a.csv, b.csv.gz', exitAtEnd: true });
  expect(options).toMatchObject({
    feedKind: 'file',
    feed: 'file:/there/a.csv,/there/b.csv.gz',
    files: ['/there/a.csv', '/there/b.csv.gz'],
    pacing: 'steps',
    exitAtEnd: true,
  });
});

test('a live feed has the pacing live', () => {
  expect(parse({ feed: 'binance', instruments: 'binance.spot.BTCUSDT,binance.spot.ETHUSDT' })).toMatchObject({
    pacing: 'live',
    instruments: ['binance.spot.BTCUSDT', 'binance.spot.ETHUSDT'],
  });
});

test.each<[string, RawUpOptions]>([
  ['an unknown feed', { feed: 'bitmex' }],
  ['a file feed without a file', { feed: 'file:' }],
  ['a speed below one', { speed: '0.5' }],
  ['a speed above a thousand', { speed: '1001' }],
  ['a speed that is no number', { speed: 'fast' }],
  ['a speed for a live feed', { feed: 'binance', speed: '2' }],
  ['the end of a live feed', { feed: 'binance', exitAtEnd: true }],
  ['no analytics process', { analytics: '0' }],
  ['a port that is none', { port: '70000' }],
  ['a seed with a fraction', { seed: '1.5' }],
  ['an instrument without a venue', { instruments: 'BTCUSDT' }],
])('%s is refused', (_, raw) => {
  expect(() => parse(raw)).toThrow(InputError);
});

test.each(['1', '1000', '2.5', 'max'])('speed %s is taken', (speed) => {
  expect(parse({ speed }).speed).toBe(speed);
});
