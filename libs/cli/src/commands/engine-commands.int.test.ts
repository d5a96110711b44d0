import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FactMessage, JetStreamBus, NatsServerProcess, provision } from '@algo/bus';
import {
  encodeFact,
  type FactName,
  type MessageOf,
  subjectOf,
  subjects,
  timeOf,
  typeOf,
} from '@algo/contracts';
import {
  type AccountId,
  accountId,
  BUY,
  Decimal,
  type Decision,
  decisionId,
  instrumentId,
  type Position,
  positionId,
  strategyName,
} from '@algo/model';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT, readEnvironment } from '../config.ts';
import { type EngineFile, writeEngineFile } from '../supervisor/engine-file.ts';
import { findNatsBinary } from '../supervisor/nats-binary.ts';
import { birthOf } from '../supervisor/process-identity.ts';

const account = accountId('paper-main');
const other = accountId('paper-two');
const instrument = instrumentId('synthetic.spot.ALGOUSD');
const MAIN = join(ROOT, 'libs', 'cli', 'src', 'main.ts');
const d = (text: string) => Decimal.of(text);

let server: NatsServerProcess;
let bus: JetStreamBus;
let dataDir = '';

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'algo-cli-'));
  const binary = await findNatsBinary(readEnvironment().inherited, () => undefined);
  server = await NatsServerProcess.start({ binary, storeDir: join(dataDir, 'jetstream'), sync: 'periodic' });
  bus = await JetStreamBus.connect({ servers: [server.url], identity: 'hand' });
  await provision(bus, { replicas: 1, durables: [] });
  // This test plays the supervisor: the engine counts as running as long as this process lives.
  const engine: EngineFile = {
    version: '0.1.0',
    pid: process.pid,
    birth: birthOf(process.pid),
    running: true,
    natsUrl: server.url,
    natsPort: server.port,
    natsPid: null,
    feed: 'binance',
    accounts: [account],
    analytics: 1,
    startedMs: 1,
    services: { 'ingest.binance': 1, 'analytics.0': 2 },
  };
  writeEngineFile(dataDir, engine);
  // The same server as an engine with two accounts.
  mkdirSync(join(dataDir, 'two'));
  writeEngineFile(join(dataDir, 'two'), { ...engine, accounts: [account, other] });
  await publishFacts();
}, 60_000);

afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

let number = 0;
function say<Name extends FactName>(name: Name, body: MessageOf<Name>, of: AccountId = account) {
  return bus.publish(FactMessage.said({ name, body } as Fact, { identity: 'hand', account: of }, { id: `hand:${number++}` }));
}

function position(quantity: string, id = 'p1', of = account): Position {
  return {
    id: positionId(id),
    account: of,
    instrument,
    strategy: strategyName('s1'),
    direction: 'long',
    quantity: d(quantity),
    averagePrice: d('100'),
    realized: d('0'),
    fees: d('0.1'),
    openedUs: 1_000_000,
  };
}

/** Says what a decider says: the place in its lane names it. */
async function decide(of: AccountId, id: string, timeUs: number): Promise<void> {
  const decision: Decision = {
    ...{ id: decisionId(id), signal: null, instrument, strategy: strategyName('s1'), timeUs, price: 100 },
    ...{ configuration: 'config_1', configurationHash: 'h', ruleSet: 'classic', direction: 'long', level: 2 },
    ...{ confluence: null, confluenceMax: 8, conviction: 'insufficient', checks: [] },
    outcome: { type: 'refused', code: 'REGIME', detail: '' },
  };
  const speaker = { identity: `decision.${of}`, account: of };
  await bus.publish({
    ...{ id, subject: subjectOf('DecisionMade', decision, speaker), type: typeOf('DecisionMade') },
    ...{ timeUs: timeOf('DecisionMade', decision), data: encodeFact('DecisionMade', decision) },
    lane: { producer: speaker.identity, epoch: 1, count: 1 },
  });
}

async function publishFacts(): Promise<void> {
  const status = (service: string, instance: string, counters: Record<string, number>) =>
    say('ServiceStatus', {
      ...{ service, instance, version: '0.1.0', pid: 1, timeUs: 1, counters, notes: [], ready: true },
    });
  await status('ingest', 'ingest.binance', { accepted: 12, ended: 0 });
  await status('analytics', 'analytics.0', { trades: 12, stored: 10 });
  await say('TimeAdvanced', {
    ...{ type: 'TimeAdvanced', feed: 'binance', toldUs: 5_000_000, sureUs: 4_000_000, behind: [] },
    ...{ wallUs: 5_000_000, speed: 1, warm: false },
  });
  for (const each of [account, other])
    await say(
      'EquityMarked',
      {
        ...{ type: 'EquityMarked', account: each, equity: d('1001'), timeUs: 1_000_000 },
        ...{ realized: d('1'), unrealized: d('0'), drawdown: d('0') },
      },
      each,
    );
  await decide(account, 'd1', 900_000);
  await decide(other, 'd2', 900_000);
  for (const held of [position('2'), position('7', 'p2', other)])
    await say('PositionOpened', {
      ...{ type: 'PositionOpened', position: held, timeUs: 1_000_000, stopPrice: d('99') },
    });
  await say('StopMoved', {
    ...{ type: 'StopMoved', position: position('2'), timeUs: 2_000_000 },
    ...{ from: d('99'), to: d('99.5'), bestPrice: d('101') },
  });
  const trades = {
    instrument,
    count: 2,
    timeUs: Float64Array.of(1_000_000, 1_000_001),
    price: Float64Array.of(100, 100.5),
    quantity: Float64Array.of(1, 2),
    side: Uint8Array.of(BUY, BUY),
    ids: { kind: 'counted' as const, values: Float64Array.of(1, 2) },
  };
  await say('TradeBatch', { trades, receivedUs: 0, complete: true, warm: false });
}

