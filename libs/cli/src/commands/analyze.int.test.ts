// What `algo analyze` prints is what docs/analytics.md says.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../config.ts';

type Line = Record<string, unknown> & { type: string };
const MAIN = join(ROOT, 'libs/cli/src/main.ts');
const T0_MS = 1_750_507_200_000;
const MINUTE_MS = 60_000;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'algo-analyze-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function lines(...args: string[]): Line[] {
  const out = execFileSync(process.execPath, [MAIN, 'analyze', ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

function failure(...args: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'analyze', ...args], { encoding: 'utf8' });
  return { status, stderr };
}

/** A restless price in cents, minute by minute. */
const cents = (i: number) => 8_000 + Math.round(60 * Math.sin(i / 3) + 25 * Math.sin(i * 1.7) + i / 4);

/** Three hours of trades, one each two seconds. */
function tradesFile(): string {
  const rows = Array.from({ length: 5_400 }, (_, n) => {
    const price = (cents(n / 30) / 100).toFixed(2);
    return [
      T0_MS + n * 2_000,
      n + 1,
      price,
      (0.1 + (n % 7) / 100).toFixed(3),
      n % 3 === 0 ? 'sell' : 'buy',
    ].join(',');
  });
  return file('LTCUSDT-trades.csv', `ts_ms,trade_id,price,qty,side\n${rows.join('\n')}\n`);
}

function candlesFile(name: string, header: string, row: (i: number) => string): string {
  return file(name, [header, ...Array.from({ length: 260 }, (_, i) => row(i)), ''].join('\n'));
}

const prices = (i: number) => {
  const [open, close] = [cents(i) / 100, cents(i + 1) / 100];
  return [open, Math.max(open, close) + 0.07, Math.min(open, close) - 0.07, close].map((p) => p.toFixed(2));
};

/** Fields that docs/analytics.md names for each type of line, and the features. */
function documented(): { types: Map<string, string[]>; features: string[] } {
  const text = readFileSync(join(ROOT, 'docs/analytics.md'), 'utf8');
  const names = (part: string) =>
    part
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...line.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
  const [format, features] = text.split('## Features');
  const parts = format!.split(/^#### `(\w+)`$/m).slice(1);
  const types = new Map<string, string[]>();
  for (let i = 0; i < parts.length; i += 2) types.set(parts[i]!, names(parts[i + 1]!));
  return { types, features: names(features!) };
}

test('lines of trades have exactly the fields that the documentation names, of every type', () => {
  const { types, features } = documented();
  const found = Map.groupBy(lines('--data', tradesFile(), '--rules', 'classic,robust'), ({ type }) => type);
  expect([...found.keys()].sort()).toEqual([...types.keys()].sort());
  for (const [type, fields] of types)
    for (const line of found.get(type)!) {
      const expected = ['type', ...fields];
      const keys = Object.keys(line);
      if (type !== 'candle') expect(keys.sort()).toEqual(expected.sort());
      else
        expect(keys.filter((key) => !/^(ema_50|ema_200)$/.test(key)).sort()).toEqual(
          [...expected, ...features].sort(),
        );
    }
});

test('of bars the time stands as it was written, and what only trades tell is absent', () => {
  const path = candlesFile('bars.csv', 'timestamp,open,high,low,close,volume', (i) =>
    [T0_MS + i * 4 * 60 * MINUTE_MS, ...prices(i), 5 + (i % 9)].join(','),
  );
  const all = lines('--candles', path, '--features', 'ema_20,adx_14');
  const candles = all.filter(({ type }) => type === 'candle');
  expect(candles).toHaveLength(260);
  expect(candles[0]).toEqual({
    ...{ type: 'candle', instrument: 'file.bars.bars', timeframe: '4h', timestamp: T0_MS },
    ...{ open: 80, high: expect.any(Number), low: expect.any(Number), close: expect.any(Number), volume: 5 },
    ...{ ema_20: null, adx_14: null },
  });
  const firstOf = (name: string) => candles.findIndex((line) => line[name] !== null);
  expect([firstOf('ema_20'), firstOf('adx_14')]).toEqual([19, 27]);
  expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['candle', 'zone', 'fvg']));
});

test('bars with a taker’s volume show it, and times may be texts', () => {
  const path = candlesFile('iso.csv', 'timestamp,open,high,low,close,volume,buy_volume', (i) =>
    [new Date(T0_MS + i * 15 * MINUTE_MS).toISOString(), ...prices(i), 5, 2.5].join(','),
  );
  const [first] = lines('--candles', path, '--features', 'ema_9');
  expect(first).toMatchObject({ timestamp: '2025-06-21T12:00:00.000Z', timeframe: '15m', buy_volume: 2.5 });
});

test('Parquet holds a row for each line', () => {
  const path = candlesFile('p.csv', 'timestamp,open,high,low,close,volume', (i) =>
    [T0_MS + i * MINUTE_MS, ...prices(i), 5].join(','),
  );
  const bytes = execFileSync(process.execPath, [MAIN, 'analyze', '--candles', path, '--out', 'parquet']);
  expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
});

const BAR = '80,80.1,79.9,80,5';
test.each([
  [
    'no column of volumes',
    'timestamp,open,high,low,close\n1,2,3,4,5\n',
    'line 1", the header has no column volume',
  ],
  ['a price of words', `timestamp,open,high,low,close,volume\n${T0_MS},a,80,79,80,1\n`, 'line 2'],
  ['a high below its low', `timestamp,open,high,low,close,volume\n${T0_MS},80,79,81,80,1\n`, 'line 2'],
  [
    'a time that goes back',
    `timestamp,open,high,low,close,volume\n${T0_MS},${BAR}\n${T0_MS - 1},${BAR}\n`,
    'line 3',
  ],
])('a file of bars with %s is refused by its line', (_, text, words) => {
  const { status, stderr } = failure('--candles', file('bad.csv', text));
  expect(status).toBe(2);
  expect(stderr).toContain(words.split('"')[0]);
});

test.each([
  ['--features', 'ema_0'],
  ['--features', 'nonsense'],
  ['--rules', 'modern'],
  ['--out', 'xml'],
])('%s %s is refused by name', (option, value) => {
  const path = candlesFile('ok.csv', 'timestamp,open,high,low,close,volume', (i) =>
    [T0_MS + i * MINUTE_MS, ...prices(i), 5].join(','),
  );
  const { status, stderr } = failure('--candles', path, option, value);
  expect({ status, isNamed: stderr.includes(value) }).toEqual({ status: 2, isNamed: true });
});
