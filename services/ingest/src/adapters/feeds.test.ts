// Recorded and synthetic feeds: what they give out, and that a restart changes nothing of it.
import { gzipSync } from 'node:zlib';
import {
  Decimal,
  InputError,
  type Instrument,
  instrumentId,
  instrumentParts,
  type Market,
} from '@algo/model';
import { expect, test } from '@jest/globals';
import type { RecordedFeed, RecordedSlice } from '../domain/recorded-feed.ts';
import { FileFeed } from './file-feed.ts';
import { openFeedFiles } from './open-file-feed.ts';
import { SyntheticFeed } from './synthetic-feed.ts';
import { TempDir } from './testing/temp-dir.ts';

const STEP_US = 100_000;
const T0_MS = 1_750_507_467_000;

function instrument(name: string): Instrument {
  const id = instrumentId(name);
  const { venue, market, symbol } = instrumentParts(id);
  const tick = Decimal.of('0.01');
  return {
    id,
    venue,
    market: market as Market,
    symbol,
    base: 'A',
    quote: 'B',
    assetClass: 'regular',
    priceTick: tick,
    quantityStep: Decimal.of('0.001'),
    minQuantity: Decimal.of('0.001'),
    minNotional: Decimal.of('5'),
  };
}

const CATALOG = ['binance.spot.LTCUSDT', 'binance.spot.BTCUSDT', 'synthetic.spot.ALGOUSD'].map(instrument);

function csv(fromMs: number, firstId: number, rows: number, everyMs: number): string {
  const lines = Array.from({ length: rows }, (_, i) => `${fromMs + i * everyMs},${firstId + i},83.5,0.5,buy`);
  return `ts_ms,trade_id,price,qty,side\n${lines.join('\n')}\n`;
}

async function drain(feed: RecordedFeed, most = Number.POSITIVE_INFINITY): Promise<RecordedSlice[]> {
  const slices: RecordedSlice[] = [];
  while (slices.length < most) {
    const slice = await feed.next();
    if (slice === undefined) return slices;
    slices.push(slice);
  }
  return slices;
}

const idsOf = (slices: readonly RecordedSlice[], id: string) =>
  slices.flatMap(({ parts }) =>
    parts.filter((part) => part.instrument === id).flatMap(({ ids }) => [...ids!]),
  );
const noticesOf = (slices: readonly RecordedSlice[]) =>
  slices.flatMap(({ notices }) =>
    notices.map((notice) => `${notice.type} ${'source' in notice ? notice.source : ''}`),
  );

test('files of one instrument follow each other by time, whatever the order they are named in', async () => {
  using dir = new TempDir();
  const paths = [
    dir.write('LTCUSDT-2.csv', csv(T0_MS + 60_000, 101, 100, 70)),
    dir.write('LTCUSDT-1.csv', csv(T0_MS, 1, 100, 70)),
    dir.write('BTCUSDT.csv', csv(T0_MS + 3_000, 900, 50, 500)),
  ];
  await using feed = new FileFeed(await openFeedFiles(paths, [], CATALOG), STEP_US, undefined);
  const slices = await drain(feed);
  expect(idsOf(slices, 'binance.spot.LTCUSDT')).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  expect(idsOf(slices, 'binance.spot.BTCUSDT')).toEqual(Array.from({ length: 50 }, (_, i) => 900 + i));
  expect(noticesOf(slices)).toEqual([
    'FeedConnected file:LTCUSDT-1.csv',
    'FeedConnected file:BTCUSDT.csv',
    'FeedConnected file:LTCUSDT-2.csv',
  ]);
});

test('a damaged file is used up to the damage, which is told, and the next file goes on', async () => {
  using dir = new TempDir();
  const whole = csv(T0_MS, 1, 20_000, 10);
  const paths = [
    dir.write('LTCUSDT-1.csv.gz', gzipSync(whole).subarray(0, 20_000)),
    dir.write('LTCUSDT-2.csv', csv(T0_MS + 300_000, 30_001, 100, 70).slice(0, -4)),
  ];
  const files = await openFeedFiles(paths, [], CATALOG);
  await using feed = new FileFeed(files, STEP_US, undefined);
  const slices = await drain(feed);
  const ids = idsOf(slices, 'binance.spot.LTCUSDT');
  const first = ids.filter((id) => id <= 20_000);
  expect(first).toEqual(first.map((_, i) => i + 1));
  expect(first.length).toBeGreaterThan(1_000);
  expect(ids.length - first.length).toBe(99);
  expect(noticesOf(slices)).toEqual([
    'FeedConnected file:LTCUSDT-1.csv.gz',
    'FeedDisconnected file:LTCUSDT-1.csv.gz',
    'FeedConnected file:LTCUSDT-2.csv',
    'FeedDisconnected file:LTCUSDT-2.csv',
  ]);
});

