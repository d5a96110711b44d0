import { accountId, Decimal } from '@algo/model';
import { eventually, NatsFixture } from '@algo/testkit';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { type Bus, systemClock } from '../bus.ts';
import { FactMessage } from '../fact-message.ts';
import { MemoryLog } from '../memory/memory-log.ts';
import { bucketSnapshots, type SnapshotStore } from '../snapshot-store.ts';
import { wordsOf } from '../testing/drive-world.ts';
import { Folding, ROLES, type RoleName } from '../testing/folding-machines.ts';
import { Driver } from './driver.ts';

const ROLE: RoleName = 'decision.a';

const equity = (n: number) => ({
  ...{ type: 'EquityMarked' as const, account: accountId('a'), equity: Decimal.of(String(n)), timeUs: n },
  ...{ realized: Decimal.zero, unrealized: Decimal.zero, drawdown: Decimal.zero, unvalued: [] },
});

/** One life of a machine that answers the time and what risk says. */
function live(
  bus: Bus,
  log: MemoryLog,
  onDivergence: (where: unknown) => void,
  snapshots: SnapshotStore = bucketSnapshots(bus.bucket('snapshots'), ROLE),
) {
  let machine!: Folding;
  const starting = Driver.start({
    ...{ bus, clock: systemClock, identity: ROLE, account: 'a', log, onDivergence },
    ...{ snapshots, snapshotIntervalMs: 50 },
    knows: () => true,
    plan: {
      reads: ROLES[ROLE].reads,
      says: ['ord.cmd'],
      restore: (snapshot) => {
        machine = new Folding(ROLES[ROLE], snapshot);
        return machine;
      },
    },
  });
  return starting.then((driver) => ({ driver, stateOf: () => Buffer.from(machine.snapshot()).toString() }));
}

/** Returns who tells the time and what risk says, and stores both under a number. */
async function teller(nats: NatsFixture): Promise<(n: number) => Promise<unknown>[]> {
  const feed = await nats.bus('ingest.x');
  const risk = await nats.bus('position-risk.a');
  return (n) => {
    const time = {
      ...({ type: 'TimeAdvanced', feed: 'x', toldUs: n, sureUs: n } as const),
      ...{ behind: [], wallUs: 0, speed: 1 },
    };
    const place = (producer: string) => ({ lane: { producer, epoch: 1, count: n } });
    const speaker = { identity: '', account: 'a' };
    const said = FactMessage.said(
      { name: 'TimeAdvanced', body: { ...time, warm: false } },
      speaker,
      place('ingest.x'),
    );
    const marked = { name: 'EquityMarked', body: equity(n) } as const;
    return [feed.publish(said), risk.publish(FactMessage.said(marked, speaker, place('position-risk.a')))];
  };
}

test('over kills of machine and server all is said once, and a replay says the same', async () => {
  await using nats = await NatsFixture.start();
  const reader = await nats.bus('reader');
  const tell = await teller(nats);
  const log = new MemoryLog();
  const divergences: unknown[] = [];
  let life = await live(await nats.bus(ROLE), log, (where) => divergences.push(where));
  for (let n = 1; n <= 400; n++) {
    await Promise.all(tell(n));
    if (n % 90 === 0) {
      life.driver.abandon();
      if (n === 180) {
        await nats.server.kill();
        await nats.server.start();
      }
      life = await live(await nats.bus(ROLE), log, (where) => divergences.push(where));
    }
  }
  await eventually('every input', () => life.driver.taken === 800, 20_000);
  await eventually('the order to be told', async () => {
    const words = await wordsOf(reader, ROLE, ROLES[ROLE].says);
    return words.some(({ order }) => order?.taken === 800);
  });
  const words = await wordsOf(reader, ROLE, ROLES[ROLE].says);
  const state = life.stateOf();
  life.driver.abandon();
  expect(words.length).toBeGreaterThan(100);
  expect(divergences).toEqual([]);

  await (await nats.bus('provisioner')).bucket('snapshots').delete(ROLE);
  const replay = await live(await nats.bus(ROLE), log, (where) => divergences.push(where));
  await replay.driver.restored;
  expect([replay.driver.taken, replay.stateOf(), divergences]).toEqual([800, state, []]);
  await replay.driver[Symbol.asyncDispose]();
  expect(await wordsOf(reader, ROLE, ROLES[ROLE].says)).toHaveLength(words.length);
}, 60_000);

