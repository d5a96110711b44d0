// Files as people have them, by kind: each is read whole, to the last digit.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Duck } from './duck.ts';
import { CSV, csv, HEADER, OURS, ROWS, rowsOf, TRADES, type Trade } from './testing/recorded.ts';
import { TempDir } from './testing/temp-dir.ts';
import { openTradeFile, type TradeFile } from './trade-file.ts';
import { layoutOfWords } from './trade-layout.ts';

const iso = ({ ms }: Trade) => new Date(ms).toISOString();
const withTime = (time: (trade: Trade, n: number) => string) =>
  csv(
    'timestamp,trade_id,price,qty,side',
    (t, n) => `${time(t, n)},${t.id},${t.price},${t.quantity},${t.side}`,
  );
const flag = ({ side }: Trade) => side === 'sell';
const capital = (value: boolean) => (value ? 'True' : 'False');

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
  const values = TRADES.map((t) => `(${t.ms}, ${t.id}, '${t.price}', '${t.quantity}', '${t.side}')`).join(
    ', ',
  );
  await duck.with((db) =>
    db.run(
      `copy (select ${columns} from (values ${values}) t(ms, id, price, qty, side))
       to '${path}' (format parquet, compression ${codec})`,
    ),
  );
}