test('a feed made again from its snapshot goes on with the same slices, wherever that was', async () => {
  using dir = new TempDir();
  const paths = [
    dir.write('LTCUSDT-1.csv', csv(T0_MS, 1, 40, 70).slice(0, -4)),
    dir.write('LTCUSDT-2.csv', csv(T0_MS + 9_000, 101, 40, 70)),
    dir.write('BTCUSDT.csv', csv(T0_MS + 3_000, 900, 30, 300).slice(0, -4)),
  ];
  const files = await openFeedFiles(paths, [], CATALOG);
  const whole = await drain(new FileFeed(files, STEP_US, undefined));
  for (let at = 0; at <= whole.length; at++) {
    await using begun = new FileFeed(files, STEP_US, undefined);
    await drain(begun, at);
    await using restored = new FileFeed(files, STEP_US, begun.snapshot());
    expect(await drain(restored)).toEqual(whole.slice(at));
  }
});

test('a snapshot of other files or steps is refused', async () => {
  using dir = new TempDir();
  const one = await openFeedFiles([dir.write('LTCUSDT-1.csv', csv(T0_MS, 1, 40, 70))], [], CATALOG);
  const other = await openFeedFiles([dir.write('LTCUSDT-2.csv', csv(T0_MS, 1, 40, 70))], [], CATALOG);
  const snapshot = new FileFeed(one, STEP_US, undefined).snapshot();
  expect(() => new FileFeed(other, STEP_US, snapshot)).toThrow(InputError);
  expect(() => new FileFeed(one, 2 * STEP_US, snapshot)).toThrow('fresh data directory');
});

test('whose trades they are may be told, for each file or for all', async () => {
  using dir = new TempDir();
  const paths = [dir.write('a.csv', csv(T0_MS, 1, 9, 70)), dir.write('b.csv', csv(T0_MS, 1, 9, 70))];
  const told = async (instruments: readonly Instrument[]) =>
    (await openFeedFiles(paths, instruments, CATALOG)).map((file) => file.instrument);
  expect(await told(CATALOG.slice(0, 2))).toEqual(['binance.spot.LTCUSDT', 'binance.spot.BTCUSDT']);
  expect(await told(CATALOG.slice(0, 1))).toEqual(['binance.spot.LTCUSDT', 'binance.spot.LTCUSDT']);
  await expect(told(CATALOG)).rejects.toThrow('3 instruments for 2 files');
  await expect(told([])).rejects.toThrow('ALGO_INSTRUMENTS');
});

test.each([
  ['whose first rows have no time', 'ts_ms,trade_id,price,qty,side\nx,1,2,3,buy\n', 'readable time'],
  ['that has ids where another has none', 'ts_ms,price,qty,side\n1750507469000,2,3,buy\n', 'some have none'],
])('a file %s is refused', async (_what, content, because) => {
  using dir = new TempDir();
  const paths = [dir.write('LTCUSDT-1.csv', csv(T0_MS, 1, 9, 70)), dir.write('LTCUSDT-2.csv', content)];
  const open = async () => new FileFeed(await openFeedFiles(paths, [], CATALOG), STEP_US, undefined);
  await expect(open()).rejects.toThrow(because);
});

const SYNTHETIC = { instruments: [CATALOG[2]!], seed: 7, stepUs: STEP_US, warmHistoryMinutes: 2 };

test('a synthetic feed gives its history in coarse slices first, and then fine ones', async () => {
  const slices = await drain(new SyntheticFeed(SYNTHETIC, undefined), 200);
  const warm = slices.filter((slice) => slice.warm);
  expect(warm.length).toBeGreaterThan(20);
  expect(warm.length).toBeLessThanOrEqual(24);
  expect(slices.slice(0, warm.length)).toEqual(warm);
  for (const [i, { step, timeUs, parts }] of slices.entries()) {
    if (i > 0) expect(step).toBeGreaterThan(slices[i - 1]!.step);
    for (const t of parts[0]!.timeUs) expect(t).toBeLessThan(timeUs);
  }
  const ids = idsOf(slices, 'synthetic.spot.ALGOUSD');
  expect(ids).toEqual(ids.map((_, i) => i + 1));
});

test.each([1, 10, 24, 60])(
  'a synthetic feed restored after %d slices goes on as if it had never stopped',
  async (at) => {
    const feed = new SyntheticFeed(SYNTHETIC, undefined);
    await drain(feed, at);
    const restored = new SyntheticFeed(SYNTHETIC, feed.snapshot());
    expect(await drain(restored, 50)).toEqual(await drain(feed, 50));
  },
);

test('a synthetic feed of another seed is another feed', async () => {
  const feed = new SyntheticFeed(SYNTHETIC, undefined);
  const [first] = await drain(feed, 1);
  const other = { ...SYNTHETIC, seed: 8 };
  expect((await drain(new SyntheticFeed(other, undefined), 1))[0]).not.toEqual(first);
  expect(() => new SyntheticFeed(other, feed.snapshot())).toThrow(InputError);
});
