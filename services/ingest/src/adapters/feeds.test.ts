// Recorded and synthetic feeds: what they give out, and that a restart changes nothing of it.
import { gzipSync } from 'node:zlib';
import { type FeedEvent, InputError, type Instrument, instrumentId } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RawTrades, sliceRaw } from '../domain/raw-trades.ts';
import { type RecordedFeed, STRETCH_ROWS_MAX, type Stretch } from '../domain/recorded-feed.ts';
import { joinRaw } from '../testing/join-raw.ts';
import { FileFeed } from './file-feed.ts';
import type { FeedFile } from './file-lane.ts';
import { openFeedFiles } from './open-file-feed.ts';
import { SyntheticFeed } from './synthetic-feed.ts';
import { instrument } from './testing/instruments.ts';
import { TempDir } from './testing/temp-dir.ts';

const STEP_US = 100_000;
const T0_MS = 1_750_507_467_000;
const T0_US = T0_MS * 1_000;

const CATALOG = ['binance.spot.LTCUSDT', 'binance.spot.BTCUSDT', 'synthetic.spot.ALGOUSD'].map(instrument);

function csv(fromMs: number, firstId: number, rows: number, everyMs: number): string {
  const lines = Array.from({ length: rows }, (_, i) => `${fromMs + i * everyMs},${firstId + i},83.5,0.5,buy`);
  return `ts_ms,trade_id,price,qty,side\n${lines.join('\n')}\n`;
}

const opened = (paths: readonly string[], instruments: readonly Instrument[] = []) =>
  openFeedFiles({ paths, instruments, catalog: CATALOG, layout: undefined });

/** Takes stretches of a length, in turn of these lengths. */
async function drain(
  feed: RecordedFeed,
  most = Number.POSITIVE_INFINITY,
  stepsUs: readonly number[] = [STEP_US],
): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  while (stretches.length < most) {
    const stretch = await feed.next(feed.givenUs + stepsUs[stretches.length % stepsUs.length]!);
    if (stretch === undefined) return stretches;
    stretches.push(stretch);
  }
  return stretches;
}

const rowsOf = (stretches: readonly Stretch[], id: string): RawTrades[] =>
  stretches.flatMap(({ parts }) =>
    parts.flatMap((part) => (!('type' in part) && part.instrument === id ? [part] : [])),
  );
const idsOf = (stretches: readonly Stretch[], id: string) =>
  rowsOf(stretches, id).flatMap(({ ids }) => [...ids!]);
const eventsOf = (stretches: readonly Stretch[]): FeedEvent[] =>
  stretches.flatMap(({ parts }) => parts.flatMap((part) => ('type' in part ? [part] : [])));
const noticesOf = (stretches: readonly Stretch[]) =>
  eventsOf(stretches).map((event) => `${event.type} ${'source' in event ? event.source : ''}`);

test('files of one instrument follow each other by time, whatever the order they are named in', async () => {
  using dir = new TempDir();
  const paths = [
    dir.write('LTCUSDT-2.csv', csv(T0_MS + 60_000, 101, 100, 70)),
    dir.write('LTCUSDT-1.csv', csv(T0_MS, 1, 100, 70)),
    dir.write('BTCUSDT.csv', csv(T0_MS + 3_000, 900, 50, 500)),
  ];
  await using all = await opened(paths);
  await using feed = new FileFeed(all.files, undefined);
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
  await using all = await opened(paths);
  const { files } = all;
  await using feed = new FileFeed(files, undefined);
  const slices = await drain(feed);
  const ids = idsOf(slices, 'binance.spot.LTCUSDT');
  const first = ids.filter((id) => id <= 20_000);
  expect(first).toEqual(first.map((_, i) => i + 1));
  expect(first.length).toBeGreaterThan(1_000);
  // The last line of the second file lost its side: it is given, and refused later on.
  expect(ids.slice(first.length)).toEqual(Array.from({ length: 100 }, (_, i) => 30_001 + i));
  expect(rowsOf(slices, LTC_NAME).at(-1)!.side.at(-1)).toBe(255);
  expect(noticesOf(slices)).toEqual([
    'FeedConnected file:LTCUSDT-1.csv.gz',
    'FeedDisconnected file:LTCUSDT-1.csv.gz',
    'FeedConnected file:LTCUSDT-2.csv',
  ]);
});

test('a feed made again from its snapshot goes on with the same stretches, wherever that was', async () => {
  using dir = new TempDir();
  const paths = [
    dir.write('LTCUSDT-1.csv', csv(T0_MS, 1, 40, 70).slice(0, -4)),
    dir.write('LTCUSDT-2.csv', csv(T0_MS + 9_000, 101, 40, 70)),
    dir.write('BTCUSDT.csv', csv(T0_MS + 3_000, 900, 30, 300).slice(0, -4)),
  ];
  await using all = await opened(paths);
  const { files } = all;
  const whole = await drain(new FileFeed(files, undefined));
  // Not at each place: every reading is a query.
  for (let at = 0; at <= whole.length; at += at < 8 || whole.length - at < 8 ? 1 : 7) {
    await using begun = new FileFeed(files, undefined);
    await drain(begun, at);
    await using restored = new FileFeed(files, begun.snapshot());
    expect(await drain(restored)).toEqual(whole.slice(at));
  }
});

