import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bus } from '@algo/bus';
import { type ServiceStatus, subjects } from '@algo/contracts';
import { membersOf, type ShardPlan, virtualShard } from '@algo/model';
import { identityOf, planShards } from '@algo/runtime';
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

test('shards that move under load, from owners that are killed and that stand still, say what one process says', async () => {
  await using nats = await NatsFixture.start();
  const dataDir = mkdtempSync(join(tmpdir(), 'algo-move-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const catalog = instrumentsFile(dataDir, 'spot', SYMBOLS);
  const bus = await nats.bus('test');
  const market = stack.use(await ShardMarket.open(await nats.bus('ingest.binance'), SYMBOLS));
  const processes = [0, 1, 2, 3].map((ordinal) =>
    stack.use(
      new ServiceProcess('analytics', {
        ...{ ALGO_NATS_URL: nats.server.url, ALGO_DATA_DIR: dataDir, ALGO_FEEDS: 'binance' },
        ...{ ALGO_ORDINAL: String(ordinal), ALGO_INSTRUMENTS_FILE: catalog },
        ...{ ALGO_LEASE_TTL_MS: '2000', ALGO_SNAPSHOT_INTERVAL_MS: '500' },
      }),
    ),
  );
  const shareAmong = (...members: number[]) => planShards(bus, () => members);
  for (const one of processes) one.start();
  const teller = telling(market);

  await done(bus, await shareAmong(0), market);
  await done(bus, await shareAmong(0, 1), market);

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
  const reader = openReader(ticksOf(dataDir));
  for (const instrument of market.instruments)
    expect([
      instrument,
      await reader.countTrades(instrument),
      await reader.countDuplicates(instrument),
    ]).toEqual([instrument, market.trades, 0]);
}, 300_000);
