// Feeds that run free: every trade once whatever stops the process, at their pace, and no faster than the
// bus.
import type { SnapshotStore } from '@algo/bus';
import { US_PER_MS, US_PER_SECOND } from '@algo/model';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { RecordedFeed } from '../domain/recorded-feed.ts';
import { FileFeed } from './file-feed.ts';
import { type FeedFiles, openFeedFiles } from './open-file-feed.ts';
import { PacedRun, type PacedRunOptions } from './paced-run.ts';
import { SyntheticFeed } from './synthetic-feed.ts';
import { instrument } from './testing/instruments.ts';
import { hastyClock, ManualClock } from './testing/manual-clock.ts';
import { MemorySpeech, StoredFeed } from './testing/memory-speech.ts';
import { TempDir } from './testing/temp-dir.ts';

const LTC = instrument('binance.spot.LTCUSDT');
const ALGO = instrument('synthetic.spot.ALGOUSD');
const START_MS = 1_750_507_467_300;
const WALL_MS = 1_800_000_000_000;

/** A snapshot store in memory, which outlives the processes. */
class Kept implements SnapshotStore {
  bytes: Uint8Array | undefined;

  async load(): Promise<Uint8Array | undefined> {
    return this.bytes;
  }

  async save(...parts: readonly Uint8Array[]): Promise<void> {
    this.bytes = Buffer.concat(parts);
  }
}