test('a snapshot of other files is refused', async () => {
  using dir = new TempDir();
  await using one = await opened([dir.write('LTCUSDT-1.csv', csv(T0_MS, 1, 40, 70))]);
  await using other = await opened([dir.write('LTCUSDT-2.csv', csv(T0_MS, 1, 40, 70))]);
  const snapshot = new FileFeed(one.files, undefined).snapshot();
  expect(() => new FileFeed(other.files, snapshot)).toThrow(InputError);
  expect(() => new FileFeed(other.files, snapshot)).toThrow('fresh data directory');
  expect(() => new FileFeed(other.files, snapshot)).toThrow('--feed');
});

test('whose trades they are may be told, for each file or for all', async () => {
  using dir = new TempDir();
  const paths = [dir.write('a.csv', csv(T0_MS, 1, 9, 70)), dir.write('b.csv', csv(T0_MS, 1, 9, 70))];
  const told = async (instruments: readonly Instrument[]) => {
    await using all = await opened(paths, instruments);
    return all.files.map((file) => file.instrument);
  };
  expect(await told(CATALOG.slice(0, 2))).toEqual(['binance.spot.LTCUSDT', 'binance.spot.BTCUSDT']);
  expect(await told(CATALOG.slice(0, 1))).toEqual(['binance.spot.LTCUSDT', 'binance.spot.LTCUSDT']);
  await expect(told(CATALOG)).rejects.toThrow('3 instruments for 2 files');
  await expect(told([])).rejects.toThrow('--instruments');
});

test('where one file of an instrument has no ids, the rows of all are numbered as they come', async () => {
  using dir = new TempDir();
  const paths = [
    dir.write('LTCUSDT-1.csv', csv(T0_MS, 5, 2, 70)),
    dir.write('LTCUSDT-2.csv', `ts_ms,price,qty,side\n${T0_MS + 900},83,1,buy\n`),
  ];
  await using all = await opened(paths);
  await using feed = new FileFeed(all.files, undefined);
  expect(rowsOf(await drain(feed), LTC_NAME).map(({ ids }) => ids)).toEqual([undefined, undefined]);
});

test('lines that are no rows come last, and can not be read', async () => {
  using dir = new TempDir();
  const lines = csv(T0_MS, 1, 4, 70).split('\n');
  lines.splice(2, 0, 'garbage', '1,2,3,4,5,6,7,8');
  await using all = await opened([dir.write('LTCUSDT.csv', lines.join('\n'))]);
  await using feed = new FileFeed(all.files, undefined);
  expect(idsOf(await drain(feed), LTC_NAME)).toEqual([1, 2, 3, 4, Number.NaN, Number.NaN]);
  expect(all.words.join()).toContain('line 3');
});

/** A file that is in memory; rows come in pieces as long as `pieces` says, in turn. */
function fileOf(rows: RawTrades, pieces: readonly number[]): FeedFile {
  const file = {
    path: `${rows.instrument}.csv`,
    bytes: rows.count,
    async *read(skip: number) {
      for (let from = skip, turn = 0; from < rows.count; turn++) {
        const to = Math.min(rows.count, from + pieces[turn % pieces.length]!);
        yield sliceRaw(rows, from, to);
        from = to;
      }
      return undefined;
    },
  };
  return { file, instrument: rows.instrument, firstUs: T0_US, lastUs: T0_US };
}

function raw(id: string, times: readonly number[]): RawTrades {
  const ones = new Float64Array(times.length).fill(1);
  return {
    instrument: instrumentId(id),
    count: times.length,
    timeUs: Float64Array.from(times),
    price: ones,
    quantity: ones,
    side: new Uint8Array(times.length),
    ids: Float64Array.from(times, (_, i) => i + 1),
  };
}

const LTC_NAME = 'binance.spot.LTCUSDT';
const BTC_NAME = 'binance.spot.BTCUSDT';

test.each([
  ['has no time', Number.NaN],
  ['is older than the last', T0_US - 1e9],
  ['is of a year to come', 1e19],
])('a row that %s goes with the rows around it', async (_what, timeUs) => {
  const rows = raw(LTC_NAME, [T0_US, timeUs, T0_US + 10, T0_US + STEP_US]);
  const stretches = await drain(new FileFeed([fileOf(rows, [10])], undefined));
  expect(stretches.map((stretch) => idsOf([stretch], LTC_NAME))).toEqual([[1, 2, 3], [4]]);
});

