import { subjects } from '@algo/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCOUNT, EngineAtHand, jsonLines } from './testing/engine-at-hand.ts';

let engine: EngineAtHand;
beforeAll(async () => {
  engine = await EngineAtHand.open();
  await engine.sayOrders();
}, 60_000);
afterAll(() => engine[Symbol.asyncDispose]());

const algo = (...args: string[]) => engine.algo(...args);
const lastCommand = async () => (await engine.bus.last('CONTROL', subjects.controlMode(ACCOUNT)))?.fact.body;

test('orders are listed with what they do, for whom, and how old they are', async () => {
  const { code, out } = await algo('orders');
  expect(code).toBe(0);
  expect(out.trim().split('\n')).toEqual([
    expect.stringMatching(/^order +age +instrument +intent +what +filled +state +asked by +note$/),
    expect.stringMatching(
      /^aentryent +2 s +synthetic.spot.ALGOUSD +entry +buy 3 at most 99 \(gtc\) +0 +accepted +s1$/,
    ),
    expect.stringMatching(
      /^astopstop +2 s .* protection +sell 2 when the price reaches 98 +0 +accepted +guard of p1$/,
    ),
  ]);
  const lines = jsonLines((await algo('orders', '--json')).out);
  expect(lines).toMatchObject([
    { intent: 'entry', askedBy: 's1', ageUs: 2_000_000 },
    { intent: 'protection' },
  ]);
}, 30_000);

test('a position is listed with what it has come to and where its stop rests', async () => {
  const { out } = await algo('positions');
  expect(out).toMatch(/p1 .* 2 +100 +- +0.1 +0.9 +99.5 +2 at 98 \(accepted\) +1 +open$/m);
  expect(jsonLines((await algo('positions', '--json')).out)).toMatchObject([
    {
      id: 'p1',
      pnl: '0.9',
      lastPrice: '100.5',
      venueStop: { order: { commandId: 'c2' }, why: '' },
      by: null,
    },
  ]);
}, 30_000);

test('nothing is asked of the engine where nobody can say yes', async () => {
  for (const words of [['close', 'ALGOUSD'], ['flatten'], ['cancel', '--all']]) {
    const { code, out, err } = await algo(...words, '--reason', 'a test');
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('Add --yes') });
    expect(out).not.toBe('');
  }
  expect(await lastCommand()).toBeUndefined();
}, 30_000);

test('what is named and not there is refused in the words of the person, with what there is', async () => {
  const wrong = (...words: string[]) => algo(...words, '--yes', '--reason', 'a test');
  expect(await wrong('close', 'DOGEUSD')).toMatchObject({
    code: 2,
    err: 'position = "DOGEUSD": there is none of that name. There is p1 (synthetic.spot.ALGOUSD, ALGOUSD).',
  });
  expect(await wrong('cancel', 'anothing')).toMatchObject({
    code: 2,
    err: expect.stringContaining('aentryent'),
  });
  expect(await wrong('cancel', 'astop')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/guards the position no longer.*--force/),
  });
  expect(await wrong('cancel')).toMatchObject({ code: 2 });
  expect(await wrong('flatten', '--scope', 'galaxy:x')).toMatchObject({ code: 2 });
  expect(await wrong('flatten', '--by', 'engine:me')).toMatchObject({ code: 2 });
  expect(await wrong('flatten', '--account', 'paper-three')).toMatchObject({ code: 2 });
  expect(await lastCommand()).toBeUndefined();
}, 30_000);

test('with nobody to carry it out a command says who is silent and until when it stands', async () => {
  const { code, out, err } = await algo('close', 'p1', '--yes', '--reason', 'a test', '--by', 'Ada');
  expect(code).toBe(1);
  expect(out).toContain('p1: long 2 synthetic.spot.ALGOUSD, entered at 100, worth 201 at 100.5 (4 s ago)');
  expect(out).toContain('its stop at the venue goes with it: sell 2 when the price reaches 98');
  expect(err).toMatch(/Nobody has carried it out yet/);
  expect(err).toMatch(/position-risk.paper-main has never said anything: nobody asks for exits/);
  expect(err).toMatch(/It stands until \d\d:\d\d:\d\d UTC: .* After that the command is void/s);
  expect(await lastCommand()).toMatchObject({
    ...{ position: 'p1', by: 'Ada', reason: 'a test', timeUs: 5_000_000 },
    scope: { kind: 'instrument', instrument: 'synthetic.spot.ALGOUSD' },
  });
}, 30_000);

test('an entry is withdrawn, and the answer says what became of it', async () => {
  await using _ = await engine.obeyPersons();
  const { code, out } = await algo('cancel', 'aentry', '--yes', '--reason', 'a test', '--by', 'Ada');
  expect({ code, out }).toMatchObject({
    code: 0,
    out: expect.stringContaining('aentryent: canceled: asked by Ada'),
  });
  expect(out).toContain('decision may enter again: `algo halt` stops that');
}, 30_000);

test('a position is left, and the answer says at what price and with what result', async () => {
  await using _ = await engine.obeyPersons();
  const { code, out } = await algo('flatten', '--yes', '--reason', 'go home', '--by', 'Ada');
  expect(code).toBe(0);
  expect(out).toMatch(/closed p1: long synthetic.spot.ALGOUSD at 101, result 1.9 \(0.95 %\), operator\n$/);
  const { out: json } = await algo('positions', '--all', '--json');
  expect(jsonLines(json)).toMatchObject([{ state: 'closed', reason: 'operator', by: 'Ada', pnl: '1.9' }]);
}, 30_000);

test('who names what is over is told what became of it', async () => {
  const wrong = (...words: string[]) => algo(...words, '--yes', '--reason', 'a test');
  expect(await wrong('close', 'p1')).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /^position = "p1": it was closed at .*, operator\. There is no position to name\./,
    ),
  });
  expect(await wrong('cancel', 'aentryent')).toMatchObject({
    code: 2,
    err: expect.stringContaining('order = "aentryent": it is over: canceled'),
  });
}, 30_000);

test('the journal tells what people asked for, outside its canonical lines', async () => {
  const { out } = await algo('journal');
  expect(out).toMatch(/Ada {2}asked for position p1 to be left: a test/);
  expect(out).toMatch(/Ada {2}asked for all of account:paper-main to be left: go home/);
  const { out: canonical } = await algo('journal', '--json');
  expect(new Set(jsonLines(canonical).map(({ kind }) => kind)).has('FlattenAll')).toBe(false);
}, 30_000);
