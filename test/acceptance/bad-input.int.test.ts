import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JetStreamBus, LaneSpeaker, systemClock } from '@algo/bus';
import { codecs, SCHEMA_HEADER, SCHEMA_VERSION, subjects } from '@algo/contracts';
import { accountId, instrumentId } from '@algo/model';
import { eventually, NatsFixture } from '@algo/testkit';
import { openReader } from '@algo/tickstore';
import { headers } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { algo, type RunEnd } from './support/algo-process.ts';
import { answerToStranger } from './support/answer-to-stranger.ts';
import { EngineRecord, factsOf } from './support/engine-record.ts';
import { EngineRun } from './support/engine-run.ts';
import { ServiceProcess } from './support/service-process.ts';

const TEST_MAX_MS = 600_000;
const PATIENCE_MS = 120_000;
const USAGE = 2;
const MISCONFIGURED = 78;
const ACCOUNT = 'paper-main';
const LTC = instrumentId('binance.spot.LTCUSDT');
const TRADES = 300;

let dir = '';
let tape = '';
/** A directory in which an engine has worked through the tape and stopped. */
let finished = '';

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'algo-bad-input-'));
  tape = join(dir, 'LTCUSDT.csv');
  const rows = Array.from(
    { length: TRADES },
    (_, i) => `${1_735_689_600_000 + i * 1_000},${i + 1},85.01,0.5,buy`,
  );
  writeFileSync(tape, `${['ts_ms,trade_id,price,qty,side', ...rows].join('\n')}\n`);
  finished = join(dir, 'finished');
  const { code, said } = await upOn(finished);
  if (code !== 0) throw new Error(said);
}, TEST_MAX_MS);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function copyOfFinished(name: string): string {
  const copy = join(dir, name);
  cpSync(finished, copy, { recursive: true });
  return copy;
}

function feed(speed: string): string[] {
  return ['--feed', `file:${tape}`, '--instruments', LTC, '--speed', speed];
}

