// What is wrong with a file is told with what was found in it; what only looks wrong is read whole.
import { gzipSync } from 'node:zlib';
import { InputError } from '@algo/model';
import { BlobWriter, TextReader, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Duck } from './duck.ts';
import { oddRowWords } from './odd-rows.ts';
import { openTradeFiles } from './open-trade-files.ts';
import { CSV, csv, HEADER, OURS, ROWS, rowsOf, T0_MS, TRADES, type Trade } from './testing/recorded.ts';
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

const withSide = (side: (trade: Trade) => string) =>
  csv(HEADER, (t) => `${t.ms},${t.id},${t.price},${t.quantity},${side(t)}`);
const withTime = (time: (ms: number) => string | number) =>
  csv(HEADER, (t) => `${time(t.ms)},${t.id},${t.price},${t.quantity},${t.side}`);
const withPrice = (price: (price: string) => string) =>
  csv(HEADER, (t) => `${t.ms},${t.id},${price(t.price)},${t.quantity},${t.side}`);
const day = (ms: number) => new Date(ms).toISOString().slice(0, 10).split('-');
const clock = (ms: number) => new Date(ms).toISOString().slice(11, 19);

async function zip(entries: Readonly<Record<string, string | Uint8Array>>, password?: string) {
  const writer = new ZipWriter(new BlobWriter(), password === undefined ? {} : { password });
  for (const [name, content] of Object.entries(entries))
    await writer.add(
      name,
      typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content),
    );
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

test.each([
  ['sides that are no word of ours', withSide(() => 'bid'), 'row 1 (side "bid")'],
  ['sides that are numbers', withSide((t) => (t.side === 'buy' ? '1' : '-1')), 'row 1 (side "-1")'],
  ['sides that are empty', withSide(() => ''), 'row 1 (side "")'],
  [
    'the day before the month',
    withTime((ms) => `${day(ms).toReversed().join('/')} ${clock(ms)}`),
    'row 1 (time "21/06/2025 12:04:27")',
  ],
  ['the name of a zone', withTime((ms) => `${day(ms).join('-')} ${clock(ms)} CEST`), 'CEST"'],
  ['days of a spreadsheet', withTime((ms) => 25_569 + ms / 86_400_000), 'row 1 (time "45829.'],
  ['times within a day', withTime((ms) => ms % 86_400_000), 'row 1 (time "43467494'],
  ['times before 1970', withTime((ms) => -ms), 'row 1 (time "-1750507467494'],
  ['a sign of money', withPrice((price) => `$${price}`), 'row 1 (price "$83.29")'],
  ['the coin behind the number', withPrice((price) => `${price} USDT`), 'row 1 (price "83.29 USDT")'],
])('a file with %s is refused with what was found', async (_what, content, found) => {
  using dir = new TempDir();
  const path = dir.write('a.csv', content);
  await expect(opened(path)).rejects.toThrow(InputError);
  await expect(opened(path)).rejects.toThrow(found);
});

test('rows of which a field cannot be read are counted and shown, and cut where they are long', async () => {
  using dir = new TempDir();
  const long = 'x'.repeat(100);
  const content = csv(
    HEADER,
    (t, n) => `${n === 7 ? 0 : t.ms},${t.id},${t.price},${t.quantity},${n % 10 === 3 ? long : t.side}`,
  );
  await using file = await opened(dir.write('a.csv', content));
  expect(file.survey.odd).toBe(5);
  expect(oddRowWords(file.odd)).toBe(
    `row 4 (side "${'x'.repeat(40)}…"), row 8 (time "0"), row 14 (side "${'x'.repeat(40)}…")`,
  );
});

test.each([
  ['packed by bzip2', 'BZh91AY&SY', 'bzip2'],
  ['packed by xz', Buffer.from('fd377a585a000004', 'hex'), 'xz'],
  ['packed by 7-Zip', Buffer.from('377abcaf271c0004', 'hex'), '7-Zip'],
  ['an archive in gzip', gzipSync(Buffer.from(`${'a'.repeat(257)}ustar`)), 'tar'],
  ['packed twice', gzipSync(gzipSync(CSV)), 'twice, by gzip'],
  ['a database', Buffer.from(`${'\0'.repeat(8)}DUCK${'\0'.repeat(500)}`), 'DuckDB'],
])('a file that is %s is refused by the name of what it is', async (_what, content, kind) => {
  using dir = new TempDir();
  await expect(opened(dir.write('a.csv', content))).rejects.toThrow(kind);
});

test('an archive of a Mac is read; a workbook, a password and a second packing are named', async () => {
  using dir = new TempDir();
  const beside = new Uint8Array([0, 5, 22, 7]);
  const mac = await zip({ 'a.csv': CSV, '__MACOSX/._a.csv': beside, '.DS_Store': beside });
  await using file = await opened(dir.write('mac.zip', mac));
  expect((await rowsOf(file)).count).toBe(ROWS);
  const refused = async (name: string, content: Uint8Array, kind: string) =>
    expect(opened(dir.write(name, content))).rejects.toThrow(kind);
  await refused('b.xlsx', await zip({ 'xl/workbook.xml': '<x/>', 'xl/styles.xml': '<x/>' }), 'Excel');
  await refused('c.zip', await zip({ 'a.csv': CSV }, 'secret'), 'password');
  await refused('d.zip', await zip({ 'a.csv.gz': gzipSync(CSV) }), 'twice, by gzip');
});