/** One trade every 40 ms; the row `doubled` comes twice, and 7 ids are missing after `holed`. */
function csv(rows: number, doubled: number, holed: number): string {
  const lines = ['ts_ms,trade_id,price,qty,side'];
  for (let i = 0; i < rows; i++) {
    const id = 1_000 + i + (i > holed ? 7 : 0);
    const line = `${START_MS + i * 40},${id},${83 + (i % 10) / 100},0.5,${i % 3 === 0 ? 'sell' : 'buy'}`;
    // Equal rows are read once; one of another price says the id again.
    lines.push(line, ...(i === doubled ? [line.replace(',83', ',84')] : []));
  }
  return `${lines.join('\n')}\n`;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

type More = Partial<PacedRunOptions> & Pick<PacedRunOptions, 'speech' | 'makeFeed'>;

function open(more: More): Promise<PacedRun> {
  return PacedRun.open({
    name: 'file',
    clock: hastyClock(1),
    monotonicMs: () => performance.now(),
    speed: 'max',
    snapshots: new Kept(),
    snapshotIntervalMs: 5,
    instruments: [LTC, ALGO],
    ...more,
  });
}

const allOpened: FeedFiles[] = [];
afterAll(async () => {
  for (const opened of allOpened) await opened[Symbol.asyncDispose]();
});

async function fileFeed(path: string): Promise<(restored: string | undefined) => RecordedFeed> {
  const setting = { paths: [path], instruments: [], catalog: [LTC], layout: undefined };
  const opened = await openFeedFiles(setting);
  allOpened.push(opened);
  return (restored) => new FileFeed(opened.files, restored);
}

test('a recording reaches the stream once, in order, however often the process is killed', async () => {
  using dir = new TempDir();
  const makeFeed = await fileFeed(dir.write('LTCUSDT.csv', csv(2_000, 700, 1_200)));
  const stored = new StoredFeed();
  const snapshots = new Kept();
  for (let life = 0; life < 6; life++) {
    const speech = new MemorySpeech(stored);
    const run = await open({ speech, makeFeed, snapshots, speed: 100 });
    const before = stored.ids.length;
    await until('a part of the file is through', () => stored.ids.length > before + 100);
    // Every other life loses words that are on their way.
    if (life % 2 === 0) {
      speech.ready = () => Promise.resolve();
      speech.stick(true);
    }
    await until('more is on its way', () => life % 2 === 1 || speech.underWay > 2);
    speech.die(life);
    await run[Symbol.asyncDispose]();
  }
  const speech = new MemorySpeech(stored);
  await using run = await open({ speech, makeFeed, snapshots });
  await until('the feed has ended', () => run.counters().ended === 1);
  expect(stored.ids).toEqual(Array.from({ length: 2_000 }, (_, i) => 1_000 + i + (i > 1_200 ? 7 : 0)));
  expect(run.counters()).toMatchObject({ accepted: 2_000, refused: 1, duplicates: 1, gaps: 1, missing: 7 });
  expect(new Set(stored.events)).toEqual(
    new Set(['FeedConnected', 'TradeRefused', 'GapOpened', 'GapUnfillable', 'FeedEnded']),
  );
  expect(stored.bodies('FeedEnded')).toMatchObject([
    { trades: 2_000, timeUs: (START_MS + 1_999 * 40) * US_PER_MS },
  ]);
  const incomplete = stored.batches.filter(({ complete }) => !complete);
  expect(incomplete.map(({ trades }) => trades.ids.values[0])).toEqual([1_000 + 1_201 + 7]);
  stored.expectSound();
});

test('wherever the words of a life end, the next life says the rest and nothing twice', async () => {
  using dir = new TempDir();
  const makeFeed = await fileFeed(dir.write('LTCUSDT.csv', csv(300, 50, 100)));
  const deaths = fc.array(fc.tuple(fc.nat(40), fc.boolean()), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(deaths, async (lives) => {
      const stored = new StoredFeed();
      const snapshots = new Kept();
      for (const [arrives, saves] of lives) {
        const speech = new MemorySpeech(stored);
        speech.stick(true);
        const clock = new ManualClock(WALL_MS);
        const clocks = { clock, monotonicMs: () => clock.nowMs() };
        const speed = 100;
        const snapshotIntervalMs = saves ? 20 : 1e9;
        // Nothing is stored until the life ends, so it ends in the middle of whatever it had said by then.
        speech.ready = () => Promise.resolve();
        const run = await open({ speech, makeFeed, snapshots, speed, snapshotIntervalMs, ...clocks });
        await clock.advance(arrives * 2, 20);
        speech.die(arrives);
        await run[Symbol.asyncDispose]();
      }
      const run = await open({ speech: new MemorySpeech(stored), makeFeed, snapshots });
      await until('the feed has ended', () => run.counters().ended === 1);
      expect(stored.ids).toEqual(Array.from({ length: 300 }, (_, i) => 1_000 + i + (i > 100 ? 7 : 0)));
      stored.expectSound();
      await run[Symbol.asyncDispose]();
    }),
    { numRuns: 25 },
  );
});

test('at its end time stands at the last trade, all is sure, and a later process says no more', async () => {
  using dir = new TempDir();
  const makeFeed = await fileFeed(dir.write('LTCUSDT.csv', csv(10, -1, 100)));
  const stored = new StoredFeed();
  const snapshots = new Kept();
  for (let life = 0; life < 2; life++) {
    await using run = await open({ speech: new MemorySpeech(stored), makeFeed, snapshots });
    await until('the feed has ended', () => run.counters().ended === 1);
  }
  const endUs = stored.times.at(-1)!.toldUs;
  expect(endUs).toBeLessThan((START_MS + 60_000) * US_PER_MS);
  expect(stored.times.at(-1)).toMatchObject({
    toldUs: endUs,
    sureUs: endUs,
    behind: [],
    warm: false,
    feed: 'file',
  });
  expect(stored.events).toEqual(['FeedConnected', 'FeedEnded']);
  expect(stored.facts.at(-1)?.name).toBe('FeedEnded');
});

function synthetic(warmHistoryMinutes: number) {
  return (restored: string | undefined) =>
    new SyntheticFeed({ instruments: [ALGO], seed: 7, warmHistoryMinutes }, restored);
}

async function paced(
  speed: number,
  warmHistoryMinutes = 3,
  stored = new StoredFeed(),
  snapshots = new Kept(),
) {
  const clock = new ManualClock(WALL_MS);
  const speech = new MemorySpeech(stored);
  const makeFeed = synthetic(warmHistoryMinutes);
  const monotonicMs = () => clock.nowMs();
  const run = await open({ name: 'synthetic', clock, monotonicMs, speech, speed, makeFeed, snapshots });
  while (run.counters().eventTimeMs < warmUntilUs(warmHistoryMinutes) / US_PER_MS) await clock.advance(20);
  return { clock, speech, run, stored };
}

const warmUntilUs = (minutes: number) => synthetic(minutes)(undefined).warmUntilUs;

test('history is given at once and marked as such, what follows comes at its pace', async () => {
  const { clock, run, stored } = await paced(20);
  const openUs = warmUntilUs(3);
  await clock.advance(3_000, 2);
  for (const { origin, trades } of stored.batches)
    expect(origin).toBe(trades.timeUs[trades.count - 1]! < openUs ? 'warm-up' : 'live');
  for (const { warm, toldUs, sureUs, speed } of stored.times) {
    expect({ sureUs, speed }).toEqual({ sureUs: toldUs, speed: 20 });
    if (warm) expect(toldUs).toBeLessThanOrEqual(openUs);
    else expect(toldUs).toBeGreaterThan(openUs);
  }
  const live = stored.times.filter(({ warm }) => !warm);
  const goneUs = live.at(-1)!.toldUs - openUs;
  expect(goneUs / US_PER_SECOND).toBeGreaterThan(50);
  expect(goneUs / US_PER_SECOND).toBeLessThanOrEqual(61);
  expect(live.length).toBeGreaterThan(120);
  expect(live.length).toBeLessThanOrEqual(152);
  stored.expectSound();
  await run[Symbol.asyncDispose]();
});

test('at speed one time is told each quarter of a second', async () => {
  const { clock, run, stored } = await paced(1, 0);
  await clock.advance(5_000);
  const { times } = stored;
  expect(times.length).toBeGreaterThanOrEqual(19);
  for (const [i, { toldUs }] of times.entries())
    if (i > 0) expect(toldUs - times[i - 1]!.toldUs).toBe(250_000);
  await run[Symbol.asyncDispose]();
});

test('while the bus has no room nothing is given and time stands; then it goes on, no leap', async () => {
  const { clock, speech, run, stored } = await paced(20);
  await clock.advance(1_000);
  speech.stick(true);
  await clock.advance(10_000);
  expect(speech.underWay).toBeLessThan(10);
  const before = stored.times.at(-1)!.toldUs;
  speech.stick(false);
  await clock.advance(1_000);
  const after = stored.times.at(-1)!.toldUs;
  expect(after - before).toBeGreaterThan(15 * US_PER_SECOND);
  expect(after - before).toBeLessThan(25 * US_PER_SECOND);
  stored.expectSound();
  await run[Symbol.asyncDispose]();
});

test('after a restart a synthetic market goes on where its time stood, the same market', async () => {
  const [stored, snapshots] = [new StoredFeed(), new Kept()];
  const first = await paced(20, 3, stored, snapshots);
  await first.clock.advance(2_000);
  first.speech.die(1);
  await first.run[Symbol.asyncDispose]();
  const told = stored.times.at(-1)!.toldUs;
  const second = await paced(20, 3, stored, snapshots);
  await second.clock.advance(2_000);
  const goneUs = stored.times.at(-1)!.toldUs - told;
  expect(goneUs / US_PER_SECOND).toBeGreaterThan(30);
  expect(goneUs / US_PER_SECOND).toBeLessThanOrEqual(41);
  stored.expectSound();
  await second.run[Symbol.asyncDispose]();
  const whole = await synthetic(3)(undefined).next(stored.times.at(-1)!.toldUs);
  const rows = whole.parts.flatMap((part) => ('type' in part ? [] : [...part.price]));
  const prices = stored.batches.flatMap(({ trades }) => [...trades.price]);
  expect(prices.slice(0, rows.length)).toEqual(rows);
  expect(stored.ids).toEqual(stored.ids.map((_, i) => i + 1));
});

test('a data directory in the middle of another feed is refused', async () => {
  const { run, stored } = await paced(1, 1);
  await run[Symbol.asyncDispose]();
  const snapshots = new Kept();
  await snapshots.save(
    new TextEncoder().encode(
      JSON.stringify({ screens: [], ended: false, feed: synthetic(1)(undefined).snapshot() }),
    ),
  );
  const other = open({ speech: new MemorySpeech(stored), makeFeed: synthetic(2), snapshots });
  await expect(other).rejects.toThrow('in the middle of another feed');
});

test('a bus that fails ends the run', async () => {
  const speech = new MemorySpeech();
  speech.say = () => Promise.reject(new Error('the server has gone'));
  await using run = await open({ speech, makeFeed: synthetic(1) });
  expect((await run.closed).message).toBe('the server has gone');
});