/** Runs an engine over the tape to its end. */
function upOn(dataDir: string, more: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<RunEnd> {
  return algo(['up', ...feed('max'), '--exit-at-end', '--data-dir', dataDir, ...more], env);
}

/** A person reads this: it says what is wrong, and shows no inside of the program. */
function expectPlainRefusal(end: RunEnd, code: number, says: RegExp): void {
  expect(end.said).toMatch(says);
  expect(end.said).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(end.code).toBe(code);
}

function ownLog(dataDir: string): string {
  return join(dataDir, 'own', `execution.${ACCOUNT}`, '00000001.log');
}

/** Returns one service on what an engine has left, set as its supervisor would; it is not started yet. */
function serviceOn(record: EngineRecord, service: string): ServiceProcess {
  return new ServiceProcess(service, {
    ...{ ALGO_NATS_URL: record.url, ALGO_DATA_DIR: record.dataDir },
    ...{ ALGO_ACCOUNTS: ACCOUNT, ALGO_FEEDS: 'file' },
  });
}

/** Runs one service on what an engine has left, to its own end. */
async function endOn(record: EngineRecord, service: string): Promise<RunEnd> {
  await using process = serviceOn(record, service);
  const code = await process.runOnce();
  return { code, said: process.said };
}

/** Runs work on an engine that plays the tape at the speed of its own clock, so that it has all the time. */
async function onRunningEngine(name: string, work: (run: EngineRun) => Promise<void>): Promise<void> {
  await using run = new EngineRun(join(dir, name), feed('1'));
  const bus = await run.bus(PATIENCE_MS);
  const isReady = async () =>
    (await bus.last('MARKET', subjects.trades(LTC))) !== undefined &&
    (await factsOf(bus, 'rec.run')).some(({ fact }) => fact.name === 'ReconciliationCompleted');
  await run.until('trades to flow and the books to be compared', isReady, PATIENCE_MS);
  await work(run);
}

/** Stores bytes that no service of ours would, with the key of one that may write there. */
async function storeRaw(
  run: EngineRun,
  as: 'decision' | 'ingest',
  subject: string,
  schema: number,
  type = '',
): Promise<void> {
  const keySeed = readFileSync(join(run.dataDir, 'keys', `${as}.nk`), 'utf8').trim();
  const identity = `${as}.stranger`;
  await using bus = await JetStreamBus.connect({ servers: [run.natsUrl()], identity, keySeed });
  const { nc } = bus.nats;
  const about = headers();
  about.set(SCHEMA_HEADER, String(schema));
  if (type !== '') about.set('ce-type', type);
  nc.publish(subject, Uint8Array.of(255, 255, 255, 255), { headers: about });
  await nc.flush();
}

// An engine ends when one of its services ends with 78: the cases of a setting and of a newer version show
// it. Which input a service refuses so, and in what words, is asked of that service alone. Cases with
// a place of their own run beside each other, for most of each is waiting.

test.concurrent(
  'a corrupt DuckDB file is set aside as it is, and analytics goes on beside it',
  async () => {
    const dataDir = copyOfFinished('corrupt-ticks');
    const ticks = join(dataDir, 'ticks');
    const names = () => readdirSync(ticks, { recursive: true, encoding: 'utf8' });
    const file = join(ticks, names().find((path) => path.endsWith('.duckdb'))!);
    const bytes = readFileSync(file);
    bytes.fill(0xaa, 0, 8_192);
    writeFileSync(file, bytes);
    await using record = await EngineRecord.open(dataDir);
    await using analytics = serviceOn(record, 'analytics');
    const ended = analytics.runOnce();
    const aside = () => names().find((path) => path.includes('.unreadable-'));
    const isAside = () => Promise.resolve(aside() !== undefined);
    await eventually(() => `the file to be set aside; it said: ${analytics.said}`, isAside, PATIENCE_MS);
    expect(readFileSync(join(ticks, aside()!)).equals(bytes)).toBe(true);
    const isSaid = () => Promise.resolve(analytics.said.includes('unreadable'));
    await eventually(() => `it to be said; it said: ${analytics.said}`, isSaid, PATIENCE_MS);
    await analytics.stop();
    expect(await ended).toBe(0);
  },
  TEST_MAX_MS,
);

describe('an own log that a crash or a disk has hurt', () => {
  let record: EngineRecord;
  beforeAll(async () => {
    record = await EngineRecord.open(copyOfFinished('hurt-log'));
  }, TEST_MAX_MS);
  afterAll(() => record[Symbol.asyncDispose]());

  test(
    'a torn end loses nothing acknowledged: execution comes back and keeps the torn bytes',
    async () => {
      const file = ownLog(record.dataDir);
      const whole = readFileSync(file);
      writeFileSync(file, Buffer.concat([whole, Buffer.from([40, 0, 0])]));
      await using execution = serviceOn(record, 'execution');
      const ended = execution.runOnce();
      const isReady = async () => {
        const said = (await record.bus.last('SYSTEM', subjects.service(`execution.${ACCOUNT}`)))?.fact;
        return said?.name === 'ServiceStatus' && said.body.ready && said.body.pid === execution.pid;
      };
      await eventually(() => `execution to be ready; it said: ${execution.said}`, isReady, PATIENCE_MS);
      await execution.stop();
      expect(await ended).toBe(0);
      expect(readFileSync(file).subarray(0, whole.length).equals(whole)).toBe(true);
      expect(readdirSync(join(file, '..')).some((name) => name.includes('torn'))).toBe(true);
    },
    TEST_MAX_MS,
  );

  test(
    'damage in the middle, with a second life behind it, stops execution with its name, and is left as it is',
    async () => {
      const file = ownLog(record.dataDir);
      const bytes = readFileSync(file);
      const middle = Math.floor(bytes.length / 2);
      bytes[middle] = bytes[middle]! ^ 0x40;
      writeFileSync(file, bytes);
      expectPlainRefusal(await endOn(record, 'execution'), MISCONFIGURED, /00000001\.log/);
      expect(readFileSync(file).equals(bytes)).toBe(true);
    },
    TEST_MAX_MS,
  );
});

test.concurrent(
  'a producer that the plan does not name stops whoever reads it, with its name',
  async () => {
    await using record = await EngineRecord.open(copyOfFinished('stranger'));
    await using speaker = await LaneSpeaker.open({
      ...{ bus: record.bus, clock: systemClock, says: ['sys.guard'] },
      speaker: { identity: 'position-risk.stranger', account: ACCOUNT },
      snapshots: { load: async () => undefined, save: async () => {} },
      ...{ snapshotIntervalMs: 3_600_000, onError: () => {} },
    });
    await speaker.say('GuardAlive', { account: accountId(ACCOUNT), feed: 'file', timeUs: 1 });
    expectPlainRefusal(await endOn(record, 'execution'), MISCONFIGURED, /position-risk\.stranger/);
  },
  TEST_MAX_MS,
);

test.concurrent.each<[string, string, Record<string, string>, RegExp]>([
  [
    'a trading configuration that nobody has written is named, with those that there are',
    'decision',
    { ALGO_TRADING_CONFIG: 'nobodys' },
    /nobodys.*there is none of that name.*config_1/,
  ],
  [
    'an instrument without rules is named, and where they belong',
    'ingest',
    { ALGO_INSTRUMENTS: 'synthetic.spot.NOBODYUSD' },
    /NOBODYUSD(.|\n)*instruments\.yaml/,
  ],
])(
  '%s',
  async (_, service, env, says) => {
    await using nats = await NatsFixture.start();
    const place = { ALGO_NATS_URL: nats.server.url, ALGO_DATA_DIR: join(dir, service) };
    await using process = new ServiceProcess(service, { ...place, ...env });
    const code = await process.runOnce();
    expectPlainRefusal({ code, said: process.said }, MISCONFIGURED, says);
  },
  TEST_MAX_MS,
);

test.concurrent(
  'a setting that a service can not use is named, by all that is wrong with it, and the engine ends',
  async () => {
    const end = await upOn(join(dir, 'settings'), [], {
      ALGO_STARTING_EQUITY: 'much',
      ALGO_DRAWDOWN_ALERT: '7',
    });
    expectPlainRefusal(
      end,
      MISCONFIGURED,
      /position-risk\.paper-main.*\n.*2 problems(.|\n)*ALGO_STARTING_EQUITY(.|\n)*ALGO_DRAWDOWN_ALERT/,
    );
  },
  TEST_MAX_MS,
);

test.concurrent(
  'a port that somebody else uses is refused with its number',
  async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = String(typeof address === 'object' ? address?.port : 0);
    const end = await upOn(join(dir, 'port'), ['--port', port]);
    other.close();
    expectPlainRefusal(end, USAGE, new RegExp(`${port}.*already in use`));
  },
  TEST_MAX_MS,
);