test.each([
  ['rows that come again at once', CSV.replace(OURS[3]!, `${OURS[3]}\n${OURS[3]}`), 1],
  ['the whole once more', `${HEADER}\n${[...OURS, ...OURS].join('\n')}\n`, ROWS],
  [
    'a part once more, newest first',
    `${HEADER}\n${[...OURS, ...OURS.slice(9).toReversed()].join('\n')}\n`,
    ROWS - 9,
  ],
])('equal rows are read once and are no fault: %s', async (_what, content, repeated) => {
  using dir = new TempDir();
  await using file = await opened(dir.write('a.csv', content));
  expect(file.survey.repeated).toBe(repeated);
  expect([...(await rowsOf(file)).ids!]).toEqual(TRADES.map(({ id }) => id));
});

test('an id that comes again with another price is no repeat', async () => {
  using dir = new TempDir();
  const [ms, id, , quantity, side] = OURS.at(-1)!.split(',');
  const path = dir.write('a.csv', `${CSV}${[ms, id, '99.99', quantity, side].join()}\n`);
  await using file = await opened(path);
  expect([file.survey.repeated, file.survey.rows]).toEqual([0, ROWS + 1]);
});

test.each([
  ['one that nothing closes', [9]],
  ['two far from each other', [9, 30]],
])('a stray quote swallows no row: %s', async (_what, at) => {
  using dir = new TempDir();
  const lines = OURS.map((line, n) => (at.includes(n) ? line.replace(/,(\w+)$/, ',"$1') : line));
  await using file = await opened(dir.write('a.csv', `${[HEADER, ...lines].join('\n')}\n`));
  const { ids, side } = await rowsOf(file);
  expect([...ids!]).toEqual(TRADES.map(({ id }) => id));
  expect([...side]).toEqual(TRADES.map((t) => (t.side === 'buy' ? 1 : 0)));
});

test('a stray quote far behind swallows none of the rows that follow', async () => {
  using dir = new TempDir();
  const row = (n: number) => `${T0_MS + n},${n + 1},${n === 9_000 ? '"' : ''}83.5,0.5,buy`;
  const path = dir.write(
    'a.csv',
    `${HEADER}\n${Array.from({ length: 10_000 }, (_, n) => row(n)).join('\n')}\n`,
  );
  await using file = await opened(path);
  expect(file.survey.rows).toBe(10_000);
});

test.each([
  [
    'texts with marks that were joined',
    `\uFEFF${HEADER}\n${OURS.slice(0, 9).join('\n')}\n\uFEFF${HEADER}\n${OURS.slice(9).join('\n')}\n`,
  ],
  [
    'a mark at a later header alone',
    `${HEADER}\n${OURS.slice(0, 9).join('\n')}\n\uFEFF${HEADER}\n${OURS.slice(9).join('\n')}\n`,
  ],
  ['a remark in an old encoding', Buffer.concat([Buffer.from('# f\xfcr\n', 'latin1'), Buffer.from(CSV)])],
  [
    'a comma before the fraction',
    withTime((ms) => new Date(ms).toISOString().replace('.', ',')).replaceAll(/,(?!\d{3}Z)/g, ';'),
  ],
  [
    'the names of OKX',
    csv(
      'instrument_name,trade_id,side,price,size,created_time',
      (t) => `LTC-USDT,${t.id},${t.side},${t.price},${t.quantity},${t.ms}`,
    ),
  ],
  [
    'an index as pandas writes it',
    csv(`,${HEADER}`, (t, n) => `${n},${t.ms},${t.id}.0,${t.price},${t.quantity},${t.side}`),
  ],
])('%s are read whole', async (_what, content) => {
  using dir = new TempDir();
  await using file = await opened(dir.write('a.csv', content));
  const { timeUs, ids } = await rowsOf(file);
  expect([...timeUs]).toEqual(TRADES.map(({ ms }) => ms * 1_000));
  expect([...ids!]).toEqual(TRADES.map(({ id }) => id));
  expect([file.brokenCount, file.survey.odd]).toEqual([0, 0]);
});

test('zeros behind the last line are one line that is no row', async () => {
  using dir = new TempDir();
  await using file = await opened(dir.write('a.csv', Buffer.from(CSV + '\0'.repeat(4_096))));
  expect([(await rowsOf(file)).count, file.brokenCount]).toEqual([ROWS, 1]);
});

test('a table without a side is refused with the layout by which it is read', async () => {
  using dir = new TempDir();
  const path = dir.write(
    'a.csv',
    csv('ID,Time,Volume,Price,type', (t) => [t.id, t.ms, t.quantity, t.price, 0].join()),
  );
  await expect(opened(path)).rejects.toThrow('--layout id,time,quantity,price,- the side is inferred');
  await using file = await opened(path, 'id,time,quantity,price,-');
  const rows = await rowsOf(file);
  expect([...rows.ids!]).toEqual(TRADES.map(({ id }) => id));
  expect([...rows.price]).toEqual(TRADES.map(({ price }) => Number(price)));
});

test('columns of a layout may be called as headers call them', () => {
  const { at } = layoutOfWords('time,price,quantity,is_buyer_maker,id');
  expect(layoutOfWords('Timestamp,px,volume,isBuyerMaker,trade_id').at).toEqual(at);
  expect(() => layoutOfWords('time,price,qty,volume')).toThrow('volume is named twice');
});

test('what is odd in a file is said beside its path', async () => {
  using dir = new TempDir();
  const path = dir.write(
    'LTCUSDT.csv',
    withSide(({ id, side }) => (id % 20 === 7 ? 'unknown' : side)),
  );
  const instrument = { id: 'binance.spot.LTCUSDT', venue: 'binance', market: 'spot', symbol: 'LTCUSDT' };
  await using files = await openTradeFiles([path], { told: [], catalog: [instrument as never] });
  expect(files.words).toEqual([
    `${path}: 2 rows are no trades, such as row 8 (side "unknown"), row 28 (side "unknown")`,
  ]);
});
