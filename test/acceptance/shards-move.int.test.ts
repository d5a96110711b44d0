import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bus } from '@algo/bus';
import { type ServiceStatus, subjects } from '@algo/contracts';
import { membersOf, type ShardPlan, virtualShard } from '@algo/model';
import { FirstRules, identityOf, planShards, readInstrumentCatalog } from '@algo/runtime';
import { bucketDocuments } from '@algo/state';
import { eventually, NatsFixture } from '@algo/testkit';
import { openReader } from '@algo/tickstore';
import { expect, test } from '@jest/globals';
import { instrumentsFile } from './support/instruments-file.ts';
import { ServiceProcess } from './support/service-process.ts';
import { firstOther, ShardMarket, ticksOf, wordsHeard, wordsOfOne } from './support/shard-market.ts';

const SYMBOLS = Array.from({ length: 12 }, (_, i) => `M${i}USDT`);
const DONE_MAX_MS = 90_000;
/** Between two quarters of a second of the market, when nothing holds them up. */
const TICK_MS = 20;

/** Tells the market until it is stopped. */
function telling(market: ShardMarket): { stop(): Promise<void> } {
  let goesOn = true;
  const told = (async () => {
    while (goesOn) {
      await market.tick();
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  })();
  return {
    stop() {
      goesOn = false;
      return told;
    },
  };
}

async function statusOf(bus: Bus, ordinal: number): Promise<ServiceStatus | undefined> {
  const said = (await bus.last('SYSTEM', subjects.service(identityOf('analytics', ordinal))))?.fact;
  return said?.name === 'ServiceStatus' ? said.body : undefined;
}

/** Waits until each process has what the plan gives it, of the shards that have trades. */
async function done(bus: Bus, plan: ShardPlan, market: ShardMarket): Promise<void> {
  const met = new Set(market.instruments.map(virtualShard));
  await eventually(
    `revision ${plan.revision} to be carried out`,
    async () => {
      for (const member of membersOf(plan)) {
        const { counters, ready } = (await statusOf(bus, member)) ?? { counters: {}, ready: false };
        const wanted = [...met].filter((shard) => plan.owners[shard] === member).length;
        const { revision = 0, shards = 0, moving = 1 } = counters as Record<string, number>;
        if (!ready || revision < plan.revision || shards !== wanted || moving > 0) return false;
      }
      return true;
    },
    DONE_MAX_MS,
  );
}

/** Says for how long nothing was heard of an instrument while its shard moved. */
async function pauses(bus: Bus, move: () => Promise<ShardPlan>, before: ShardPlan): Promise<string> {
  const last = new Map<string, number>();
  const longest = new Map<string, number>();
  const { last: after } = await bus.bounds('ANALYTICS');
  await using _heard = await bus.follow(
    { stream: 'ANALYTICS', subjects: ['an.state.>'], after },
    ({ subject }) => {
      const now = performance.now();
      longest.set(subject, Math.max(longest.get(subject) ?? 0, now - (last.get(subject) ?? now)));
      last.set(subject, now);
    },
  );
  const plan = await move();
  const moved = [...longest].filter(([subject]) => {
    const shard = Number(subject.split('.')[2]);
    return plan.owners[shard] !== before.owners[shard];
  });
  const sorted = moved.map(([, ms]) => ms).toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  const words = `pause p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
  return `revision ${plan.revision}: ${sorted.length} instruments moved, ${words}`;
}

test.each([
  ['on one disk', false],
  ['with a disk each', true],
])(
  'shards that move %s under load, from owners that are killed or stand still, say what one process says',
  async (_, ownDisk) => {
    await using nats = await NatsFixture.start();
    const dataDir = mkdtempSync(join(tmpdir(), 'algo-move-'));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
    const catalog = instrumentsFile(dataDir, 'spot', SYMBOLS);
    const diskOf = (ordinal: number) => (ownDisk ? join(dataDir, `disk-${ordinal}`) : dataDir);
    const archiveDir = join(dataDir, 'archive');
    const bus = await nats.bus('test');
    const rules = new FirstRules(bucketDocuments(bus.bucket('documents')), 'binance');
    await rules.add([...readInstrumentCatalog(catalog).values()]); // as ingest would
    const market = stack.use(await ShardMarket.open(await nats.bus('ingest.binance'), SYMBOLS));
    const processes = [0, 1, 2, 3].map((ordinal) =>
      stack.use(
        new ServiceProcess('analytics', {
          ...{ ALGO_NATS_URL: nats.server.url, ALGO_DATA_DIR: diskOf(ordinal), ALGO_FEEDS: 'binance' },
          ...{ ALGO_ORDINAL: String(ordinal), ALGO_INSTRUMENTS_FILE: catalog },
          ...(ownDisk ? { ALGO_OWN_DISK: 'true', ALGO_ARCHIVE_DIR: archiveDir } : {}),
          ...{ ALGO_LEASE_TTL_MS: '2000', ALGO_SNAPSHOT_INTERVAL_MS: '500' },
        }),
      ),
    );
    const shareAmong = (...members: number[]) => planShards(bus, () => ({ members }));
    for (const one of processes) one.start();
    const teller = telling(market);

    const first = await shareAmong(0);
    await done(bus, first, market);
    const said2 = await pauses(
      bus,
      async () => {
        const two = await shareAmong(0, 1);
        await done(bus, two, market);
        return two;
      },
      first,
    );
    process.stdout.write(`${said2}\n`);

    // Killed while its shards are on their way to two others.
    const four = await shareAmong(0, 1, 2, 3);
    await eventually('the move to begin', async () => ((await statusOf(bus, 2))?.counters.revision ?? 0) > 1);
    await processes[1]!.kill();
    processes[1]!.start();
    await done(bus, four, market);

    // What stands still has leases and files; nobody waits for it but its files.
    await processes[2]!.pause();
    const without = await shareAmong(0, 1, 3);
    await done(bus, without, market);
    const one = await shareAmong(0);
    await done(bus, one, market);
    processes[2]!.resume();
    await eventually('what it says when it wakes', () => processes[2]!.said.includes('so this one ends'));

    await teller.stop();
    await eventually(
      'all trades to be stored',
      async () => ((await statusOf(bus, 0))?.counters.stored ?? 0) === market.trades * SYMBOLS.length,
      DONE_MAX_MS,
    );
    const said = await wordsOfOne(bus, catalog);
    const heard = await wordsHeard(bus);
    expect(firstOther(heard, said)).toBeUndefined();
    expect([...said.values()].every((words) => words.length > 10)).toBe(true);
    for (const running of processes) await running.stop();
    const reader = openReader(ticksOf(diskOf(0)), archiveDir);
    for (const instrument of market.instruments)
      expect([
        instrument,
        await reader.countTrades(instrument),
        await reader.countDuplicates(instrument),
      ]).toEqual([instrument, market.trades, 0]);
  },
  300_000,
);
