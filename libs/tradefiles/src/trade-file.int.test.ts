// Files as people have them, written here by kind: what is read of each is right to the last digit, or refused.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { InputError } from '@algo/model';
import { expect, test } from '@jest/globals';
import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js';
import { openDuck } from './duck.ts';
import { TempDir } from './testing/temp-dir.ts';
import { openTradeFile, type TradeFile, type TradeRows } from './trade-file.ts';
import { layoutOfWords } from './trade-layout.ts';

const T0_MS = 1_750_507_467_494;
const ROWS = 40;
/** What every file of the table holds: its times lie within one second and a half of each other. */
const TRADES = Array.from({ length: ROWS }, (_, n) => ({
  ms: T0_MS + n * 137,
  id: 1_000 + n,
  price: (83.29 + ((n * 7) % 5) / 100).toFixed(2),
  quantity: (0.111 + n / 1_000).toFixed(3),
  side: n % 3 === 0 ? 'sell' : 'buy',
}));
const HEADER = 'ts_ms,trade_id,price,qty,side';
const OURS = TRADES.map(({ ms, id, price, quantity, side }) => [ms, id, price, quantity, side].join(','));
const CSV = `${HEADER}\n${OURS.join('\n')}\n`;

type Trade = (typeof TRADES)[number];
const iso = ({ ms }: Trade) => new Date(ms).toISOString();
const csv = (header: string | null, row: (trade: Trade, n: number) => string, ends = '\n') =>
  [...(header === null ? [] : [header]), ...TRADES.map(row), ''].join(ends);
const withTime = (time: (trade: Trade, n: number) => string) =>
  csv(
    'timestamp,trade_id,price,qty,side',
    (t, n) => `${time(t, n)},${t.id},${t.price},${t.quantity},${t.side}`,
  );
const uuid = (n: number) => `8f3a${n.toString(16).padStart(4, '0')}-1b2c-4d3e-9f00-0017487${10_000 + n}`;
const flag = ({ side }: Trade) => side === 'sell';
const capital = (value: boolean) => (value ? 'True' : 'False');

/** All rows of a file in one piece. */
async function rowsOf(file: TradeFile, skip = 0): Promise<TradeRows> {
  const parts: TradeRows[] = [];
  for await (const rows of file.read(skip)) parts.push(rows);
  const all = <Key extends 'timeUs' | 'price' | 'quantity'>(key: Key) =>
    Float64Array.from(parts.flatMap((rows) => [...rows[key]]));
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    ...{ timeUs: all('timeUs'), price: all('price'), quantity: all('quantity') },
    side: Uint8Array.from(parts.flatMap(({ side }) => [...side])),
    ids: parts[0]?.ids && Float64Array.from(parts.flatMap(({ ids }) => [...ids!])),
  };
}

async function opened(path: string, layout?: string): Promise<TradeFile> {
  const file = await openTradeFile(path, layout === undefined ? undefined : layoutOfWords(layout));
  if (file === 'empty') throw new Error('it is empty');
  return file;
}

