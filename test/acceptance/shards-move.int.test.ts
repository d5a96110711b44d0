import { eventually } from '@algo/testkit';
import { expect, test } from 'vitest';
import { soak } from './support/config.ts';
import { ShardFloor } from './support/shard-floor.ts';

/** Between two quarters of a second of the market, when nothing holds them up. */
const TICK_MS = soak ? 250 : 50;
/** In a soak 20,000 trades a second over 100 instruments, as the market's clock has it. */
const SIZE = soak ? { instruments: 100, tradesPerTick: 50 } : { instruments: 12, tradesPerTick: 5 };

const LET_GO_MAX_MS = 60_000;

test.each([
  ['on one disk', false],
  ['with a disk each', true],
])(
  'shards that move %s under load, from owners that are killed or stand still, say what one process says',
  async (_, ownDisk) => {
    await using floor = await ShardFloor.open({
      ...{ ...SIZE, processes: 4, ownDisk },
      env: { ALGO_LEASE_TTL_MS: '2000', ALGO_SNAPSHOT_INTERVAL_MS: '500' },
    });
    const { processes } = floor;
    for (const one of processes) one.start();
    floor.begin(TICK_MS);
    await floor.done(await floor.plan(0));
    await floor.move(0, 1);

    // Killed while its shards are on their way to two others.
    const four = await floor.plan(0, 1, 2, 3);
    const hasBegun = async () => ((await floor.statusOf(2))?.counters.revision ?? 0) > 1;
    await eventually('the move to begin', hasBegun);
    await processes[1]!.kill();
    processes[1]!.start();
    await floor.done(four);

    // What stands still has leases and files; nobody waits for it but its files.
    await processes[2]!.pause();
    await floor.done(await floor.plan(0, 1, 3));
    await floor.done(await floor.plan(0));
    processes[2]!.resume();
    const hasLetGo = async () => (await floor.statusOf(2))?.counters.shards === 0;
    await eventually('it to let go of all when it wakes', hasLetGo, LET_GO_MAX_MS);

    await floor.end();
    await floor.stored(0);
    expect(await floor.firstOtherWord()).toBeUndefined();
    expect(await floor.wronglyStored(0)).toEqual([]);
  },
  600_000,
);
