import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCHEMA_HEADER, SCHEMA_VERSION, subjects } from '@algo/contracts';
import { eventually } from '@algo/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readOutcome } from './support/engine-outcome.ts';
import { algo, EngineRun, type RunEnd } from './support/engine-run.ts';
import { generatedTape, LTCUSDT, type TradeTape } from './support/trade-tape.ts';
import { ACCOUNT } from './support/trading-floor.ts';

const TEST_MAX_MS = 300_000;
const PATIENCE_MS = 120_000;
const USAGE = 2;
const MISCONFIGURED = 78;

let dir = '';
let tape: TradeTape;
/** A directory in which an engine has worked through the tape and stopped. */
let finished = '';

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'algo-bad-input-'));
  tape = generatedTape(dir, 300, { seed: 1, ordersPerSecond: 1 });
  finished = join(dir, 'finished');
  await using run = new EngineRun(finished, tape.path);
  const { code, said } = await run.ended();
  if (code !== 0) throw new Error(said);
}, TEST_MAX_MS);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function copyOfFinished(name: string): string {
  const copy = join(dir, name);
  cpSync(finished, copy, { recursive: true });
  return copy;
}

function upOn(dataDir: string, more: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<RunEnd> {
  const feed = ['--feed', `file:${tape.path}`, '--speed', 'max', '--exit-at-end'];
  return algo(['up', ...feed, '--data-dir', dataDir, ...more], env);
}

/** A person reads this: it says what is wrong, and shows no inside of the program. */
function expectPlainRefusal(end: RunEnd, code: number, says: RegExp): void {
  expect(end.said).toMatch(says);
  expect(end.said).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(end.code).toBe(code);
}

function onlyFileIn(folder: string, ending: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith(ending),
  );
  expect(found).toHaveLength(1);
  return join(folder, found[0]!);
}

/**
 * Runs work on an engine that replays the tape at the speed of its own clock, and so has all the time of
 * the test.
 */
async function onRunningEngine(
  name: string,
  work: (run: EngineRun, url: string) => Promise<void>,
): Promise<void> {
  const dataDir = join(dir, name);
  await using run = new EngineRun(dataDir, tape.path, {}, '1');
  await run.reached(tape.stepOf(2), PATIENCE_MS);
  await work(run, run.natsUrl());
}

/** Stores bytes that no service of ours would, as anything that speaks the server's protocol can. */
async function storeRaw(url: string, subject: string, schema: number): Promise<void> {
  const { hostname, port } = new URL(url);
  const head = `NATS/1.0\r\n${SCHEMA_HEADER}: ${schema}\r\n\r\n`;
  const body = Buffer.from([255, 255, 255, 255]);
  const sizes = `${head.length} ${head.length + body.length}`;
  const socket = createConnection({ host: hostname, port: Number(port) });
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (bytes) => bytes.toString().includes('PONG') && resolve());
  });
  socket.write('CONNECT {"headers":true,"verbose":false,"pedantic":false}\r\n');
  socket.write(
    Buffer.concat([Buffer.from(`HPUB ${subject} ${sizes}\r\n${head}`), body, Buffer.from('\r\nPING\r\n')]),
  );
  await answered;
  socket.destroy();
}

test(
  'a data directory that another engine uses is refused, and the other engine goes on',
  () =>
    onRunningEngine('in-use', async (run) => {
      expectPlainRefusal(await upOn(run.dataDir), USAGE, /in use by another engine \(algo up, process \d+\)/);
      await run.reached(tape.stepOf(4), PATIENCE_MS);
      run.up.signal('SIGTERM');
      expect((await run.ended()).code).toBe(0);
    }),
  TEST_MAX_MS,
);

test('a data directory that can not be made is refused', async () => {
  writeFileSync(join(dir, 'a-file'), '');
  expectPlainRefusal(await upOn(join(dir, 'a-file')), USAGE, /cannot be written/);
});

const canMount = process.getuid?.() === 0 && process.platform === 'linux';
// tidy-ok: only a user who may mount has a disk that is nearly full, or read-only
const testOnOwnDisk = canMount ? test : test.skip;

testOnOwnDisk.each([
  ['nearly full', ['size=50m'], /only \d+ MB are free/],
  ['read-only', ['size=50m', 'ro'], /cannot be written/],
])('a disk that is %s is refused before anything starts', async (_, options, says) => {
  const disk = mkdtempSync(join(dir, 'disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', disk]);
  try {
    expectPlainRefusal(await upOn(disk), USAGE, says);
    expect(readdirSync(disk)).toEqual([]);
  } finally {
    execFileSync('umount', [disk]);
  }
});