test('more trades at one time than a stretch holds go into the next ones, and time waits', async () => {
  const rows = raw(LTC_NAME, new Array<number>(2 * STRETCH_ROWS_MAX + 5).fill(T0_US + 50));
  const stretches = await drain(new FileFeed([fileOf(rows, [50_000])], undefined));
  const counts = stretches.map((stretch) => idsOf([stretch], LTC_NAME).length);
  expect(counts).toEqual([STRETCH_ROWS_MAX, STRETCH_ROWS_MAX, 5]);
  expect(stretches.map(({ untilUs }) => untilUs - T0_US)).toEqual([50, 50, 51]);
});

test('a silence is gone through as long as it is', async () => {
  const rows = raw(LTC_NAME, [T0_US, T0_US + 10 * STEP_US]);
  const stretches = await drain(new FileFeed([fileOf(rows, [1])], undefined));
  expect(stretches.map((stretch) => idsOf([stretch], LTC_NAME))).toEqual([[1], ...Array(9).fill([]), [2]]);
});

const moment = fc.tuple(
  fc.integer({ min: T0_US, max: T0_US + 3_000_000 }),
  fc.oneof({ weight: 10, arbitrary: fc.constant(true) }, fc.constant(false)),
);
const times = fc
  .array(moment, { minLength: 1, maxLength: 50 })
  .map((all) =>
    all.sort(([one], [other]) => one - other).map(([t, isReadable]) => (isReadable ? t : Number.NaN)),
  );
const lengths = (min: number, max: number) =>
  fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 5 });

test('however rows are read and cut, none is lost, time is kept, and the end is the same', () =>
  fc.assert(
    fc.asyncProperty(times, times, lengths(1, 9), lengths(50_000, 500_000), async (a, b, pieces, stepsUs) => {
      fc.pre(a.some((t) => t > 0) || b.some((t) => t > 0));
      const all = [raw(LTC_NAME, a), raw(BTC_NAME, b)];
      const feed = new FileFeed(
        all.map((rows) => fileOf(rows, pieces)),
        undefined,
      );
      const stretches = await drain(feed, 1_000, stepsUs);
      for (const rows of all) {
        const given = rowsOf(stretches, rows.instrument).reduce(joinRaw);
        expect(given).toEqual(rows);
      }
      let givenUs = T0_US;
      for (const { untilUs, parts } of stretches) {
        expect(untilUs).toBeGreaterThanOrEqual(givenUs);
        for (const part of parts)
          if (!('type' in part))
            for (const t of part.timeUs) if (t > 0) expect(t).toBeGreaterThanOrEqual(givenUs);
        givenUs = untilUs;
      }
      expect(feed.givenUs).toBe(Math.max(T0_US, ...[...a, ...b].filter((t) => t > 0)) + 1);
    }),
  ));

const SYNTHETIC = { instruments: [CATALOG[2]!], seed: 7, warmHistoryMinutes: 2 };

test('a synthetic feed gives what is before the time that was asked for, whole', async () => {
  const feed = new SyntheticFeed(SYNTHETIC, undefined);
  const stretches = await drain(feed, 200, [5_000_000, STEP_US]);
  let givenUs = 0;
  for (const { untilUs, parts } of stretches) {
    for (const part of parts)
      if (!('type' in part))
        for (const t of part.timeUs) {
          expect(t).toBeLessThan(untilUs);
          expect(t).toBeGreaterThanOrEqual(givenUs);
        }
    givenUs = untilUs;
  }
  const ids = idsOf(stretches, 'synthetic.spot.ALGOUSD');
  expect(ids).toEqual(ids.map((_, i) => i + 1));
  expect(noticesOf(stretches)).toEqual(['FeedConnected synthetic:7']);
  expect(feed.warmUntilUs - (feed.givenUs - 100 * (5_000_000 + STEP_US))).toBe(120_000_000);
});

test.each([1, 10, 24, 60])(
  'a synthetic feed restored after %d stretches goes on as if it had never stopped',
  async (at) => {
    const feed = new SyntheticFeed(SYNTHETIC, undefined);
    await drain(feed, at, [3_000_000]);
    const restored = new SyntheticFeed(SYNTHETIC, feed.snapshot());
    expect(await drain(restored, 50)).toEqual(await drain(feed, 50));
  },
);

test('a synthetic feed of another seed is another feed', async () => {
  const feed = new SyntheticFeed(SYNTHETIC, undefined);
  const first = rowsOf(await drain(feed, 20), 'synthetic.spot.ALGOUSD');
  const other = { ...SYNTHETIC, seed: 8 };
  const otherRows = rowsOf(await drain(new SyntheticFeed(other, undefined), 20), 'synthetic.spot.ALGOUSD');
  expect(otherRows).not.toEqual(first);
  expect(() => new SyntheticFeed(other, feed.snapshot())).toThrow(InputError);
});