/**
 * Has the server put into a stream what none of ours said: an answer of its own, by hand, and a copy of a
 * message of another stream.
 */
async function stray(nats: NatsFixture, subject: string, n: number): Promise<void> {
  const nc = await connect({ servers: nats.server.url });
  nc.publish('$JS.API.STREAM.INFO.MARKET', new Uint8Array(), { reply: subject });
  nc.publish(subject, 'hello');
  const jsm = await jetstreamManager(nc);
  const from = { deliver_policy: 'by_start_sequence', opt_start_seq: n } as const;
  const { name } = await jsm.consumers.add('MARKET', { name: `puller-${n}`, ...from } as never);
  nc.publish(`$JS.API.CONSUMER.MSG.NEXT.MARKET.${name}`, '1', { reply: subject });
  await nc.flush();
  await nc.close();
}

test('what none of ours has put into a money stream is set aside, and nothing waits for it', async () => {
  await using nats = await NatsFixture.start();
  const reader = await nats.bus('reader');
  const tell = await teller(nats);
  const log = new MemoryLog();
  const life = await live(await nats.bus(ROLE), log, () => {});
  await Promise.all(tell(1));
  await stray(nats, 'risk.evt.a', 1);
  await eventually('the strays', async () => (await reader.bounds('RISK')).last === 4);
  await Promise.all(tell(2));
  await eventually('both', () => life.driver.taken === 4);
  expect((await reader.last('RISK', 'risk.evt.a'))?.type).toBe('algo.v1.EquityMarked');
  await stray(nats, 'risk.evt.a', 2);
  await eventually('more strays', async () => (await reader.bounds('RISK')).last === 8);
  const last = await reader.last('RISK', 'risk.evt.a');
  expect([last?.sequence, last?.type]).toEqual([5, 'algo.v1.EquityMarked']);
  const told: string[] = [];
  await using _ = await reader.follow(
    { stream: 'DEAD_LETTERS', subjects: ['dlq.>'], after: 0 },
    ({ fact }) => {
      if (fact.name === 'DeadLetter') told.push(`${fact.body.sequence}: ${fact.body.reason}`);
    },
  );
  await eventually('all is told', () => told.length === 4);
  const noType = 'it has no type, as all our messages have';
  expect(told.map((line) => line.slice(3))).toEqual([noType, noType, noType, noType]);
  life.driver.abandon();

  const again = await live(await nats.bus(ROLE), log, () => {});
  await Promise.all(tell(3));
  await eventually('a next life goes on', () => again.driver.taken === 6);
  again.driver.abandon();
}, 60_000);

test('a money stream that holds nothing of what was said since the snapshot is told by name', async () => {
  await using nats = await NatsFixture.start();
  const tell = await teller(nats);
  const bus = await nats.bus(ROLE);
  const snapshots = bucketSnapshots(bus.bucket('snapshots'), ROLE);
  const log = new MemoryLog();
  const life = await live(bus, log, () => {});
  let n = 0;
  while ((await snapshots.load()) === undefined) await Promise.all(tell(++n));
  const saved = (await snapshots.load())!;
  const { last } = await bus.bounds('ORDERS');
  for (let more = 0; more < 40; more++) await Promise.all(tell(++n));
  await eventually('words behind it', async () => (await bus.bounds('ORDERS')).last > last + 2);
  life.driver.abandon();
  const connection = await connect({ servers: nats.server.url });
  await (await jetstreamManager(connection)).streams.purge('ORDERS');
  await connection.close();
  const old = { load: async () => saved, save: async () => {} };
  for (const again of ['a first try', 'a second one, behind the fence of the first']) {
    const next = live(await nats.bus(ROLE), log, () => {}, old).then(() => again);
    await expect(next).rejects.toThrow(/stream ORDERS.*what it said since then is gone/s);
  }
}, 30_000);
