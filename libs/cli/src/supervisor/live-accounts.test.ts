import { expect, test } from 'vitest';
import { modeOf } from './engine-frame.ts';
import { liveWords, parseLiveAccounts } from './live-accounts.ts';
import { parseUpOptions, type RawUpOptions } from './up-options.ts';

const GOOD = `
accounts:
  main:
    exchange: binance-spot
    key_file: keys/api.key
    secret_file: /run/secrets/api.secret
    starting_equity: 500.50
`;
const live = (text = GOOD) => parseLiveAccounts(text, '/etc/algo/exchanges.yaml');
const options = (raw: RawUpOptions, text?: string) =>
  parseUpOptions(
    raw,
    (path) => path,
    (list) => [list],
    live(text),
  );

test('an account has its exchange’s addresses, and paths are seen from the file that names them', () => {
  expect(live()).toEqual([
    {
      ...{ account: 'main', exchange: 'binance-spot', startingEquity: '500.50' },
      ...{ keyFile: '/etc/algo/keys/api.key', secretFile: '/run/secrets/api.secret' },
      restUrl: 'https://api.binance.com',
      socketUrl: 'wss://ws-api.binance.com:443/ws-api/v3',
      paths: { primary: 'direct' },
    },
  ]);
  expect(liveWords(live())).toBe('main=binance-spot/500.50');
  const testnet = `${GOOD}    rest_url: https://testnet.binance.vision\n`;
  expect(live(testnet)[0]!.restUrl).toBe('https://testnet.binance.vision');
});

test('an account of contracts may bound their leverage', () => {
  const text = GOOD.replace('binance-spot', 'binance-usdm').concat('    leverage_max: 5\n');
  expect(live(text)).toMatchObject([{ exchange: 'binance-usdm', leverageMax: 5 }]);
});

test('an account may name a second way of its requests, and another address of it', () => {
  const text = `${GOOD}    fallback: ccxt\n    fallback_url: https://api1.binance.com\n`;
  const paths = { primary: 'direct', fallback: 'ccxt', fallbackUrl: 'https://api1.binance.com' };
  expect(live(text)).toMatchObject([{ paths }]);
  expect(live(`${GOOD}    primary: ccxt\n`)).toMatchObject([{ paths: { primary: 'ccxt' } }]);
});

test.each([
  [
    'an exchange that there is not',
    GOOD.replace('binance-spot', 'binance'),
    'accounts.main.exchange = "binance": expected binance-spot or binance-usdm',
  ],
  ['paper', GOOD.replace('binance-spot', 'paper'), 'accounts.main.exchange = "paper"'],
  [
    'no secret',
    GOOD.replace(/^ +secret_file.*$/m, ''),
    'accounts.main.secret_file = not set: expected the path',
  ],
  ['a key itself', `${GOOD}    api_key: abc\n`, 'accounts.main.api_key: not a setting'],
  [
    'no money',
    GOOD.replace('500.50', '0'),
    'accounts.main.starting_equity = "0": expected an amount such as 500',
  ],
  [
    'a way that there is not',
    GOOD.concat('    fallback: rest\n'),
    'accounts.main.fallback = "rest": expected direct or ccxt',
  ],
  [
    'a fallback that is the primary way',
    GOOD.concat('    primary: ccxt\n    fallback: ccxt\n'),
    'accounts.main.fallback = "ccxt": it is the primary way too',
  ],
  [
    'an address of no fallback',
    GOOD.concat('    fallback_url: https://api1.binance.com\n'),
    'accounts.main.fallback_url = "https://api1.binance.com": there is no fallback',
  ],
  [
    'a leverage that is none',
    GOOD.replace('binance-spot', 'binance-usdm').concat('    leverage_max: 0\n'),
    'accounts.main.leverage_max = "0": expected a whole number such as 10',
  ],
  [
    'a leverage on spot',
    GOOD.concat('    leverage_max: 5\n'),
    'accounts.main.leverage_max = "5": a spot account has no leverage',
  ],
  ['no account', 'accounts: {}', 'expected at least one account'],
  ['another file', 'instruments: []', 'accounts = not set'],
  ['text that is no YAML', 'accounts: [', 'Flow'],
])('%s is refused by field, value and what is right', (_, text, words) => {
  expect(() => live(text)).toThrow(words);
});

test('live accounts bring their feed; accounts named beside them are played on paper', () => {
  const { accounts, feedKind, live: real } = options({ accounts: 'paper-main' });
  expect({ accounts, feedKind }).toEqual({ accounts: ['main', 'paper-main'], feedKind: 'binance' });
  expect(modeOf({ live: real })).toBe('LIVE, REAL MONEY: main on binance-spot');
  expect(options({}).accounts).toEqual(['main']);
});

test.each([
  ['synthetic', {}],
  ['binance-usdm', {}],
  ['file:a.csv', {}],
])('real orders are never priced by the feed %s', (feed) => {
  expect(() => options({ feed })).toThrow(
    /--feed.*main trades on binance-spot, whose prices it does not bring/,
  );
});
