// Files with something wrong in them: what is read of each is right, and what isn't is said or refused.
import { gzipSync } from 'node:zlib';
import { InputError } from '@algo/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Duck } from './duck.ts';
import { CSV, csv, HEADER, OURS, ROWS, rowsOf, T0_MS, TRADES, type Trade, uuid } from './testing/recorded.ts';
import { TempDir } from './testing/temp-dir.ts';
import { openTradeFile, type TradeFile } from './trade-file.ts';
import { layoutOfWords } from './trade-layout.ts';

let duck: Duck;
beforeAll(async () => {
  duck = await Duck.open();
});
afterAll(() => duck[Symbol.dispose]());

async function opened(path: string, layout?: string): Promise<TradeFile> {
  const file = await openTradeFile(path, duck, layout === undefined ? undefined : layoutOfWords(layout));
  if (file === 'empty') throw new Error('it is empty');
  return file;
}

test.each([
  ['a price', (t: Trade) => [t.ms, t.id, `"0,0${t.price}"`, t.quantity, t.side]],
  ['a quantity', (t: Trade) => [t.ms, t.id, t.price, `"0,00${t.quantity}"`, t.side]],
  ['a time', (t: Trade) => [new Date(t.ms).toISOString(), t.id, t.price, t.quantity, t.side]],
  ['an id', (t: Trade) => [t.ms, `"${t.id},"`.replace(',', ' '), t.price, t.quantity, t.side]],
])('%s that is first written in another way far behind is read', async (_what, odd) => {
  using dir = new TempDir();
  // More rows than are looked at beforehand, all plain.
  const plain = Array.from({ length: 100 }, (_, n) => `${T0_MS - 200 + n},${n + 1},83.1,0.5,buy`);
  const path = dir.write('a.csv', `${[HEADER, ...plain, ...TRADES.map((t) => odd(t).join())].join('\n')}\n`);
  await using file = await opened(path);
  const rows = await rowsOf(file);
  expect(rows.count).toBe(100 + ROWS);
  expect([...rows.timeUs].slice(100)).toEqual(TRADES.map(({ ms }) => ms * 1_000));
  expect([...rows.price].slice(100)).toEqual(TRADES.map(({ price }) => Number(price)));
  expect([...rows.quantity].slice(100)).toEqual(TRADES.map(({ quantity }) => Number(quantity)));
  expect([...rows.ids!].slice(100)).toEqual(TRADES.map(({ id }) => id));
  expect(file.brokenCount).toBe(0);
});

test.each([
  [
    'ids are UUIDs',
    csv(HEADER, (t, n) => `${t.ms},${uuid(n)},${t.price},${t.quantity},${t.side}`),
    'ids are names',
  ],
  [
    'ids have 19 digits',
    csv(HEADER, (t) => `${t.ms},229000000006166${t.id},${t.price},${t.quantity},${t.side}`),
    'ids are names',
  ],
  ['ids are empty', csv(HEADER, (t) => `${t.ms},,${t.price},${t.quantity},${t.side}`), 'no ids'],
  [
    'there is no id',
    csv('ts_ms,price,qty,side', (t) => `${t.ms},${t.price},${t.quantity},${t.side}`),
    'no ids',
  ],
  [
    'ids begin anew',
    csv(HEADER, (t, n) => `${t.ms},${n < 20 ? 5_000 + n : n - 19},${t.price},${t.quantity},${t.side}`),
    'ids begin anew',
  ],
  [
    'there is no id, newest first',
    csv('ts_ms,price,qty,side', (t) => `${t.ms},${t.price},${t.quantity},${t.side}`).replace(
      /\n([\s\S]+)\n$/,
      (_, rows: string) => `\n${rows.split('\n').toReversed().join('\n')}\n`,
    ),
    'newest first',
  ],
])('where %s, rows are numbered, and that is said', async (_what, content, word) => {
  using dir = new TempDir();
  await using file = await opened(dir.write('a.csv', content));
  const rows = await rowsOf(file);
  expect(rows.ids).toBeUndefined();
  expect([...rows.timeUs]).toEqual(TRADES.map(({ ms }) => ms * 1_000));
  expect([...rows.quantity]).toEqual(TRADES.map(({ quantity }) => Number(quantity)));
  expect(file.order.words.join()).toContain(word);
});