test(
  'a corrupt DuckDB file stops the engine with its name, and is left as it is',
  async () => {
    const dataDir = copyOfFinished('corrupt-ticks');
    const file = onlyFileIn(join(dataDir, 'ticks'), '.duckdb');
    const bytes = readFileSync(file);
    bytes.fill(0xaa, 0, 8_192);
    writeFileSync(file, bytes);
    expectPlainRefusal(await upOn(dataDir), MISCONFIGURED, /trading\.duckdb/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  },
  TEST_MAX_MS,
);

test(
  'a write-ahead log with a torn end loses nothing that was acknowledged: the engine starts and keeps the torn bytes',
  async () => {
    const dataDir = copyOfFinished('torn-log');
    const file = onlyFileIn(join(dataDir, 'wal'), '.wal');
    const whole = readFileSync(file);
    writeFileSync(file, Buffer.concat([whole, Buffer.from([40, 0, 0])]));
    expect((await upOn(dataDir)).code).toBe(0);
    expect(readFileSync(file).subarray(0, whole.length).equals(whole)).toBe(true);
    expect(readdirSync(join(dataDir, 'wal', ACCOUNT)).some((name) => name.includes('torn'))).toBe(true);
  },
  TEST_MAX_MS,
);

test(
  'a write-ahead log that is damaged in the middle stops trading with its name, and is left as it is',
  async () => {
    const dataDir = copyOfFinished('damaged-log');
    // A second life, so that something stands behind the record that gets damaged.
    expect((await upOn(dataDir)).code).toBe(0);
    const file = onlyFileIn(join(dataDir, 'wal'), '.wal');
    const bytes = readFileSync(file);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = bytes[middle]! ^ 0x40;
    writeFileSync(file, bytes);
    const end = await upOn(dataDir);
    expect(end.code).not.toBe(0);
    expectPlainRefusal(end, end.code!, /\.wal/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  },
  TEST_MAX_MS,
);

test(
  'a setting that a service can not use is named, by all that is wrong with it, and the engine ends',
  async () => {
    const end = await upOn(join(dir, 'settings'), [], { ALGO_COLLAR: '7', ALGO_POSITIONS_MAX: 'many' });
    expectPlainRefusal(
      end,
      MISCONFIGURED,
      /execution-0.*\n.*2 problems(.|\n)*ALGO_POSITIONS_MAX(.|\n)*ALGO_COLLAR/,
    );
  },
  TEST_MAX_MS,
);

test('a port that somebody else uses is refused with its number', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = String(typeof address === 'object' ? address?.port : 0);
  const end = await upOn(join(dir, 'port'), ['--port', port]);
  other.close();
  expectPlainRefusal(end, USAGE, new RegExp(`${port}.*already in use`));
});

test(
  'trades of a newer version stop the engine with what to do, and stay where they are',
  () =>
    onRunningEngine('newer', async (run, url) => {
      await storeRaw(url, subjects.trades(LTCUSDT), SCHEMA_VERSION + 1);
      expectPlainRefusal(await run.ended(), MISCONFIGURED, /the publisher is newer.*Update this service/);
      const { stored } = await readOutcome(run.dataDir);
      expect(stored.duplicates).toBe('0');
    }),
  TEST_MAX_MS,
);

test(
  'a command that nobody can read stops execution and no one else; nothing is ordered, nothing stored is lost',
  () =>
    onRunningEngine('garbage', async (run, url) => {
      const others = ['ingest-0', 'analytics-0', 'decision-0', 'position-risk-0', 'paper-venue-0'] as const;
      const before = others.map((name) => run.pidOf(name));
      const hit = run.pidOf('execution-0');
      await storeRaw(url, subjects.orderCommand(ACCOUNT), SCHEMA_VERSION);
      const isAnother = () => ![undefined, hit].includes(run.pidOf('execution-0'));
      await eventually('execution to end and to be started again', isAnother, PATIENCE_MS);
      const second = run.pidOf('execution-0');
      await eventually('it to stop there again', () => run.pidOf('execution-0') !== second, PATIENCE_MS);
      expect(others.map((name) => run.pidOf(name))).toEqual(before);
      run.up.signal('SIGTERM');
      expect((await run.ended()).code).toBe(0);
      const outcome = await readOutcome(run.dataDir);
      expect(outcome.venueOrders).toEqual([]);
      expect(outcome.stored.duplicates).toBe('0');
      expect(existsSync(join(run.dataDir, 'wal', ACCOUNT))).toBe(true);
    }),
  TEST_MAX_MS,
);