const WHOLE: readonly (readonly [what: string, name: string, content: string | Uint8Array])[] = [
  ['our own layout', 'a.csv', CSV],
  [
    'a mark at its start and lines that end as Windows ends them',
    'a.csv',
    `\uFEFF${CSV.replaceAll('\n', '\r\n')}`,
  ],
  ['lines that end as old Macs ended them', 'a.csv', CSV.replaceAll('\n', '\r')],
  ['lines that end in two ways', 'a.csv', CSV.replace('buy\n', 'buy\r\n')],
  ['no newline at its end', 'a.csv', CSV.trimEnd()],
  ['UTF-16', 'a.csv', Buffer.from(`\uFEFF${CSV}`, 'utf16le')],
  ['UTF-16 with the other byte first', 'a.csv', Buffer.from(`\uFEFF${CSV}`, 'utf16le').swap16()],
  ['semicolons', 'a.csv', CSV.replaceAll(',', ';')],
  ['tabs', 'a.tsv', CSV.replaceAll(',', '\t')],
  ['bars', 'a.csv', CSV.replaceAll(',', '|')],
  ['commas for points', 'a.csv', CSV.replaceAll(',', ';').replaceAll('.', ',')],
  ['blanks behind commas', 'a.csv', CSV.replaceAll(',', ', ')],
  ['quotes', 'a.csv', csv(HEADER, (t) => `"${t.ms}","${t.id}","${t.price}","${t.quantity}","${t.side}"`)],
  ['remarks before the header', 'a.csv', `# exported\n\nsep=,\n${CSV}`],
  [
    'several texts joined, with headers inside and blank lines',
    'a.csv',
    `${HEADER}\n${OURS.slice(0, 9).join('\n')}\n\n${HEADER}\n${OURS.slice(9).join('\n')}\n\n\n`,
  ],
  ['an offset of nothing', 'a.csv', withTime((t) => iso(t).replace('T', ' ').replace('Z', '000+00:00'))],
  ['the offset of Postgres', 'a.csv', withTime((t) => iso(t).replace('T', ' ').replace('Z', '+00'))],
  ['UTC behind the time', 'a.csv', withTime((t) => iso(t).replace('T', ' ').replace('Z', ' UTC'))],
  [
    'an offset of two hours',
    'a.csv',
    withTime((t) => new Date(t.ms + 7_200_000).toISOString().replace('Z', '+02:00')),
  ],
  [
    'an offset of half an hour to the west',
    'a.csv',
    withTime((t) => new Date(t.ms - 12_600_000).toISOString().replace('Z', '-0330')),
  ],
  ['times without a zone', 'a.csv', withTime((t) => iso(t).slice(0, -1))],
  ['seconds with a fraction', 'a.csv', withTime((t) => `${(t.ms / 1_000).toFixed(3)}`)],
  ['microseconds', 'a.csv', withTime((t) => `${t.ms}000`)],
  ['nanoseconds', 'a.csv', withTime((t) => `${t.ms}000000`)],
  ['ms and µs mixed', 'a.csv', withTime((t, n) => (n % 2 === 0 ? `${t.ms}` : `${t.ms}000`))],
  [
    'flags 0 and 1',
    'a.csv',
    csv(
      'ts_ms,trade_id,price,qty,is_buyer_maker',
      (t) => `${t.ms},${t.id},${t.price},${t.quantity},${flag(t) ? 1 : 0}`,
    ),
  ],
  [
    'flags t and f',
    'a.csv',
    csv(
      'ts_ms,trade_id,price,qty,isBuyerMaker',
      (t) => `${t.ms},${t.id},${t.price},${t.quantity},${flag(t) ? 't' : 'f'}`,
    ),
  ],
  [
    'flags Y and N',
    'a.csv',
    csv(
      'ts_ms,trade_id,price,qty,is_buyer_maker',
      (t) => `${t.ms},${t.id},${t.price},${t.quantity},${flag(t) ? 'Y' : 'N'}`,
    ),
  ],
  [
    'sides in capitals',
    'a.csv',
    csv(HEADER, (t) => `${t.ms},${t.id},${t.price},${t.quantity},${t.side.toUpperCase()}`),
  ],
  ['newest first', 'a.csv', `${HEADER}\n${OURS.toReversed().join('\n')}\n`],
  [
    'two ids that changed places',
    'a.csv',
    `${HEADER}\n${[...OURS.slice(0, 4), OURS[5], OURS[4], ...OURS.slice(6)].join('\n')}\n`,
  ],
  [
    'two halves interleaved',
    'a.csv',
    `${HEADER}\n${OURS.slice(0, 20)
      .flatMap((row, n) => [OURS[n + 20], row])
      .join('\n')}\n`,
  ],
  [
    'a dump of Binance spot',
    'a.csv',
    csv(null, (t) => `${t.id},${t.price}0000,${t.quantity}00,1.5,${t.ms},${capital(flag(t))},True`),
  ],
  [
    'a dump of Binance futures',
    'a.csv',
    csv(
      'id,price,qty,quote_qty,time,is_buyer_maker',
      (t) => `${t.id},${t.price},${t.quantity},1.5,${t.ms},${flag(t)}`,
    ),
  ],
  [
    'aggregates of Binance',
    'a.csv',
    csv(null, (t) => `${t.id},${t.price},${t.quantity},5,6,${t.ms},${flag(t)},true`),
  ],
  ['gzip', 'a.csv.gz', gzipSync(CSV)],
  ['gzip in members', 'a.csv.gz', Buffer.concat([gzipSync(CSV.slice(0, 500)), gzipSync(CSV.slice(500))])],
  [
    'gzip in members with zeros between and behind',
    'a.csv.gz',
    Buffer.concat([
      gzipSync(CSV.slice(0, 500)),
      Buffer.alloc(700),
      gzipSync(CSV.slice(500)),
      Buffer.alloc(512),
    ]),
  ],
  ['zstd', 'a.csv.zst', zstdCompressSync(CSV)],
];

