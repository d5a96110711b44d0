// Files become a store that is asked and taken out of, as docs/data.md shows.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TIMEFRAMES } from '@algo/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../config.ts';
import { run } from './testing/engine-at-hand.ts';

const MAIN = join(ROOT, 'libs/cli/src/main.ts');
const LTC = ['--instrument', 'binance.spot.LTCUSDT'];
const T0_MS = Date.UTC(2025, 5, 21, 21, 15);
/** Five hours and a quarter over midnight. */
const TRADES = 18_900;
const CUT = 9_123;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'algo-import-test-'));
  const rows = Array.from({ length: TRADES }, (_, n) => {
    const price = ((8_000 + Math.round(60 * Math.sin(n / 90) + 25 * Math.sin(n * 1.7))) / 100).toFixed(2);
    return `${n + 1},${T0_MS + n * 1_000},${price},${((n * 7) % 13) + 1},${n % 3 === 0 ? 'sell' : 'buy'}`;
  });
  const file = (name: string, part: string[]) =>
    writeFileSync(join(folder, name), `trade_id,ts_ms,price,qty,side\n${part.join('\n')}\n`);
  file('LTCUSDT-whole.csv', rows);
  file('LTCUSDT-first.csv', rows.slice(0, CUT));
  file('LTCUSDT-second.csv', rows.slice(CUT));
  expect(imported('one', 'LTCUSDT-whole.csv').stdout).toContain('18,900 of 18,900 rows stored; 0 were there');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function algo(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { stdout, stderr, status };
}

const imported = (dir: string, ...files: string[]) =>
  algo('import', ...files, '--instruments', 'binance.spot.LTCUSDT', '--data-dir', dir);
/** Asked in this process: there are many questions, and each process would load everything anew. */
async function asked(dir: string, sql: string): Promise<string> {
  const store = join(folder, dir);
  const { out } = await run(['query', sql, ...LTC, '--data-dir', store, '--json', '--max', '100000']);
  return out;
}

test('two files after each other make the store that one makes, and again they add nothing', async () => {
  expect(imported('two', 'LTCUSDT-first.csv').stdout).toContain('9,123 of 9,123 rows stored');
  expect(imported('two', 'LTCUSDT-second.csv').stdout).toContain('9,777 of 9,777 rows stored');
  const again = imported('two', 'LTCUSDT-first.csv', 'LTCUSDT-second.csv');
  expect(again.stdout).toContain('0 of 18,900 rows stored; 18,900 were there already');
  for (const table of ['ticks', ...TIMEFRAMES.map((timeframe) => `candles_${timeframe}`)]) {
    const sql = `SELECT * FROM ${table} ORDER BY ALL`;
    const one = await asked('one', sql);
    expect(one.length).toBeGreaterThan(100);
    expect(await asked('two', sql)).toBe(one);
  }
}, 240_000);

test('rows without ids that share a time are stored once each, wherever one was cut', async () => {
  // Seven at each time: pieces of the reader and the cut below fall into the middle of one.
  const rows = Array.from(
    { length: 40_000 },
    (_, n) => `${T0_MS + Math.floor(n / 7)},83.${10 + (n % 90)},1,buy`,
  );
  const file = (name: string, part: string[]) =>
    writeFileSync(join(folder, name), `ts_ms,price,qty,side\n${part.join('\n')}\n`);
  file('LTCUSDT-bare.csv', rows);
  file('LTCUSDT-part.csv', rows.slice(0, 20_002));
  expect(imported('bare', 'LTCUSDT-part.csv').stdout).toContain('20,002 of 20,002 rows stored');
  expect(imported('bare', 'LTCUSDT-bare.csv').stdout).toContain(
    '19,998 of 40,000 rows stored; 20,002 were there already',
  );
  const sum = await asked(
    'bare',
    'SELECT count(*) AS n, count(DISTINCT trade_id) AS ids, max(trade_id) AS last FROM ticks',
  );
  expect(JSON.parse(sum)).toEqual({ n: 40_000, ids: 40_000, last: 40_000 });
}, 120_000);

