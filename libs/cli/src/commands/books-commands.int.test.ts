import { subjects } from '@algo/contracts';
import { Decimal, type EntryCause, strategyName } from '@algo/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AIRDROPPED, BooksAtHand } from './testing/books-at-hand.ts';
import { ACCOUNT, EngineAtHand, jsonLines } from './testing/engine-at-hand.ts';

let engine: EngineAtHand;
let books: BooksAtHand;
beforeAll(async () => {
  engine = await EngineAtHand.open();
  books = new BooksAtHand(engine, '3');
}, 60_000);
afterAll(() => engine[Symbol.asyncDispose]());

const algo = (...args: string[]) => engine.algo(...args);
const settle = (how: string, ...args: string[]) => algo(how, ...args, '--reason', 'a test', '--by', 'Ada');
const lastCommand = async () => (await engine.bus.last('CONTROL', subjects.controlMode(ACCOUNT)))?.fact;

test('with nobody to compare, it says who is silent, and that nothing was compared', async () => {
  const { code, err } = await algo('reconcile');
  expect(code).toBe(2);
  expect(err).toMatch(/no answer within 5 s/);
  expect(err).toMatch(/execution.paper-main has never said anything/);
  expect(err).toMatch(/reconcile.paper-main has never said anything/);
}, 30_000);

test('books that differ are told as a table, with what a person can do, and with code 1', async () => {
  await using _ = await books.obey();
  const { code, out, err } = await algo('reconcile', '--dry-run', '--by', 'Ada');
  expect({ code, err }).toEqual({ code: 1, err: 'The books differ: see the table.' });
  expect(out).toMatch(/a dry run, nothing follows from it/);
  expect(out).toMatch(/D2 +position binance.spot.LTCUSDT +0 +3 +waits for a person: algo adopt, or acknow/);
  expect(out).toMatch(/no entries while it is so: binance.spot.LTCUSDT: 3 that none of our orders opened/);
  expect(await lastCommand()).toMatchObject({ name: 'CompareBooks', body: { dryRun: true, by: 'Ada' } });
}, 30_000);

test('with reconcile dead it says that nobody compared, who is silent, and what to do', async () => {
  books.compares = false;
  await using _ = await books.obey();
  const { code, err } = await algo('reconcile', '--dry-run');
  books.compares = true;
  expect(code).toBe(2);
  expect(err).toMatch(/not compared within 20 s/);
  expect(err).toMatch(
    /reconcile.paper-main has never said anything: our books and the exchange are not comp/,
  );
  expect(err).toMatch(/look at `algo status`, then ask again/);
}, 60_000);

test('a venue with old books: it says what follows once the same is found again, with code 1', async () => {
  books.cure = 'correct';
  await using _ = await books.obey();
  const { code, out } = await algo('reconcile', '--dry-run');
  books.cure = 'person';
  expect({ code, out }).toMatchObject({
    code: 1,
    out: expect.stringContaining('ours becomes 3 once it is found again'),
  });
}, 30_000);

test('a comparison that fails says why, with code 2', async () => {
  books.failure = 'the venue is silent';
  await using _ = await books.obey();
  const { code, out, err: failed } = await algo('reconcile', '--dry-run');
  expect(failed).toMatch(/nothing is concluded. Mend what is named above, then ask again/);
  expect({ code, out }).toMatchObject({ code: 2, out: expect.stringContaining('may not trade: the venue') });
  const { code: settled, err } = await settle('adopt', 'LTCUSDT', '--yes');
  books.failure = null;
  expect({ settled, err }).toMatchObject({ settled: 1, err: expect.stringContaining('Nothing was changed') });
}, 30_000);

test('what is settled is told with its numbers first, and not done where nobody says yes', async () => {
  await using _ = await books.obey();
  const { code, out } = await settle('adopt', 'LTCUSDT');
  expect(code).toBe(2);
  expect(out).toMatch(/now: ours 0, beside it 0, at the venue 3 \(no trade of it is known\)/);
  expect(out).toMatch(/then: ours 3, beside it 0/);
  expect(out).toMatch(/with a stop 0.5 % behind the best price/);
  expect((await lastCommand())?.name).toBe('CompareBooks');
}, 30_000);

test('what the venue holds is adopted: a position with a stop, and books that agree', async () => {
  await using _ = await books.obey();
  const { code, out } = await settle('adopt', AIRDROPPED, '--yes');
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('the books agree') });
  expect(out).toMatch(/books corrected: 0 → 3: adopted; by Ada; a test/);
  expect(out).toMatch(/position adopted1: long 3 at 80, stop at 79.6/);
}, 30_000);

test('what would change nothing is refused with what there is', async () => {
  await using _ = await books.obey();
  const { code, err } = await settle('adopt', 'LTCUSDT', '--yes');
  expect(code).toBe(2);
  expect(err).toMatch(/nothing to adopt: ours 3, beside it 0, at the venue 3/);
  expect(await settle('forget', 'DOGEUSDT', '--yes')).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is none of that name'),
  });
}, 30_000);

