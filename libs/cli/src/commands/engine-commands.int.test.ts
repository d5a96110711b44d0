import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JetStreamBus, NatsServerProcess, provision } from '@algo/bus';
import { codecs, controlCommands, subjects } from '@algo/contracts';
import {
  accountId,
  BUY,
  Decimal,
  instrumentId,
  type Position,
  type PositionEvent,
  positionId,
  type RiskEvent,
  strategyName,
} from '@algo/model';
import { emission, eventEmission } from '@algo/runtime';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT, readEnvironment } from '../config.ts';
import { type EngineFile, writeEngineFile } from '../supervisor/engine-file.ts';
import { findNatsBinary } from '../supervisor/nats-binary.ts';
import { birthOf } from '../supervisor/process-identity.ts';

const account = accountId('paper-main');
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
    pacing: 'live',
    feed: 'binance',
    account,
    analytics: 1,
    startedMs: 1,
    services: { 'ingest-0': 1, 'analytics-0': 2 },
  };
  writeEngineFile(dataDir, engine);
  await publishFacts();
}, 60_000);

afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function position(quantity: string): Position {
  return {
    id: positionId('p1'),
    account,
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

async function publishFacts(): Promise<void> {
  const status = (service: string, instance: string, counters: Record<string, number>) =>
    bus.publish(
      emission(
        subjects.service(instance),
        codecs.ServiceStatus,
        { service, instance, version: '0.1.0', pid: 1, timeUs: 1, counters, notes: [], ready: true },
        1,
      ),
    );
  await status('ingest', 'ingest-0', { accepted: 12, ended: 0 });
  await status('analytics', 'analytics-0', { trades: 12, stored: 10 });
  const at = subjects.position(account, instrument);
  const opened: PositionEvent = {
    type: 'PositionOpened',
    position: position('2'),
    timeUs: 1_000_000,
    stopPrice: d('99'),
  };
  const base = {
    position: position('2'),
    timeUs: 2_000_000,
    from: d('99'),
    to: d('99.5'),
    bestPrice: d('101'),
  };
  const marked: RiskEvent = {
    ...{ type: 'EquityMarked', account, equity: d('1001'), timeUs: 1_000_000 },
    ...{ realized: d('1'), unrealized: d('0'), drawdown: d('0') },
  };
  await bus.publish(eventEmission(subjects.risk(account), marked, marked.timeUs));
  await bus.publish(eventEmission(at, opened, opened.timeUs));
  await bus.publish(eventEmission(at, { type: 'StopMoved', ...base }, base.timeUs));
  const trades = {
    instrument,
    count: 2,
    timeUs: Float64Array.of(1_000_000, 1_000_001),
    price: Float64Array.of(100, 100.5),
    quantity: Float64Array.of(1, 2),
    side: Uint8Array.of(BUY, BUY),
    ids: { kind: 'counted' as const, values: Float64Array.of(1, 2) },
  };
  const batch = { trades, receivedUs: 0, complete: true };
  await bus.publish(emission(subjects.trades(instrument), codecs.TradeBatch, batch, 1_000_001));
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

/** Answers the next command as position-risk would. */
async function confirmNextMode(): Promise<AsyncDisposable> {
  return bus.follow({ stream: 'CONTROL', subjects: ['ctl.mode.>'], after: 0 }, async ({ type, data }) => {
    const command = controlCommands.decode(type, data);
    if (command.type !== 'SetTradingMode') return;
    const { scope, mode, reason, by, timeUs } = command;
    const event: RiskEvent = { type: 'TradingModeChanged', scope, mode, reason, by, latched: false, timeUs };
    await bus.publish(eventEmission(subjects.risk(account), event, timeUs));
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

test('a tail decodes what is stored and ends after so many', async () => {
  const { code, out } = await algo('tail', 'pos.>', '--json', '--from-start', '--max', '2');
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
  expect(first.map(({ kind }) => kind)).toEqual(['PositionOpened', 'StopMoved', 'Hash']);
  const { out } = await algo('journal', '--hash');
  expect(out.trim()).toBe(first.at(-1)!.sha256);
}, 30_000);

test('a halt that nobody confirms fails and says what stands', async () => {
  const { code, err } = await algo('halt', '--scope', 'venue:paper', '--reason', 'a test');
  expect(code).toBe(1);
  expect(err).toContain('venue:paper is active');
}, 30_000);

test('a halt returns once the engine has said that it is halted', async () => {
  await using _risk = await confirmNextMode();
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
  expect(await bus.last('CONTROL', subjects.controlConfig())).toBeUndefined();
}, 30_000);

test('an engine elsewhere is read and steered by the address of its server', async () => {
  const { out } = await run(['status', '--json', '--nats', server.url]);
  expect(JSON.parse(out)).toMatchObject({
    ...{ running: true, dataDir: null, place: server.url, pacing: 'live', tradesIn: 12, stored: 10 },
    // The halt of a test before this one was said after it.
    ...{ positionsOpen: 1, equity: '1001' },
  });
  await using _risk = await confirmNextMode();
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