test.concurrent(
  'a second engine on its directory is refused; what none of ours said is set aside; a command that nobody ' +
    'can read stops execution and no one else; trades of a newer version stop the engine; nothing is ' +
    'ordered, nothing is lost',
  () =>
    onRunningEngine('garbage', async (run) => {
      expectPlainRefusal(await upOn(run.dataDir), USAGE, /in use by another engine \(algo up, process \d+\)/);
      const others = ['ingest.file', 'analytics.0', `decision.${ACCOUNT}`, `paper-venue.${ACCOUNT}`];
      const execution = `execution.${ACCOUNT}`;
      const before = others.map((name) => run.pidOf(name));
      const hit = run.pidOf(execution);
      const stranger = await answerToStranger(run.natsUrl(), subjects.orderCommand(ACCOUNT));
      expect(stranger).toContain('Authorization Violation');
      const command = subjects.orderCommand(ACCOUNT);
      await storeRaw(run, 'decision', command, SCHEMA_VERSION);
      await storeRaw(run, 'decision', command, SCHEMA_VERSION, codecs.PlaceOrder.type);
      const isAnother = () => ![undefined, hit].includes(run.pidOf(execution));
      await run.until('execution to end and to be started again', isAnother, PATIENCE_MS);
      const second = run.pidOf(execution);
      await run.until('it to stop there again', () => run.pidOf(execution) !== second, PATIENCE_MS);
      expect(others.map((name) => run.pidOf(name))).toEqual(before);

      await storeRaw(run, 'ingest', subjects.trades(LTC), SCHEMA_VERSION + 1);
      const end = await run.ended();
      expectPlainRefusal(end, MISCONFIGURED, /the publisher is newer.*Update this service/);
      await using record = await EngineRecord.open(run.dataDir);
      const orders = await factsOf(record.bus, 'ord.evt');
      expect(orders.filter(({ fact }) => fact.name === 'OrderSubmitted')).toEqual([]);
      const letters = (await factsOf(record.bus, 'dlq.letter')).map(({ fact }) => fact.body);
      expect(letters).toContainEqual(
        expect.objectContaining({ subject: command, reason: 'it has no type, as all our messages have' }),
      );
      expect(await openReader(join(run.dataDir, 'ticks')).countDuplicates(LTC)).toBe(0);
    }),
  TEST_MAX_MS,
);