test('a position is forgotten by its own name: what the venue holds lies beside then', async () => {
  await using _ = await books.obey();
  const { code, out } = await settle('forget', 'adopted1', '--yes', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    ...{ how: 'forget', by: 'Ada', guarded: true, isSettled: true },
    after: { own: '0', beside: '3' },
  });
  expect((await algo('status')).out).toMatch(/beside ours +3 binance.spot.LTCUSDT/);
}, 30_000);

test('what the venue holds more is acknowledged, and our own stays as it is', async () => {
  await using _ = await books.obey();
  books.hold('4');
  const { code, out } = await settle('acknowledge', 'LTCUSDT', '--yes');
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/4 beside it: acknowledged/) });
}, 30_000);

test('a leverage that was changed is acknowledged too, though the books agree', async () => {
  await using _ = await books.obey();
  const scope = { kind: 'instrument', instrument: AIRDROPPED } as const;
  const detail = 'leverage was 5, is 20';
  const cause = { code: 'ACCOUNT_SETUP', scope, sinceUs: 6_000_000, untilUs: null, lift: 'itself', detail };
  const said = { account: ACCOUNT, more: 0, timeUs: 6_000_000 };
  await engine.say('EntryStanding', { ...said, causes: [cause as EntryCause] });
  expect((await algo('status')).out).toContain(detail);
  const { code, out } = await settle('acknowledge', 'LTCUSDT', '--yes', '--json');
  expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({ code: 0, setup: detail });
  await engine.say('EntryStanding', { ...said, causes: [] });
  expect((await settle('acknowledge', 'LTCUSDT', '--yes')).code).toBe(2);
}, 60_000);

test('books that agree end with code 0, and past comparisons are told with why they were made', async () => {
  await using _ = await books.obey();
  const { code, out } = await algo('reconcile', '--json', '--by', 'Ada');
  expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({ code: 0, discrepancies: [] });
  const past = jsonLines((await algo('reconcile', '--history', '2', '--json')).out);
  expect(past.map(({ asked }) => asked)).toEqual(['asked by Ada', 'asked by Ada']);
  const { out: table } = await algo('reconcile', '--history', '20');
  expect(table).toMatch(/asked by Ada +differ: D2 position binance.spot.LTCUSDT/);
  expect(table).toMatch(/asked by Ada +failed: the venue is silent/);
}, 30_000);

test('dust is listed with its worth and the price from which it is sold', async () => {
  expect((await algo('dust')).out).toBe('nothing is left over\n');
  await engine.say('DustChanged', {
    ...{ type: 'DustChanged', account: ACCOUNT, instrument: AIRDROPPED, strategy: strategyName('s1') },
    ...{ cause: 'left', quantity: Decimal.of('0.05'), price: Decimal.of('80'), realized: Decimal.zero },
    ...{ fees: Decimal.zero, timeUs: 6_000_000 },
  });
  expect((await algo('dust')).out).toMatch(/binance.spot.LTCUSDT +0.05 +80 +- +- +from 102 on +s1/);
  expect((await algo('positions')).out).toMatch(/binance.spot.LTCUSDT +0.05 +80/);
  expect(jsonLines((await algo('positions', '--json')).out).at(-1)).toMatchObject({ state: 'dust' });
  expect((await algo('status')).out).toMatch(/dust +0.05 binance.spot.LTCUSDT: see algo dust/);
}, 30_000);

test('a breaker is reset only where one has tripped, with what it costs said first', async () => {
  const reset = (...args: string[]) => settle('breaker', 'reset', ...args);
  expect(await reset('--yes')).toMatchObject({
    code: 1,
    err: expect.stringContaining('No breaker of paper-main has tripped'),
  });
  const marked = { realized: Decimal.zero, unrealized: Decimal.zero, drawdown: Decimal.of('0.05') };
  await engine.say('EquityMarked', {
    ...{ type: 'EquityMarked', account: ACCOUNT, equity: Decimal.of('950'), ...marked, timeUs: 6_000_000 },
    unvalued: [{ asset: 'BNB', amount: Decimal.of('0.01') }],
  });
  await engine.say('DrawdownLevelChanged', {
    ...{ type: 'DrawdownLevelChanged', account: ACCOUNT, measure: 'daily', from: 'critical', to: 'breaker' },
    ...{ drawdown: Decimal.of('0.05'), timeUs: 6_000_000 },
  });
  const { code, out } = await reset();
  expect(code).toBe(2);
  expect(out).toMatch(/equity was 950, 5 % below what the day began with, about 1000/);
  await using _ = await engine.answerModes();
  expect(await reset('--yes')).toMatchObject({
    code: 0,
    out: expect.stringContaining('losses are measured from about 950'),
  });
  expect((await algo('status')).out).toMatch(/fees without a price +0.01 BNB: no part of equity/);
}, 30_000);
