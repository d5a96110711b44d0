// What can be read from files of every known layout, whole and broken.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUY, InputError, instrumentId, SELL, SIDE_UNREADABLE } from '@algo/model';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RawTrades } from '../domain/raw-trades.ts';
import { joinRaw } from '../testing/join-raw.ts';
import { numberIn, timeIn } from './csv-fields.ts';
import { openTradeFile } from './open-file-feed.ts';
import { TempDir } from './testing/temp-dir.ts';
import type { TradeFile } from './trade-file.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const FIXTURE = join(import.meta.dirname, 'fixtures', 'ticks.parquet');

async function readAll(
  file: TradeFile,
  skip = 0,
): Promise<{ rows: RawTrades | undefined; damage: string | undefined }> {
  const reader = file.read(LTC, skip);
  let rows: RawTrades | undefined;
  for (;;) {
    const next = await reader.next();
    if (next.done) return { rows, damage: next.value };
    rows = rows === undefined ? next.value : joinRaw(rows, next.value);
  }
}

async function read(content: string | Uint8Array, skip = 0) {
  using dir = new TempDir();
  return await readAll(await openTradeFile(dir.write('trades.csv', content)), skip);
}

const us = (iso: string) => Date.parse(`${iso.slice(0, 23)}Z`) * 1_000 + Number(iso.slice(23) || 0);

test.each([
  [
    'of the collector',
    'ts_ms,trade_id,price,qty,side\n1750507467356,7,83.29,0.107,buy\n1750507470500,8,83.3,1.39,sell\n',
    { id: 7, timeUs: 1_750_507_467_356_000, price: 83.29, quantity: 0.107, side: BUY },
  ],
  [
    'with two clocks and the best prices',
    'exch_ts_ms,local_ts_ns,trade_id,price,qty,side,bid,ask\n' +
      '1723161255342,1723161254087896568,3735683259,61837.63,0.02,sell,61837.63,61837.64\n',
    { id: 3_735_683_259, timeUs: 1_723_161_255_342_000, price: 61_837.63, quantity: 0.02, side: SELL },
  ],
  [
    'in quotes, without ids',
    '"symbol","side","price","amount","timestamp"\n' +
      '"BTC-USD","sell",25741.02,7.7696E-4,"2023-09-05T16:00:01.281719Z"\n',
    { timeUs: us('2023-09-05T16:00:01.281719'), price: 25_741.02, quantity: 7.7696e-4, side: SELL },
  ],
  [
    'of a Binance dump of trades before 2025',
    '1001,83.29,0.107,8.91,1723161255342,True,True\n',
    { id: 1_001, timeUs: 1_723_161_255_342_000, price: 83.29, quantity: 0.107, side: SELL },
  ],
  [
    'of a Binance dump of aggregated trades since 2025',
    '2001,83.29,0.107,5,6,1750507467356123,false,true\r\n',
    { id: 2_001, timeUs: 1_750_507_467_356_123, price: 83.29, quantity: 0.107, side: BUY },
  ],
  [
    'of a Binance dump of futures, with a header',
    'id,price,qty,quote_qty,time,is_buyer_maker\n3001,83.29,0.107,8.91,1723161255342,true\n',
    { id: 3_001, timeUs: 1_723_161_255_342_000, price: 83.29, quantity: 0.107, side: SELL },
  ],
  [
    'of our own ticks',
    'timestamp,price,volume,side,exchange,trade_id\n2025-01-01 00:00:01.5,83,2,BUY,binance,9\n',
    { id: 9, timeUs: us('2025-01-01T00:00:01.500'), price: 83, quantity: 2, side: BUY },
  ],
])('a file %s', async (_what, content, first) => {
  for (const bytes of [content, gzipSync(content)]) {
    const { rows, damage } = await read(bytes);
    expect(damage).toBeUndefined();
    const { timeUs, price, quantity, side, ids } = rows!;
    expect({ timeUs: timeUs[0], price: price[0], quantity: quantity[0], side: side[0] }).toEqual({
      timeUs: first.timeUs,
      price: first.price,
      quantity: first.quantity,
      side: first.side,
    });
    expect(ids?.[0]).toBe('id' in first ? first.id : undefined);
  }
});

test('a Parquet file as DuckDB writes it, across row groups', async () => {
  const file = await openTradeFile(FIXTURE);
  const { rows } = await readAll(file);
  expect(rows!.ids).toEqual(Float64Array.from({ length: 300 }, (_, i) => 500 + i));
  expect(rows!.timeUs).toEqual(
    Float64Array.from({ length: 300 }, (_, i) => 1_735_689_600_000_000 + i * 250_001),
  );
  expect(rows!.price[17]).toBeCloseTo(80.17, 10);
  expect(rows!.quantity[17]).toBe(17.5);
  expect([...rows!.side.subarray(0, 4)]).toEqual([SELL, BUY, BUY, SELL]);
  expect((await readAll(file, 200)).rows!.ids![0]).toBe(700);
});

test('rows that hold no trade keep their place and say what could not be read', async () => {
  const good = '1750507467356,1,83.29,0.107,buy';
  const bad = [
    '1750507467356,2,abc,0.1,buy',
    'garbage',
    '1750507467356,3,83,0.1,up',
    'then,4,83,0.1,sell',
    '1,2,3,4,5,6',
  ];
  const { rows, damage } = await read(
    `ts_ms,trade_id,price,qty,side\n${[good, ...bad, good].join('\n')}\n\n`,
  );
  expect(damage).toBeUndefined();
  expect([...rows!.price]).toEqual([83.29, Number.NaN, Number.NaN, 83, 83, Number.NaN, 83.29]);
  expect([...rows!.side]).toEqual([BUY, BUY, SIDE_UNREADABLE, SIDE_UNREADABLE, SELL, SIDE_UNREADABLE, BUY]);
  expect(rows!.timeUs[4]).toBeNaN();
});