test('what is refused and what is missing is told by its kind, and is another exit code', async () => {
  const rows = Array.from({ length: 300 }, (_, n) => `${n < 200 ? n : n + 50},${T0_MS + n * 100},83,1,buy`);
  rows[20] = `20,${T0_MS + 2_000},-83,1,buy`;
  rows[21] = `21,${T0_MS + 2_100},83,1,unknown`;
  rows[22] = rows[23]!.replace(',1,', ',2,');
  rows[24] = `24,${T0_MS + 2_400},83,0,buy`;
  writeFileSync(join(folder, 'LTCUSDT-odd.csv'), `trade_id,ts_ms,price,qty,side\n${rows.join('\n')}\n`);
  const { stdout, stderr, status } = imported('odd', 'LTCUSDT-odd.csv');
  expect(stdout).toBe(
    '296 of 300 rows stored; 0 were there already or are older; 4 refused: PRICE_NOT_POSITIVE 1, ' +
      'QUANTITY_NOT_POSITIVE 1, DUPLICATE_ID 1, UNREADABLE_ROW 1; 51 trades are missing by their ids\n',
  );
  expect([status, stderr]).toEqual([2, expect.stringContaining('--accept-refused 4')]);
  const bars = await asked('odd', 'SELECT num_trades, complete FROM candles_15s ORDER BY timestamp');
  expect(
    bars
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).complete),
  ).not.toContain(true);
}, 60_000);

test('what is stored is asked by name, taken out, and refused in the words typed', () => {
  const named = algo('query', '--named', 'profile', ...LTC, '--data-dir', 'one');
  expect(named.stdout.split('\n')[0]?.split(/\s+/)).toEqual(['poc', 'value_area_low', 'value_area_high']);
  const range = ['--from', '2025-06-21T23:00', '--to', '2025-06-22'];
  const out = algo('export', '--table', 'ticks', ...LTC, ...range, '--out', 'hour.csv', '--data-dir', 'one');
  expect(out.stdout).toBe('3,600 rows of ticks in hour.csv\n');
  expect(readFileSync(join(folder, 'hour.csv'), 'utf8').split('\n')[0]).toBe(
    'timestamp,price,volume,side,exchange,trade_id',
  );
  const wrong = algo('query', 'DROP TABLE ticks', ...LTC, '--data-dir', 'one');
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('DROP TABLE ticks')]);
  const both = algo('query', 'SELECT 1', '--named', 'cvd', ...LTC, '--data-dir', 'one');
  expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('either SQL or --named')]);
  const none = algo('query', 'SELECT 1', '--instrument', 'binance.spot.NONE', '--data-dir', 'one');
  expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('there is none')]);
}, 120_000);

test('rows that come again are no fault; an id that says two things is one', () => {
  const row = (n: number, price = '83.5') => `${n + 1},${T0_MS + n * 100},${price},1,buy`;
  const rows = Array.from({ length: 60 }, (_, n) => row(n));
  const twice = rows.flatMap((line, n) => (n % 5 === 0 ? [line, line] : [line]));
  const file = (name: string, lines: string[]) =>
    writeFileSync(join(folder, name), `trade_id,ts_ms,price,qty,side\n${lines.join('\n')}\n`);
  file('LTCUSDT-twice.csv', twice);
  const again = imported('twice', 'LTCUSDT-twice.csv');
  expect(again.stdout).toContain('60 of 72 rows stored; 12 were there already');
  expect(again.stderr).toContain('12 rows equal one before, id and all: left out');
  expect(again.status).toBe(0);
  file('LTCUSDT-contrary.csv', [...rows, row(59, '99')]);
  const contrary = imported('contrary', 'LTCUSDT-contrary.csv');
  expect(contrary.stdout).toContain(
    '60 of 61 rows stored; 0 were there already or are older; 1 refused: DUPLICATE_ID 1',
  );
  expect(contrary.status).toBe(2);
});

test('a dump of Kraken is read by its layout, of a coin that nobody trades here, and asked', () => {
  const prices = [83.29, 83.3, 83.3, 83.1, 83.1, 83.2];
  const lines = prices.map((price, n) => `${1_750_507_467 + n},${price},0.${n + 1}`);
  writeFileSync(join(folder, 'LTCUSD.csv'), `${lines.join('\n')}\n`);
  const kraken = (...more: string[]) =>
    algo('import', 'LTCUSD.csv', '--instruments', 'kraken.spot.LTCUSD', '--data-dir', 'kraken', ...more);
  expect(kraken().stderr).toContain('--layout');
  const { stdout, stderr, status } = kraken('--layout', 'time,price,volume');
  expect([stdout, status]).toEqual(['6 of 6 rows stored; 0 were there already or are older\n', 0]);
  expect(stderr).toContain('no side in it: inferred');
  expect(stderr).toContain('kraken.spot.LTCUSD: not in config/instruments.yaml');
  const sides = algo(
    ...['query', 'SELECT price, side, volume FROM ticks ORDER BY trade_id', '--data-dir', 'kraken', '--json'],
    ...['--instrument', 'kraken.spot.LTCUSD'],
  )
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(sides.map(({ side }) => side)).toEqual(['buy', 'buy', 'buy', 'sell', 'sell', 'buy']);
  expect(sides.map(({ price }) => price)).toEqual(prices);
});
