import { Decimal, type Fill } from '@algo/model';
import { expect, test } from 'vitest';
import { CashBook, type CashShown } from './cash-book.ts';
import { A, ACCOUNT, d, fill, INSTRUMENT, S, WEB } from './testing/reconcile-scenario.ts';

const STALE = 10;
/** The venue shows so much USDT as of a second. */
const shows = (
  usdt: string,
  seconds: number | null,
  missed: Partial<CashShown['missed']> = {},
): CashShown => ({
  balances: [{ account: ACCOUNT, asset: 'USDT', total: d(usdt), free: d(usdt) }],
  missed: { own: [], foreign: [], behind: new Set(), ...missed },
  shownUs: seconds === null ? null : seconds * S,
  staleUs: STALE * S,
});
const rulesOf = () => INSTRUMENT;
const usdt = (book: CashBook) => book.expected().get('USDT')?.toString();
const deposit = (amount: string, seconds: number) => ({
  ...{ venueMoveId: `m${seconds}`, account: ACCOUNT, asset: 'USDT', amount: d(amount) },
  ...{ reason: 'deposit' as const, timeUs: seconds * S },
});

/** A book in which 1,000 USDT were there at second 1. */
function opened(): CashBook {
  const book = new CashBook([INSTRUMENT]);
  book.settle(shows('1000', 1), rulesOf);
  return book;
}

test('what was there at first is written down, and fills, fees and transfers are added to it', () => {
  const book = opened();
  book.filled(fill('t1', A, '10', { fee: d('0.83'), timeUs: 2 * S }), INSTRUMENT);
  book.filled(fill('t2', A, '4', { side: 'sell', feeAsset: 'BNB', fee: d('0.1') }), INSTRUMENT);
  book.moved(deposit('50', 3));
  expect(usdt(book)).toBe('551.17');
  expect(usdt(new CashBook([INSTRUMENT], book.state()))).toBe('551.17');
});

test('a fee that is taken in the coin costs no cash', () => {
  const book = opened();
  book.filled(fill('t1', A, '10', { fee: d('0.01'), feeAsset: 'LTC' }), INSTRUMENT);
  expect(usdt(book)).toBe('170');
});

test.each<[string, CashShown, CashShown, string]>([
  ['two moments, as far apart as reads may be old', shows('900', 2), shows('900', 12), '900'],
  ['two answers of one moment', shows('900', 2), shows('900', 2), '1000'],
  ['moments that are too near', shows('900', 2), shows('900', 11), '1000'],
  ['two that differ', shows('900', 2), shows('901', 12), '1000'],
  ['a venue that tells no time', shows('900', null), shows('900', null), '1000'],
  ['a reading from before the last transfer', shows('900', 0.5), shows('900', 12), '1000'],
])('what the venue holds instead is so from then on after %s', (_, first, second, expected) => {
  const book = opened();
  book.settle(first, rulesOf);
  expect(usdt(book)).toBe('1000');
  book.settle(second, rulesOf);
  expect(usdt(book)).toBe(expected);
});

test('a difference that a transfer explains in time is none', () => {
  const book = opened();
  book.settle(shows('1050', 2), rulesOf);
  book.moved(deposit('50', 2));
  book.settle(shows('1050', 12), rulesOf);
  expect(usdt(book)).toBe('1050');
});

test('while fills of ours are missed, nothing is concluded', () => {
  const book = opened();
  const own: Fill[] = [fill('t1', A, '1', {})];
  for (const seconds of [2, 30]) book.settle(shows('917', seconds, { own }), rulesOf);
  expect(usdt(book)).toBe('1000');
});

test('an asset that somebody else trades is left, and opened anew once that is over', () => {
  const book = opened();
  expect(book.settle(shows('917', 2, { foreign: [fill('x1', WEB, '1', {})] }), rulesOf)).toBe(true);
  expect(usdt(book)).toBeUndefined();
  book.settle(shows('917', 3), rulesOf);
  expect(usdt(book)).toBe('917');
});

test('cash behind a contract is moved by more than fills, and is not followed', () => {
  const book = opened();
  book.filled(fill('t1', A, '10', {}), { ...INSTRUMENT, market: 'perp' });
  book.settle(shows('900', 2), rulesOf);
  expect([...book.expected()]).toEqual([]);
});

test('coins that we hold as positions are no cash', () => {
  const book = new CashBook([INSTRUMENT]);
  const ltc = { account: ACCOUNT, asset: 'LTC', total: Decimal.one, free: Decimal.one };
  book.settle({ ...shows('1000', 1), balances: [ltc] }, rulesOf);
  expect([...book.expected()]).toEqual([]);
});
