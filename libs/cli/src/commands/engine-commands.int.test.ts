import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EngineAtHand, jsonLines, run } from './testing/engine-at-hand.ts';

let engine: EngineAtHand;
beforeAll(async () => {
  engine = await EngineAtHand.open();
}, 60_000);
afterAll(() => engine[Symbol.asyncDispose]());

const algo = (...args: string[]) => engine.algo(...args);

test('the status of a running engine adds up what its services say', async () => {
  const { code, out } = await algo('status', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    running: true,
    tradesIn: 12,
    stored: 10,
    inFlight: 2,
    unstored: null,
    positionsOpen: 1,
    stopMoves: 1,
    realizedPnl: '0',
  });
}, 30_000);

test('an open position is listed with the stop it has now', async () => {
  const { out } = await algo('positions', '--json');
  expect(jsonLines(out)).toMatchObject([
    { id: 'p1', quantity: '2', stop: '99.5', stopMoves: 1, state: 'open' },
  ]);
}, 30_000);

test('of several accounts one must be named, and only its own is shown', async () => {
  const two = ['--data-dir', engine.twoAccountsDir];
  const { code, err } = await run(['positions', ...two]);
  expect(code).toBe(2);
  expect(err).toMatch(/--account.*several.*paper-main, paper-two/s);
  const { out } = await run(['positions', ...two, '--account', 'paper-two', '--json']);
  expect(jsonLines(out)).toMatchObject([{ id: 'p2', quantity: '7', stop: '99' }]);
  const journal = await run(['journal', ...two, '--account', 'paper-two', '--json']);
  expect(jsonLines(journal.out).map(({ id }) => id)).toEqual(['d2', 'p2', undefined]);
  expect((await run(['halt', ...two, '--account', 'paper-three', '--reason', 'a test'])).code).toBe(2);
}, 30_000);

test('a tail decodes what is stored and ends after so many', async () => {
  const { code, out } = await algo('tail', 'pos.evt.paper-main.>', '--json', '--from-start', '--max', '2');
  expect(code).toBe(0);
  expect(jsonLines(out)).toMatchObject([
    { type: 'algo.v1.PositionOpened', message: { stopPrice: '99' } },
    { type: 'algo.v1.StopMoved', message: { from: '99', to: '99.5' } },
  ]);
}, 30_000);

test('a tail shows the columns of a trade batch as lists', async () => {
  const { out } = await algo('tail', '*.trades.>', '--json', '--from-start', '--max', '1');
  expect(jsonLines(out)).toMatchObject([
    { message: { trades: { price: [100, 100.5], ids: { values: [1, 2] } } } },
  ]);
}, 30_000);

test('the journal is the same twice, and its hash is that of its lines', async () => {
  const first = jsonLines((await algo('journal', '--json')).out);
  expect(first.map(({ kind }) => kind)).toEqual(['DecisionMade', 'PositionOpened', 'StopMoved', 'Hash']);
  const { out } = await algo('journal', '--hash');
  expect(out.trim()).toBe(first.at(-1)!.sha256);
}, 30_000);

test('the journal for people is readable lines, what happened first standing first', async () => {
  const { code, out } = await algo('journal');
  expect(code).toBe(0);
  expect(out.trim().split('\n')).toEqual([
    '1970-01-01 00:00:00.900  synthetic.spot.ALGOUSD  decided: no trade by s1, stopped at level 2: regime',
    '1970-01-01 00:00:01.000  synthetic.spot.ALGOUSD  position opened: long 2 at 100, stop 99',
    '1970-01-01 00:00:02.000  synthetic.spot.ALGOUSD  stop moved: 99 → 99.5, best price 101',
  ]);
}, 30_000);

test('a data directory of an older layout is refused with what to do', async () => {
  const old = join(engine.dataDir, 'old');
  mkdirSync(old);
  writeFileSync(join(old, 'engine.json'), JSON.stringify({ version: '0.1.0', pid: 1, pacing: 'steps' }));
  const { code, err } = await run(['status', '--data-dir', old]);
  expect(code).toBe(2);
  expect(err).toMatch(/another version of the engine.*fresh --data-dir/s);
}, 30_000);