test.each(WHOLE)('a file with %s is read whole', async (_what, name, content) => {
  using dir = new TempDir();
  await using file = await opened(dir.write(name, content));
  const rows = await rowsOf(file);
  expect([...rows.ids!]).toEqual(TRADES.map(({ id }) => id));
  expect([...rows.timeUs]).toEqual(TRADES.map(({ ms }) => ms * 1_000));
  expect([...rows.price]).toEqual(TRADES.map(({ price }) => Number(price)));
  expect([...rows.quantity]).toEqual(TRADES.map(({ quantity }) => Number(quantity)));
  expect([...rows.side]).toEqual(TRADES.map(({ side }) => (side === 'buy' ? 1 : 0)));
  expect(file.brokenCount).toBe(0);
});

test('an archive of one file is read; one of two is refused and both are named', async () => {
  using dir = new TempDir();
  const zip = async (names: readonly string[]) => {
    const writer = new ZipWriter(new BlobWriter());
    for (const name of names) await writer.add(name, new TextReader(CSV));
    return new Uint8Array(await (await writer.close()).arrayBuffer());
  };
  await using file = await opened(dir.write('a.zip', await zip(['a.csv'])));
  expect((await rowsOf(file)).count).toBe(ROWS);
  const two = opened(dir.write('b.zip', await zip(['a.csv', 'b.csv'])));
  await expect(two).rejects.toThrow('2 files: a.csv, b.csv');
});

test.each(['snappy', 'zstd', 'gzip', 'lz4_raw', 'uncompressed'])(
  'Parquet packed by %s is read',
  async (codec) => {
    using dir = new TempDir();
    const path = dir.write('a.parquet', '');
    await parquet(path, 'make_timestamp(ms * 1000) as timestamp, id as trade_id, price, qty, side', codec);
    await using file = await opened(path);
    const rows = await rowsOf(file);
    expect([...rows.timeUs]).toEqual(TRADES.map(({ ms }) => ms * 1_000));
    expect([...rows.ids!]).toEqual(TRADES.map(({ id }) => id));
    expect([...rows.price]).toEqual(TRADES.map(({ price }) => Number(price)));
  },
);

test.each([
  ['with a zone', '(make_timestamp(ms * 1000)::timestamp)::timestamptz as timestamp, id as trade_id'],
  ['in ns', 'make_timestamp_ns(ms * 1000000) as timestamp, id as trade_id'],
  ['as whole numbers', 'ms as ts_ms, id::ubigint as trade_id'],
  ['as text', "strftime(make_timestamp(ms * 1000), '%Y-%m-%dT%H:%M:%S.%gZ') as ts, id::varchar as id"],
])('Parquet with times %s is read', async (_what, columns) => {
  using dir = new TempDir();
  const path = dir.write('a.parquet', '');
  await parquet(path, `${columns}, price::double as price, qty::double as qty, side`, 'zstd');
  await using file = await opened(path);
  const rows = await rowsOf(file);
  expect([...rows.timeUs]).toEqual(TRADES.map(({ ms }) => ms * 1_000));
  expect([...rows.ids!]).toEqual(TRADES.map(({ id }) => id));
});

async function parquet(path: string, columns: string, codec: string): Promise<void> {
  const { db, close } = await openDuck();
  const values = TRADES.map((t) => `(${t.ms}, ${t.id}, '${t.price}', '${t.quantity}', '${t.side}')`).join(
    ', ',
  );
  await db.run(
    `copy (select ${columns} from (values ${values}) t(ms, id, price, qty, side)) to '${path}' (format parquet, compression ${codec})`,
  );
  close();
}

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
    `${(t.ms / 1_000).toFixed(4)},LTCUSDT,${t.side === 'buy' ? 'Buy' : 'Sell'},${t.quantity},${t.price},Zero,${uuid(n)},1.5e+10`;
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
  const rows = ['x,1,2,3,buy', `${T0_MS},2,x,3,buy`, `${T0_MS},3,2,,buy`, `${T0_MS},4,2,3,unknown`];
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
  ['it has no readable time', `${HEADER}\nx,1,2,3,buy\n`, 'readable time'],
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
  const long = `${HEADER}\n${Array.from({ length: 20_000 }, (_, n) => `${T0_MS + n},${n},${n / 7},1,buy`).join('\n')}\n`;
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
  expect(await openTradeFile(dir.write('a.csv', `${HEADER}\n`))).toBe('empty');
});