test('the dump of Bybit is read, and is known for what it is', async () => {
  using dir = new TempDir();
  const header = 'timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue';
  const row = (t: Trade, n: number) =>
    [(t.ms / 1_000).toFixed(4), 'LTCUSDT', t.side, t.quantity, t.price, 'Zero', uuid(n), '1.5e+10'].join();
  await using file = await opened(dir.write('a.csv', csv(header, row)));
  expect(file.layout.venue).toBe('bybit');
  expect(file.symbols).toEqual(['LTCUSDT']);
  expect([...(await rowsOf(file)).timeUs]).toEqual(TRADES.map(({ ms }) => ms * 1_000));
});

test('times that step back a little stand still, and that is said', async () => {
  using dir = new TempDir();
  const times = TRADES.map(({ ms }, n) => (n % 10 === 9 ? ms - 500 : ms));
  const content = csv(HEADER, (t, n) => `${times[n]},${t.id},${t.price},${t.quantity},${t.side}`);
  await using file = await opened(dir.write('a.csv', content));
  const rows = await rowsOf(file);
  expect([...rows.ids!]).toEqual(TRADES.map(({ id }) => id));
  expect([...rows.timeUs]).toEqual([...rows.timeUs].toSorted((a, b) => a - b));
  expect(file.order.words.join()).toContain('4 rows are older');
});

test('a line of too many fields is named, and the others are read', async () => {
  using dir = new TempDir();
  const lines = [HEADER, ...OURS];
  lines[7] = `${lines[7]}${lines[8]}`;
  await using file = await opened(dir.write('a.csv', `${lines.join('\n')}\n`));
  expect((await rowsOf(file)).count).toBe(ROWS - 1);
  expect(file.broken).toEqual([{ line: 8, why: expect.stringContaining('Columns') }]);
});

