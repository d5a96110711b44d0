import { readFileSync } from 'node:fs';
import { instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { parseLimits } from './parse-limits.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const BTC = instrumentId('binance.spot.BTCUSDT');
const SHIPPED = readFileSync(new URL('../../../../config/limits.yaml', import.meta.url), 'utf8');
const NAMES = {
  account: 'a',
  accounts: ['a', 'b'],
  venue: 'paper',
  venues: ['paper'],
  instruments: [LTC, BTC],
  isLive: false,
};
const read = (text: string) => parseLimits(text, 'limits.yaml', NAMES);
/** The shipped file with a line more at the end of a part. */
const within = (part: 'accounts' | 'venues' | 'instruments', ...lines: readonly string[]) =>
  SHIPPED.replace(`${part}:\n`, `${part}:\n${lines.map((line) => `  ${line}\n`).join('')}`);

test('the limits that are shipped can be read and hold for every instrument', () => {
  const { limits } = read(SHIPPED);
  expect([...limits.byInstrument.keys()]).toEqual([LTC, BTC]);
  expect(limits).toMatchObject({ positionsMax: 10, venue: { rejectsMax: 5, rejectsPauseUs: 1_800_000_000 } });
  expect(limits.byInstrument.get(LTC)?.collar.toString()).toBe('0.01');
});

test('an account, a venue and an instrument may differ from the default, each in what it names', () => {
  const own = (text: string) => read(text).limits;
  expect(own(within('accounts', 'a: { positions_max: 3 }', 'b: { positions_max: 4 }'))).toMatchObject({
    ...{ positionsMax: 3, entriesPerMinuteMax: 60 },
  });
  expect(own(within('venues', 'paper: { open_orders_max: 7 }')).venue).toMatchObject({
    ...{ openOrdersMax: 7, rejectsMax: 5 },
  });
  const { byInstrument } = own(within('instruments', `${LTC}: { collar: 0.02 }`));
  expect([LTC, BTC].map((id) => byInstrument.get(id)?.collar.toString())).toEqual(['0.02', '0.01']);
});

test('an account of a real exchange needs limits of its own: what is missing is said, by name', () => {
  const live = (text: string) => parseLimits(text, 'limits.yaml', { ...NAMES, isLive: true }).objections;
  expect(read(SHIPPED).objections).toEqual([]);
  expect(live(SHIPPED)).toEqual([
    'limits.yaml sets no positions_max, gross_notional_max, entry_notional_per_minute_max for a, and the ' +
      'default ones are for paper. Write them into a section accounts: a:.',
  ]);
  const own = 'a: { positions_max: 1, gross_notional_max: 100, entry_notional_per_minute_max: 100 }';
  expect(live(within('accounts', own))).toEqual([]);
  expect(live(within('accounts', own.replace('gross_notional_max: 100, ', '')))).toEqual([
    expect.stringContaining('sets no gross_notional_max for a,'),
  ]);
});

test('limits have the same name when they say the same, however they are written', () => {
  const same = within('accounts', 'a: { positions_max: 10 }', '# a remark');
  expect(read(same).hash).toBe(read(SHIPPED).hash);
  expect(read(within('accounts', 'a: { positions_max: 11 }')).hash).not.toBe(read(SHIPPED).hash);
});

test.each<[string, string, string]>([
  [
    'a share above 1',
    within('instruments', `${LTC}:`, '  collar: 7'),
    'instruments.binance.spot.LTCUSDT.collar = "7": expected a share below 1 such as 0.05',
  ],
  ['no number', within('accounts', 'a: { positions_max: many }'), 'expected a whole number from 1'],
  ['none at all', within('accounts', 'a: { positions_max: 0 }'), 'accounts.a.positions_max = "0"'],
  [
    'a misspelt limit',
    within('accounts', 'a: { position_max: 3 }'),
    'accounts.a.position_max = "3": not a limit',
  ],
  ['a missing limit', SHIPPED.replace(/ +positions_max.*\n/, ''), 'accounts.default.positions_max = not set'],
  ['nobody of that name', within('accounts', 'c: {}'), 'accounts.c = a section: there is none of that name'],
  ['a broken file', 'accounts: [', 'line 1: '],
  ['an empty file', '', 'accounts = not set'],
])('%s is named with its line', (_, text, says) => {
  expect(() => read(text)).toThrow(says);
});

test('the line that is named is the one that is wrong', () => {
  const text = within('instruments', `${LTC}:`, '  collar: 7');
  const line = text.split('\n').indexOf('    collar: 7') + 1;
  expect(() => read(text)).toThrow(`line ${line}: `);
});

test('all that is wrong is said at once', () => {
  const text = within('accounts', 'a: { positions_max: no, gross_notional_max: no }');
  expect(() => read(text)).toThrow(/2 problems(.|\n)*positions_max(.|\n)*gross_notional_max/);
});
