// The fast way to read a text gives what the careful one does, or says that it can't.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { csvDialect } from './csv-dialect.ts';
import { Duck } from './duck.ts';
import { hasOddFields, surveyOf } from './file-survey.ts';
import { csvRows, plainCsvRows, type RowQuery } from './row-query.ts';
import { TempDir } from './testing/temp-dir.ts';

let duck: Duck;
beforeAll(async () => {
  duck = await Duck.open();
});
afterAll(() => duck[Symbol.dispose]());

const HEADER = 'ts_ms,trade_id,price,qty,side';
const plainRow = (n: number) => `${1_750_507_467_000 + n},${n + 1},83.${n % 90},0.${n + 1},buy`;
const ROWS = 120;
const ODD_AT = 100;

async function readBoth(row: string, header = HEADER) {
  using dir = new TempDir();
  const lines = Array.from({ length: ROWS }, (_, n) => (n === ODD_AT ? row : plainRow(n)));
  const path = dir.write('a.csv', `${[header, ...lines].join('\n')}\n`);
  const dialect = await csvDialect({ path, damage: undefined }, path, undefined);
  const [typed, careful] = [plainCsvRows(path, dialect)!, csvRows(path, dialect, 'fields')];
  return await duck.with(async (db) => {
    const rowsBy = async ({ sql }: RowQuery) =>
      (await db.runAndReadAll(`select t, p, q, s, i, x is null from (${sql})`)).getRows();
    const rows = await rowsBy(typed);
    const isOdd = await hasOddFields(db, typed, (await surveyOf(db, typed)).survey);
    return { isOdd, typed: rows, careful: await rowsBy(careful) };
  });
}

test('a file of plain numbers is read alike, all of it', async () => {
  const { isOdd, typed, careful } = await readBoth(plainRow(ODD_AT));
  expect(isOdd).toBe(false);
  expect(typed).toHaveLength(ROWS);
  expect(typed).toEqual(careful);
});

test.each(
  [
    ...['2025-06-21T12:04:27.356Z', '1.75051E+12', '1750507467', '1750507467356.5', '1750507467356000000'],
    ...[' 1750507467356 ', '"1750507467356"', '-5', 'ts_ms', '', 'nan', '0x10', '1_000'],
  ].map((cell) => [cell]),
)('a time written %j is read alike, or the file is read with care', async (cell) => {
  const { isOdd, typed, careful } = await readBoth(`${cell},101,83.5,0.5,buy`);
  if (!isOdd) expect(typed).toEqual(careful);
});

test.each(
  [
    ...['"83,5"', '"1,083.5"', '8.35e1', '+83.5', ' 83.5', '83.5 ', '.5', '83.', '0', '-1', 'inf', 'nan', ''],
    ...['83.29000000000000001', '1e400', 'free', '１', '0x53'],
  ].map((cell) => [cell]),
)('a price or quantity written %j is read alike, or with care', async (cell) => {
  for (const row of [`1750507467356,101,${cell},0.5,buy`, `1750507467356,101,83.5,${cell},buy`]) {
    const { isOdd, typed, careful } = await readBoth(row);
    if (!isOdd) expect(typed).toEqual(careful);
  }
});

test.each(
  [
    ...[
      '9007199254740993',
      '229000000006166101',
      '99999999999999999999',
      '-7',
      '5.5',
      '007',
      ' 7',
      '"7"',
      '',
    ],
    ...['nan', '7a', 'b0a7f3c2-1111-4222-8333-444455556666', '1e3'],
  ].map((cell) => [cell]),
)('an id written %j is read alike, or the file is read with care', async (cell) => {
  const { isOdd, typed, careful } = await readBoth(`1750507467356,${cell},83.5,0.5,buy`);
  if (!isOdd) expect(typed).toEqual(careful);
});

test.each([
  ['a header inside', HEADER],
  ['a time of nanoseconds', '1750507467356000123,101,83.5,0.5,buy'],
  ['an id that is a name', '1750507467356,t101,83.5,0.5,buy'],
  ['a number with a comma', '1750507467356,101,"1,083.5",0.5,buy'],
  ['a time in words', '2025-06-21T12:04:27.356Z,101,83.5,0.5,buy'],
])('%s is noticed', async (_what, row) => {
  expect((await readBoth(row)).isOdd).toBe(true);
});