/** Runs the real command line on this engine and returns its end. */
const algo = (...args: string[]) => run([...args, '--data-dir', dataDir]);

async function run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

const jsonLines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Answers commands as position-risk would. */
async function answerModes(refusal?: string): Promise<AsyncDisposable> {
  const after = (await bus.last('CONTROL', 'ctl.mode.>'))?.sequence ?? 0;
  return bus.follow({ stream: 'CONTROL', subjects: ['ctl.mode.>'], after }, async ({ fact }) => {
    if (fact.name !== 'SetTradingMode') return;
    const { commandId, scope, mode, reason, by, timeUs } = fact.body;
    if (refusal !== undefined) await say('CommandRefused', { commandId, reason: refusal, timeUs });
    else
      await say('TradingModeChanged', {
        type: 'TradingModeChanged',
        scope,
        mode,
        reason,
        by,
        latched: false,
        timeUs,
      });
  });
}

test('the status of a running engine adds up what its services say', async () => {
  const { code, out } = await algo('status', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    running: true,
    tradesIn: 12,
    stored: 10,
    inFlight: 2,
    lost: null,
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
  const two = ['--data-dir', join(dataDir, 'two')];
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

test('a halt that the engine refuses fails with its words', async () => {
  await using _risk = await answerModes('already 1024 scopes are limited');
  const { code, err } = await algo('halt', '--reason', 'a test');
  expect(code).toBe(1);
  expect(err).toContain('The engine refused: already 1024 scopes are limited');
}, 30_000);

test('a command carries the time that the feed told', async () => {
  expect((await bus.last('CONTROL', subjects.controlMode(account)))?.timeUs).toBe(5_000_000);
});

test('a halt that nobody confirms fails and says what stands', async () => {
  const { code, err } = await algo('halt', '--scope', 'venue:paper', '--reason', 'a test');
  expect(code).toBe(1);
  expect(err).toContain('venue:paper is active');
}, 30_000);

test('a halt returns once the engine has said that it is halted', async () => {
  await using _risk = await answerModes();
  const { code, out } = await algo('halt', '--reason', 'a test', '--json');
  expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({
    code: 0,
    mode: 'halted',
    confirmed: true,
  });
}, 30_000);

test('asking for a mode that stands already is no failure', async () => {
  const { code, out } = await algo('halt', '--reason', 'once more', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ mode: 'halted', confirmed: false });
}, 30_000);

test('a reason is asked for, and a scope must be one', async () => {
  expect((await algo('halt')).code).toBe(2);
  const { code, err } = await algo('halt', '--scope', 'galaxy:x', '--reason', 'a test');
  expect(code).toBe(2);
  expect(err).toContain('--scope');
}, 30_000);

test('an unknown configuration never reaches the engine', async () => {
  const { code } = await algo('config', 'use', 'no_such');
  expect(code).toBe(2);
  expect(await bus.last('CONTROL', subjects.controlConfig(account))).toBeUndefined();
}, 30_000);

test('an engine elsewhere is read and steered by the address of its server', async () => {
  const { out } = await run(['status', '--json', '--nats', server.url]);
  expect(JSON.parse(out)).toMatchObject({
    ...{ running: true, dataDir: null, place: server.url, feed: 'binance', tradesIn: 12, stored: 10 },
    // The halt of a test before this one was said after it.
    ...{ positionsOpen: 1, equity: '1001' },
  });
  await using _risk = await answerModes();
  const resumed = await run(['resume', '--reason', 'a test', '--nats', server.url, '--json']);
  expect({ code: resumed.code, ...(JSON.parse(resumed.out) as object) }).toMatchObject({
    code: 0,
    mode: 'active',
    confirmed: true,
  });
}, 30_000);

test('an address and a data directory at once, a wrong address, and one where nobody listens are refused', async () => {
  const both = await algo('status', '--nats', server.url);
  expect(both).toMatchObject({ code: 2, err: expect.stringContaining('named together with --nats') });
  const wrong = await run(['status', '--nats', 'http://127.0.0.1:4222']);
  expect(wrong.code).toBe(78);
  expect(wrong.err).toContain('expected an address such as nats://127.0.0.1:4222');
  const nobody = await run(['status', '--nats', 'nats://127.0.0.1:9']);
  expect(nobody.code).toBe(2);
  expect(nobody.err).toContain('cannot connect');
}, 30_000);

test('a data directory of an older layout is refused with what to do', async () => {
  const old = join(dataDir, 'old');
  mkdirSync(old);
  writeFileSync(join(old, 'engine.json'), JSON.stringify({ version: '0.1.0', pid: 1, pacing: 'steps' }));
  const { code, err } = await run(['status', '--data-dir', old]);
  expect(code).toBe(2);
  expect(err).toMatch(/another version of the engine.*fresh --data-dir/s);
}, 30_000);
