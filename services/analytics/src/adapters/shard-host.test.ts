import { type InboundMessage, MemoryBus, MemoryServer, VirtualClock } from '@algo/bus';
import type { StreamName } from '@algo/contracts';
import { FIRST_SHARD_PLAN, InputError } from '@algo/model';
import { followShardPlan, planShards, readShardPlan, type ShardPlace } from '@algo/runtime';
import { expect, test } from 'vitest';
import { ShardHost } from './shard-host.ts';

/** A server that answers no question about streams while it is away; buckets wait for it by themselves. */
class AwayBus extends MemoryBus {
  isAway = false;

  override async last(stream: StreamName, subject: string): Promise<InboundMessage | undefined> {
    if (this.isAway) throw new Error('timeout');
    return super.last(stream, subject);
  }
}

/** A host of shards on a bus, which never gets the right to drive one: others speak for all of them. */
async function hosted() {
  const clock = new VirtualClock(1_000);
  const bus = new AwayBus(new MemoryServer(clock), 'analytics.1');
  const asked: number[] = [];
  const place: Pick<ShardPlace, 'lease'> = {
    async lease(shard, signal) {
      await bus.last('CANDLES', `fence.CANDLES.${shard}`); // as the real one does for its epoch
      asked.push(shard);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return undefined;
    },
  };
  const host = await ShardHost.start({
    ...{ bus, clock, ordinal: 1, place: place as ShardPlace, ownDisk: false },
    readPlan: () => readShardPlan(bus),
    followPlan: (onPlan) => followShardPlan(bus, onPlan),
    planOf: () => {
      throw new Error('nothing is driven here');
    },
    canStore: () => true,
    store: async () => {},
    close: async () => {},
  });
  let failure: Error | undefined;
  void host.failed.then((error) => {
    failure = error;
  });
  /** The first trade of an instrument, so that its shard is one to be had. */
  const trade = (shard: number) =>
    bus.publish({
      ...{ subject: `md.trades.${shard}.binance.spot.S${shard}`, type: 'algo.v1.TradeBatch' },
      ...{ id: `first of ${shard}`, timeUs: 0, data: new Uint8Array() },
    });
  /** Lets time pass, and settle what has begun before and by then. */
  const pass = async (ms: number) => {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { bus, pass, host, asked, trade, failure: () => failure };
}

test('a server that is away for three seconds while shards are planned anew is asked again', async () => {
  const { bus, pass, host, asked, trade, failure } = await hosted();
  for (const shard of [3, 40]) await trade(shard);
  bus.isAway = true;
  await planShards(bus, () => ({ members: [1] }));
  await pass(3_000);
  expect([failure(), asked, host.counters().revision]).toEqual([undefined, [], 0]);
  bus.isAway = false;
  await pass(250);
  expect([failure(), asked.toSorted(), host.counters().revision]).toEqual([undefined, [3, 40], 1]);
  await host[Symbol.asyncDispose]();
});

test('one that is away when the right to a shard is asked for costs no more than the time', async () => {
  const { bus, pass, asked, trade, failure, host } = await hosted();
  await planShards(bus, () => ({ members: [1] }));
  await pass(1);
  bus.isAway = true;
  await trade(7);
  await pass(59_000);
  expect([failure(), asked]).toEqual([undefined, []]);
  bus.isAway = false;
  await pass(250);
  expect([failure(), asked]).toEqual([undefined, [7]]);
  await host[Symbol.asyncDispose]();
});

test('one that is away for more than a minute ends the process', async () => {
  const { bus, pass, failure, host } = await hosted();
  bus.isAway = true;
  await planShards(bus, () => ({ members: [1] }));
  await pass(60_000);
  expect(failure()).toBeUndefined();
  await pass(500);
  expect(failure()?.message).toBe('timeout');
  await host[Symbol.asyncDispose]();
});

test('a plan is carried out without a look at it: no time passes', async () => {
  const { bus, pass, host, asked, trade } = await hosted();
  await trade(5);
  await planShards(bus, () => ({ members: [0, 1] }));
  await planShards(bus, () => ({ members: [1] }));
  await pass(0);
  expect([asked, host.counters().revision]).toEqual([[5], 2]);
  await planShards(bus, () => ({ members: [0] }));
  await pass(0);
  expect(host.counters().shards).toBe(0);
  await host[Symbol.asyncDispose]();
});

test('a plan that nobody can read ends the process in words', async () => {
  const { bus, pass, failure, host } = await hosted();
  await bus
    .bucket('leases')
    .put('shards', new TextEncoder().encode(`{"revision":${FIRST_SHARD_PLAN.revision}}`));
  await pass(1);
  expect(failure()).toBeInstanceOf(InputError);
  expect(failure()?.message).toContain('plan of the shards');
  await host[Symbol.asyncDispose]();
});