test('rows of another symbol are unreadable', async () => {
  const row = (symbol: string) => `"${symbol}","buy",1,1,"2023-09-05T16:00:01Z"`;
  const { rows } = await read(
    `"symbol","side","price","amount","timestamp"\n${row('A')}\n${row('B')}\n${row('A')}\n`,
  );
  expect([...rows!.timeUs].map(Number.isNaN)).toEqual([false, true, false]);
});

const LINES = Array.from(
  { length: 30_000 },
  (_, i) => `${1_750_507_467_000 + i},${i + 1},83.${10 + (i % 90)},0.5,buy`,
);
const WHOLE = `ts_ms,trade_id,price,qty,side\n${LINES.join('\n')}\n`;

test('rows are left out from the start where a reading goes on', async () => {
  expect((await read(WHOLE, 29_998)).rows!.ids).toEqual(Float64Array.of(29_999, 30_000));
});

test('a last row without a newline is a row when it is whole', async () => {
  expect(await read(WHOLE.trimEnd())).toMatchObject({ rows: { count: 30_000 }, damage: undefined });
});

test.each([1, 3, 10, 20])('a last row that lacks its last %d characters is damage', async (cut) => {
  const { rows, damage } = await read(WHOLE.slice(0, -1 - cut));
  expect(rows!.count).toBe(29_999);
  expect(damage).toContain('last row is cut');
});

test.each([0.3, 0.6, 0.99])(
  'a gzip file cut at %d of its length gives every row before the cut',
  async (share) => {
    const packed = gzipSync(WHOLE);
    const { rows, damage } = await read(packed.subarray(0, Math.floor(packed.length * share)));
    expect(damage).toContain('gzip');
    expect(rows!.count).toBeGreaterThan(30_000 * (share - 0.1));
    expect(rows!.count).toBeLessThan(30_000);
    expect(rows!.ids).toEqual(Float64Array.from({ length: rows!.count }, (_, i) => i + 1));
  },
);

test.each([
  ['that is empty', '', 'empty'],
  ['that is an empty gzip', gzipSync(''), 'empty'],
  ['with a header alone', 'ts_ms,trade_id,price,qty,side\n', 'no row'],
  ['of another kind', 'name,age\nx,3\n', 'name,age'],
  ['of one endless line', 'x'.repeat(300_000), 'first lines'],
  ['that only begins as Parquet', 'PAR1 and then nothing of the kind', 'footer'],
  ['that only begins as gzip', Uint8Array.of(0x1f, 0x8b, 8, 0), 'gzip'],
])('a file %s is refused with its name, what it is and what is known', async (_what, content, because) => {
  using dir = new TempDir();
  const path = dir.write('trades.csv', content);
  const opened = openTradeFile(path);
  await expect(opened).rejects.toThrow(InputError);
  await expect(opened).rejects.toThrow(because);
  await expect(opened).rejects.toThrow(path);
  await expect(opened).rejects.toThrow('Binance public dump');
});

test('a file that is not there is refused', async () => {
  using dir = new TempDir();
  await expect(openTradeFile(join(dir.path, 'none.csv'))).rejects.toThrow('ENOENT');
});

test('a number is read as the language reads it', () => {
  const text = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.tuple(fc.nat(99_999_999), fc.nat(99_999_999)).map(([a, b]) => `${a}.${b}`),
    fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String),
  );
  fc.assert(
    fc.property(text, (number) => {
      const bytes = new TextEncoder().encode(`,${number},`);
      expect(numberIn(bytes, 1, bytes.length - 1)).toBe(Number(number));
    }),
  );
});

test.each(['', '.', '1.2.3', '0x10', 'NaN', 'Infinity', '1e', '--1', ' '])('%j is no number', (text) => {
  const bytes = new TextEncoder().encode(text);
  expect(numberIn(bytes, 0, bytes.length)).toBeNaN();
});

test('an ISO time is read to the microsecond', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_300_000_000, max: 4_000_000_000 }),
      fc.nat(999_999),
      (seconds, micros) => {
        const second = new Date(seconds * 1_000).toISOString().slice(0, 19);
        const text = `${second}.${String(micros).padStart(6, '0')}Z`;
        const bytes = new TextEncoder().encode(text);
        expect(timeIn(bytes, 0, bytes.length)).toBe(seconds * 1e6 + micros);
      },
    ),
  );
});

test.each([
  '2023-02-30T00:00:00Z',
  '2023-13-01T00:00:00Z',
  '2023-01-01T24:00:00Z',
  '2023-01-01T00:00:00+02:00',
])('%s is no time we can read', (text) => {
  const bytes = new TextEncoder().encode(text);
  expect(timeIn(bytes, 0, bytes.length)).toBeNaN();
});

test('150,000 rows are read well within a second', async () => {
  const lines = Array.from(
    { length: 150_000 },
    (_, i) => `${1_750_507_467_000 + i},${i + 1},83.29,0.107,buy`,
  );
  using dir = new TempDir();
  const path = dir.write('LTCUSDT.csv.gz', gzipSync(`ts_ms,trade_id,price,qty,side\n${lines.join('\n')}\n`));
  const file = await openTradeFile(path);
  const before = process.cpuUsage(); // work, not waiting: other tests run at the same time
  let count = 0;
  for await (const rows of file.read(LTC, 0)) count += rows.count;
  expect(count).toBe(150_000);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(1_000);
});
