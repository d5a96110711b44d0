// A recorded feed through a real nats-server: every trade once, whatever stops the process on the way.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, bucketSnapshots, systemClock } from '@algo/bus';
import { codecs } from '@algo/contracts';
import { instrumentId } from '@algo/model';
import { eventually, NatsFixture } from '@algo/testkit';
import { expect, test } from '@jest/globals';
import { FileFeed } from './file-feed.ts';
import { feedFile } from './file-lane.ts';
import { openTradeFile } from './open-file-feed.ts';
import { RecordedRun } from './recorded-run.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const START_MS = 1_750_507_467_300;

/** One trade every 40 ms; the rows of `doubled` come twice, and 7 ids are missing after `holed`. */
function csv(rows: number, doubled: number, holed: number): string {
  const lines = ['ts_ms,trade_id,price,qty,side'];
  for (let i = 0; i < rows; i++) {
    const id = 1_000 + i + (i > holed ? 7 : 0);
    const line = `${START_MS + i * 40},${id},${83 + (i % 10) / 100},0.5,${i % 3 === 0 ? 'sell' : 'buy'}`;
    lines.push(line, ...(i === doubled ? [line] : []));
  }
  return `${lines.join('\n')}\n`;
}

async function openRun(bus: Bus, path: string, speed: number | 'max', waitFor: string[] = []) {
  const files = [await feedFile(await openTradeFile(path), LTC)];
  return RecordedRun.open({
    bus,
    clock: systemClock,
    snapshots: bucketSnapshots(bus.bucket('snapshots'), 'ingest-0'),
    snapshotIntervalMs: 20,
    waitFor,
    window: 4,
    speed,
    makeFeed: (restored) => new FileFeed(files, 100_000, restored),
  });
}

async function stored(bus: Bus) {
  const ids: number[] = [];
  const feed: string[] = [];
  const lanes = new Map<string, number[]>();
  for await (const message of bus.read({ stream: 'MARKET', subjects: ['md.>'], after: 0 })) {
    const family = message.subject.split('.').slice(0, 2).join('.');
    lanes.set(family, [...(lanes.get(family) ?? []), message.lane!.count]);
    if (family === 'md.trades')
      ids.push(...(codecs.TradeBatch.decode(message.data).trades.ids.values as Float64Array));
    else feed.push(message.type.replace('algo.v1.', ''));
  }
  return { ids, feed, lanes };
}

test('a recording reaches the stream once, in order, however often it is stopped', async () => {
  await using nats = await NatsFixture.start();
  const dir = mkdtempSync(join(tmpdir(), 'algo-ingest-'));
  try {
    const path = join(dir, 'LTCUSDT.csv');
    writeFileSync(path, csv(2_000, 700, 1_200));
    for (let life = 0; life < 4; life++) {
      const bus = await nats.bus('ingest-0');
      const run = await openRun(bus, path, 100);
      const from = run.counters().tradesIn!;
      await eventually('a part of the file is through', () => run.counters().tradesIn! > from + 300);
      // Every other life ends without warning: the connection goes with messages under way.
      if (life % 2 === 0) await run[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
      void run[Symbol.asyncDispose]();
    }
    const bus = await nats.bus('ingest-0');
    await using run = await openRun(bus, path, 'max');
    await eventually('the feed has ended', () => run.counters().ended === 1);
    expect(run.counters()).toMatchObject({ accepted: 2_000, refused: 1, duplicates: 1, gaps: 1, missing: 7 });

    const { ids, feed, lanes } = await stored(bus);
    expect(ids).toEqual(Array.from({ length: 2_000 }, (_, i) => 1_000 + i + (i > 1_200 ? 7 : 0)));
    expect(feed).toEqual(['FeedConnected', 'TradeRefused', 'GapOpened', 'GapUnfillable', 'FeedEnded']);
    for (const counts of lanes.values()) expect(counts).toEqual(counts.map((_, i) => i + 1));
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('no more steps than the window are given out while a follower has finished none', async () => {
  await using nats = await NatsFixture.start();
  const dir = mkdtempSync(join(tmpdir(), 'algo-ingest-'));
  try {
    const path = join(dir, 'LTCUSDT.csv');
    writeFileSync(path, csv(100, -1, 1_000));
    const bus = await nats.bus('ingest-0');
    await using run = await openRun(bus, path, 'max', ['decision-0']);
    const marks = async () => {
      const steps: number[] = [];
      for await (const { data } of bus.read({ stream: 'STEPS', subjects: ['step.mark.ingest-0'], after: 0 }))
        steps.push(...codecs.StepMark.decode(data).steps);
      return steps;
    };
    await eventually('the window is full', async () => (await marks()).length === 4);
    await bus.flush();
    expect(await marks()).toHaveLength(4);
    expect(run.counters().ended).toBe(0);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