test('fields that are no number, no time or no side are NaN, each by itself', async () => {
  using dir = new TempDir();
  const rows = ['x,1,2,3,buy', `${T0_MS},2,x,3,buy`, `${T0_MS},3,2,,buy`, `${T0_MS},4,2,3,unknown`, OURS[0]];
  await using file = await opened(dir.write('a.csv', `${HEADER}\n${rows.join('\n')}\n`));
  const { timeUs, price, quantity, side } = await rowsOf(file);
  expect([timeUs[0], price[1], quantity[2]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(side[3]).toBe(255);
});

test('a layout that is told is read without a header, and a side that is not there is inferred', async () => {
  using dir = new TempDir();
  const prices = [5, 6, 6, 4, 4, 5];
  const path = dir.write('a.csv', prices.map((price, n) => `${1_750_507_467 + n},${price},0.5\n`).join(''));
  await expect(opened(path)).rejects.toThrow('--layout');
  await using file = await opened(path, 'kraken');
  expect(file.isSideInferred).toBe(true);
  expect([...(await rowsOf(file)).side]).toEqual([1, 1, 1, 0, 0, 1]);
});

test.each([
  [
    'times are rounded by a spreadsheet',
    csv(HEADER, (t) => `1.75051E+12,${t.id},${t.price},${t.quantity},${t.side}`),
    'spreadsheet',
  ],
  ['it is empty', '', 'empty'],
  ['it is binary', Buffer.from([1, 0, 2, 0, 3, 0, 4]), 'neither text nor Parquet'],
  ['it is another table', 'a,b\n1,2\n', '"a,b"'],
  ['it has no readable time', `${HEADER}\nx,1,2,3,buy\n`, 'row 1 (time "x")'],
  ['it is half a Parquet file', 'PAR1 and no more', 'Parquet'],
  ['its gzip is torn at once', gzipSync(CSV).subarray(0, 12), 'unpacked'],
])('a file is refused where %s', async (_what, content, because) => {
  using dir = new TempDir();
  const path = dir.write('a.csv', content);
  await expect(opened(path)).rejects.toThrow(InputError);
  await expect(opened(path)).rejects.toThrow(because);
  await expect(opened(path)).rejects.toThrow(path);
});

test('of a torn gzip what is whole is read, and the damage is told', async () => {
  using dir = new TempDir();
  const lines = Array.from({ length: 20_000 }, (_, n) => `${T0_MS + n},${n},${n / 7},1,buy`);
  const long = [HEADER, ...lines, ''].join('\n');
  const packed = gzipSync(long);
  await using file = await opened(dir.write('a.csv.gz', packed.subarray(0, packed.length / 2)));
  const { count, ids, quantity } = await rowsOf(file);
  expect(count).toBeGreaterThan(1_000);
  expect([...ids!]).toEqual(Array.from({ length: count }, (_, n) => n));
  expect(new Set(quantity)).toEqual(new Set([1]));
  expect(file.damage).toContain('unexpected end');
});

test('reading goes on behind rows that were read before', async () => {
  using dir = new TempDir();
  const many = Array.from({ length: 50_000 }, (_, n) => `${T0_MS + n},${n},1,1,buy`);
  await using file = await opened(dir.write('a.csv', `${HEADER}\n${many.join('\n')}\n`));
  for (const skip of [0, 1, 16_384, 40_000, 50_000]) {
    const { ids } = await rowsOf(file, skip);
    expect([...(ids ?? [])]).toEqual(Array.from({ length: 50_000 - skip }, (_, n) => skip + n));
  }
});

test('a header without rows is an empty file', async () => {
  using dir = new TempDir();
  expect(await openTradeFile(dir.write('a.csv', `${HEADER}\n`), duck)).toBe('empty');
});

test.each([
  ['all of them', (n: number) => n >= 3_000],
  ['one of them', (n: number) => n === 3_500],
])('lines that end in another way behind the first thousands, %s, are read', async (_what, isOther) => {
  using dir = new TempDir();
  const rows = Array.from(
    { length: 4_000 },
    (_, n) => `${T0_MS + n},${n},83.29,1,buy${isOther(n) ? '\r' : ''}`,
  );
  await using file = await opened(dir.write('a.csv', `${HEADER}\n${rows.join('\n')}\n`));
  expect([...(await rowsOf(file)).ids!]).toEqual(rows.map((_, n) => n));
  expect(file.brokenCount).toBe(0);
});

test('one id that is no number is a fault of its row, and the others count', async () => {
  using dir = new TempDir();
  const content = csv(HEADER, (t, n) => `${t.ms},${n === 7 ? 'x' : t.id},${t.price},${t.quantity},${t.side}`);
  await using file = await opened(dir.write('a.csv', content));
  const { ids } = await rowsOf(file);
  expect([...ids!].filter(Number.isNaN)).toHaveLength(1);
  expect(file.order.hasIds).toBe(true);
});

test('a row whose name and time were there long before is read once, and repeats are counted', async () => {
  using dir = new TempDir();
  const named = (t: Trade, n: number) => `${t.ms},${uuid(n)},${t.price},${t.quantity},${t.side}`;
  const rows = TRADES.map(named);
  // The whole file once more behind itself, newest first as a venue lists it, and one name at two times.
  const other = `${T0_MS + 500_000},${uuid(3)},83.29,1,buy`;
  const path = dir.write('twice.csv', [HEADER, ...rows, other, ...rows.toReversed(), ''].join('\n'));
  await using file = await opened(path);
  expect([file.survey.repeated, file.survey.rows]).toEqual([ROWS, ROWS + 1]);
  const read = await rowsOf(file);
  expect([...read.timeUs]).toEqual([...TRADES.map(({ ms }) => ms * 1_000), (T0_MS + 500_000) * 1_000]);
  expect([...read.quantity].slice(0, ROWS)).toEqual(TRADES.map(({ quantity }) => Number(quantity)));
});

test.each([
  ['dates and minutes', (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}`],
  ['numbers', (ms: number) => String(Math.floor(ms / 60_000) * 60_000)],
])('times that a spreadsheet has rounded to minutes are refused: %s', async (_, time) => {
  using dir = new TempDir();
  const path = dir.write(
    'rounded.csv',
    csv(HEADER, (t) => `${time(t.ms)},${t.id},${t.price},${t.quantity},${t.side}`),
  );
  await expect(opened(path)).rejects.toThrow('whole minutes, such as 2025-06-21T12:04:00');
});

test('a trade a minute is no rounding', async () => {
  using dir = new TempDir();
  const minute = Math.floor(T0_MS / 60_000) * 60_000;
  const path = dir.write(
    'sparse.csv',
    csv(HEADER, (t, n) => `${minute + n * 60_000},${t.id},${t.price},${t.quantity},${t.side}`),
  );
  await using file = await opened(path);
  expect((await rowsOf(file)).count).toBe(ROWS);
});
