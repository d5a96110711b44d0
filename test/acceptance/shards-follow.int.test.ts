// The plan of shards follows the processes that are there, as where `kubectl scale` is all that anybody says.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceStatus, subjects } from '@algo/contracts';
import { membersOf, shardsOf, virtualShard } from '@algo/model';
import { FirstRules, identityOf, readInstrumentCatalog, readShardPlan } from '@algo/runtime';
import { bucketDocuments } from '@algo/state';
import { eventually, NatsFixture } from '@algo/testkit';
import { expect, test } from 'vitest';
import { algo } from './support/algo-process.ts';
import { instrumentsFile } from './support/instruments-file.ts';
import { ServiceProcess } from './support/service-process.ts';
import { firstOther, ShardMarket, wordsHeard, wordsOfOne } from './support/shard-market.ts';

const SYMBOLS = Array.from({ length: 6 }, (_, i) => `M${i}USDT`);
const PATIENCE_MS = 120_000;
/** So long a process may be away: enough for a slow machine to start one again. */
const ABSENCE_MS = 15_000;

test('processes that come share the shards, restarts move none, who goes for good has none', async () => {
  await using nats = await NatsFixture.start();
  const dataDir = mkdtempSync(join(tmpdir(), 'algo-follow-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const catalog = instrumentsFile(dataDir, 'spot', SYMBOLS);
  const bus = await nats.bus('test');
  const rules = new FirstRules(bucketDocuments(bus.bucket('documents')), 'binance');
  await rules.add([...readInstrumentCatalog(catalog).values()]); // as ingest would
  const market = stack.use(await ShardMarket.open(await nats.bus('ingest.binance'), SYMBOLS));
  const env = { ALGO_NATS_URL: nats.server.url, ALGO_FEEDS: 'binance', ALGO_INSTRUMENTS_FILE: catalog };
  const processes = [0, 1, 2].map((ordinal) =>
    stack.use(
      new ServiceProcess('analytics', {
        ...{
          ...env,
          ALGO_DATA_DIR: dataDir,
          ALGO_ORDINAL: String(ordinal),
          ALGO_SNAPSHOT_INTERVAL_MS: '500',
        },
        ...{ ALGO_SHARES_AMONG_PRESENT: 'true', ALGO_ABSENCE_MAX_MS: String(ABSENCE_MS) },
      }),
    ),
  );
  const plan = () => readShardPlan(bus);
  const statusOf = async (ordinal: number): Promise<ServiceStatus | undefined> => {
    const said = (await bus.last('SYSTEM', subjects.service(identityOf('analytics', ordinal))))?.fact;
    return said?.name === 'ServiceStatus' ? said.body : undefined;
  };
  /** Waits until just these share the shards, and have what has trades of them. */
  const shared = (...members: number[]) =>
    eventually(
      `processes ${members} to share the shards`,
      async () => {
        const now = await plan();
        if (String(membersOf(now)) !== String(members)) return false;
        for (const member of members) {
          const { ready, counters } = (await statusOf(member)) ?? { ready: false, counters: {} };
          const own = market.instruments.filter((one) => shardsOf(now, member).includes(virtualShard(one)));
          const { shards = 0, moving = 1, revision = -1 } = counters as Record<string, number>;
          if (!ready || moving > 0 || revision < now.revision) return false;
          if (shards !== new Set(own.map(virtualShard)).size) return false;
        }
        return true;
      },
      PATIENCE_MS,
    );
  /** Waits until a process of another id than this says that it is ready. */
  const back = (ordinal: number, pid: number | undefined) =>
    eventually(
      `process ${ordinal} to be back`,
      async () => {
        const status = await statusOf(ordinal);
        return status?.ready === true && status.pid !== pid;
      },
      PATIENCE_MS,
    );
  const tell = async () => {
    for (let ticks = 0; ticks < 20; ticks++) await market.tick();
  };

  processes[0]!.start();
  await tell();
  await shared(0);
  for (const one of [1, 2]) processes[one]!.start();
  await shared(0, 1, 2);
  await tell();

  // A rolling restart, and the end of the server under all of them.
  const { revision } = await plan();
  for (const ordinal of [2, 1, 0]) {
    const { pid } = processes[ordinal]!;
    await processes[ordinal]!.stop();
    processes[ordinal]!.start();
    await tell();
    await back(ordinal, pid);
  }
  const pids = processes.map(({ pid }) => pid);
  await nats.server.kill();
  await sleep(4_000); // the fault itself: longer than any request waits for its answer
  await nats.server.start();
  await eventually('the test to be back', () => bus.connection === 'connected');
  await tell();
  await shared(0, 1, 2);
  expect([(await plan()).revision, processes.map(({ pid }) => pid)]).toEqual([revision, pids]);

  // Taken away without a word, and after it has handed on.
  await processes[2]!.stop();
  await tell();
  await shared(0, 1);
  const scale = (count: string) => algo(['scale', 'analytics', count, '--nats', nats.server.url], env);
  const handedOn = await scale('1');
  expect([handedOn.code, handedOn.said]).toEqual([0, expect.stringContaining('2 → 1 processes')]);
  await tell();
  expect((await plan()).most).toBe(1);
  const hasNone = async () => (await statusOf(1))?.counters.shards === 0;
  await eventually('process 1 to say that it has none', hasNone, PATIENCE_MS);
  const more = await scale('3');
  expect([more.code, more.said]).toEqual([
    2,
    expect.stringContaining('N = 3: of that engine 1 processes share the shards: 0'),
  ]);
  await processes[1]!.stop();
  await eventually('nobody to be kept out', async () => (await plan()).most === null, PATIENCE_MS);
  processes[1]!.start();
  await shared(0, 1);
  await tell();

  const said = await wordsOfOne(bus, catalog);
  const isAllHeard = async () => firstOther(await wordsHeard(bus), said) === undefined;
  await eventually('all that one process says', isAllHeard, PATIENCE_MS);
}, 400_000);
