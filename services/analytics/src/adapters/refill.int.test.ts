// A file that was lost or damaged is filled again from the archive and the streams of a real nats-server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JetStreamBus } from '@algo/bus';
import { encodeFact, subjects } from '@algo/contracts';
import { TIMEFRAMES } from '@algo/model';
import { NatsFixture } from '@algo/testkit';
import { openReader, storePath } from '@algo/tickstore';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { BATCHES, LTC, type TapeInput, tapeInputs } from './testing/lost-tape.ts';

const WRITER = fileURLToPath(new URL('./testing/refill-writer.ts', import.meta.url));
/** Behind midnight, and behind what the archive takes. */
const LOST_AT = 700;
const TRADES = BATCHES * 40;
const inputs = tapeInputs();
let nats: NatsFixture;
let bus: JetStreamBus;
let dataDir = '';

beforeAll(async () => {
  nats = await NatsFixture.start();
  bus = await nats.bus('ingest');
  for (const [n, input] of inputs.entries()) await publish(n, input);
}, 60_000);
afterAll(() => nats[Symbol.asyncDispose]());
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'algo-refill-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function publish(n: number, { batch, candles }: TapeInput): Promise<void> {
  const timeUs = batch.trades.timeUs[0]!;
  const said = (subject: string, type: string, id: string, data: Uint8Array) =>
    bus.publish({ subject, type: `algo.v1.${type}`, id, timeUs, data });
  await said(subjects.trades(LTC), 'TradeBatch', `batch-${n}`, encodeFact('TradeBatch', batch));
  for (const candle of candles)
    await said(
      subjects.candles(LTC, candle.timeframe),
      'CandleClosed',
      `${candle.timeframe}-${candle.openTimeUs}`,
      encodeFact('CandleClosed', candle),
    );
}

/** Runs a shard from an input on; returns how it ended, and what it said. */
async function shard(first: number, commits = 0): Promise<{ end: string | number; said: string }> {
  const args = [WRITER, nats.server.url, dataDir, String(first), String(commits)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (bytes) => {
    said += bytes;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { end: signal ?? code!, said };
}

async function stored(): Promise<{ trades: number; duplicates: number; candles: number[]; twice: number }> {
  const reader = openReader(join(dataDir, 'ticks'));
  const count = async (sql: string) => Number((await reader.query(LTC, sql))[0]!.n);
  const tables = TIMEFRAMES.map((timeframe) => `candles_${timeframe}`);
  let twice = 0;
  const candles: number[] = [];
  for (const table of tables) {
    candles.push(await count(`SELECT count(*) AS n FROM ${table}`));
    twice += await count(`SELECT count(*) - count(DISTINCT timestamp) AS n FROM ${table}`);
  }
  const [trades, duplicates] = [await reader.countTrades(LTC), await reader.countDuplicates(LTC)];
  return { trades, duplicates, candles, twice };
}

const WHOLE = {
  ...{ trades: TRADES, duplicates: 0, twice: 0 },
  candles: TIMEFRAMES.map(
    (timeframe) =>
      inputs.flatMap(({ candles }) => candles).filter((candle) => candle.timeframe === timeframe).length,
  ),
};

/** Runs a shard to the end of the tape, from its first input. */
async function wholeRun(): Promise<void> {
  expect(await shard(0)).toEqual({ end: 0, said: '' });
  expect(await stored()).toEqual(WHOLE);
}

test('a damaged file is filled again from archive and stream, whole, killed at each stage', async () => {
  await wholeRun();
  const path = storePath(join(dataDir, 'ticks'), LTC);
  writeFileSync(path, 'x'.repeat(20_000));
  for (const commits of [1, 2, 40, 150]) expect((await shard(LOST_AT, commits)).end).toBe('SIGKILL');
  const last = await shard(LOST_AT);
  expect(last.end).toBe(0);
  expect(await stored()).toEqual(WHOLE);
  expect(readdirSync(dirname(path)).filter((name) => /unreadable-[^.]*$/.test(name))).toHaveLength(1);
}, 180_000);

test('a file that is gone is filled again, and it is said of how much', async () => {
  await wholeRun();
  const path = storePath(join(dataDir, 'ticks'), LTC);
  for (const end of ['', '.wal']) rmSync(`${path}${end}`, { force: true });
  const { end, said } = await shard(LOST_AT);
  expect(end).toBe(0);
  expect(existsSync(join(dataDir, 'archive'))).toBe(true);
  // Two hours before midnight are in the archive; of 700 batches 340 came behind it.
  expect(said).toContain('binance.spot.LTCUSDT: its file lacked rows; 13,600 trades and ');
  expect(said).not.toContain('lost');
  expect(await stored()).toEqual(WHOLE);
}, 120_000);

test('without an archive all comes from the stream', async () => {
  await wholeRun();
  rmSync(join(dataDir, 'archive'), { recursive: true });
  rmSync(storePath(join(dataDir, 'ticks'), LTC));
  expect((await shard(LOST_AT)).said).toContain('28,000 trades');
  expect(await stored()).toEqual(WHOLE);
}, 120_000);

test('what neither archive nor stream holds is told by its ids', async () => {
  await wholeRun();
  rmSync(storePath(join(dataDir, 'ticks'), LTC));
  const { first, last } = await bus.bounds('MARKET');
  expect([first, last - first + 1]).toEqual([1, BATCHES]);
  const { nc } = bus.nats;
  const purge = JSON.stringify({ seq: 401 });
  await nc.request('$JS.API.STREAM.PURGE.MARKET', purge);
  const { said } = await shard(LOST_AT);
  expect(said).toContain('trades 14401 to 16000 are lost: neither in the archive nor in the stream');
  expect(said).toContain('12,000 trades and ');
  expect(await stored()).toMatchObject({ trades: TRADES - 1_600, duplicates: 0, twice: 0 });
}, 120_000);
