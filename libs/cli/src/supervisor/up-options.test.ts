import { InputError } from '@algo/model';
import { expect, test } from 'vitest';
import { parseUpOptions, type RawUpOptions, speedWarning } from './up-options.ts';

const there = (path: string) => `/there/${path.trim()}`;
const parse = (raw: RawUpOptions) => parseUpOptions(raw, there, (list) => list.split(',').map(there));

test('with nothing said it is the synthetic market, one account, analytics as last, until Ctrl-C', () => {
  expect(parse({})).toMatchObject({
    feedKind: 'synthetic',
    feed: 'synthetic',
    speed: undefined,
    accounts: ['paper-main'],
    analytics: undefined,
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
    speed: undefined,
    exitAtEnd: true,
  });
});

test('a live feed has the speed of its market', () => {
  expect(parse({ feed: 'binance', instruments: 'binance.spot.BTCUSDT,binance.spot.ETHUSDT' })).toMatchObject({
    speed: undefined,
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
  ['the end of a made-up market', { exitAtEnd: true }],
  ['the speed max of a feed that goes on', { feed: 'file:a.csv', speed: 'max' }],
  ['an account that is no word', { accounts: 'paper main' }],
  ['an account twice', { accounts: 'paper-main,paper-main' }],
  ['no account', { accounts: ' , ' }],
  ['no analytics process', { analytics: '0' }],
  ['more analytics processes than there are shards', { analytics: '65' }],
  ['a port that is none', { port: '70000' }],
  ['a seed with a fraction', { seed: '1.5' }],
  ['an instrument without a venue', { instruments: 'BTCUSDT' }],
])('%s is refused', (_, raw) => {
  expect(() => parse(raw)).toThrow(InputError);
});

test.each(['1', '1000', '2.5', 'max'])('speed %s is taken', (speed) => {
  expect(parse({ feed: 'file:a.csv', exitAtEnd: true, speed }).speed).toBe(speed);
});

test('several accounts are taken in their order', () => {
  expect(parse({ accounts: 'paper-main, paper-two' }).accounts).toEqual(['paper-main', 'paper-two']);
});

test('above 100 times the clock it is said that orders will expire', () => {
  expect(speedWarning({ speed: undefined })).toBeUndefined();
  expect(speedWarning({ speed: '100' })).toBeUndefined();
  expect(speedWarning({ speed: '101' })).toContain('orders will expire');
  expect(speedWarning({ speed: '1000' })).toContain('50 s');
});
