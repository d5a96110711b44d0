import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BusUser,
  DRIVEN,
  FAMILIES,
  type Family,
  OBSERVERS,
  REQUESTS,
  renderNatsAccounts,
  SERVICES,
  STREAMS,
  type StreamName,
  USERS,
  type UserName,
} from '@algo/contracts';
import { eventually, natsServerBinary } from '@algo/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from './bus.ts';
import { allDurables, durablesOf } from './durables.ts';
import { JetStreamBus } from './jetstream-bus.ts';
import { Lease } from './lease.ts';
import { provision } from './provisioner.ts';
import { NatsServerProcess } from './server/nats-server-process.ts';
import { newUserKey } from './server/user-key.ts';
import { bucketSnapshots } from './snapshot-store.ts';
import { message } from './testing/bus-contract.ts';

let directory: string;
let server: NatsServerProcess;
let provisioner: JetStreamBus;
const buses = new Map<UserName, JetStreamBus>();

const PURPOSES: Readonly<Record<UserName, string>> = {
  ...{ ingest: 'synthetic', analytics: '0', notifier: 'main', cli: '42', observer: '43' },
  ...{ decision: 'paper-main', execution: 'paper-main', 'position-risk': 'paper-main' },
  ...{ 'paper-venue': 'paper-main', reconcile: 'paper-main' },
};
const identityOf = (user: UserName) => `${user}.${PURPOSES[user]}`;
const processes = SERVICES.filter((service) => service !== 'cli').map((service) => ({
  service,
  identity: identityOf(service),
}));

const keys = new Map((['provisioner', ...USERS] as const).map((user) => [user, newUserKey()]));

function connect(user: BusUser, identity: string): Promise<JetStreamBus> {
  return JetStreamBus.connect({ servers: [server.url], identity, keySeed: keys.get(user)!.seed });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'algo-permissions-'));
  server = await NatsServerProcess.start({
    binary: natsServerBinary(),
    storeDir: directory,
    sync: 'periodic',
    authorization: renderNatsAccounts(processes, (user) => keys.get(user)!.publicKey),
  });
  provisioner = await connect('provisioner', 'provisioner');
  await provision(provisioner, { replicas: 1, durables: allDurables() });
  for (const user of USERS) buses.set(user, await connect(user, identityOf(user)));
});
afterAll(async () => {
  for (const bus of buses.values()) await bus[Symbol.asyncDispose]();
  await provisioner[Symbol.asyncDispose]();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

const FAMILY_NAMES = Object.keys(FAMILIES) as Family[];

function publishes(family: Family, service: UserName): boolean {
  return (FAMILIES[family].publishers as readonly UserName[]).includes(service);
}

function reads(family: Family, service: UserName): boolean {
  return (FAMILIES[family].readers as readonly UserName[]).includes(service);
}

const NAMED = new Set<Family>(['sys.service', 'sys.order', 'sys.notification', 'sys.streams']);
const WITH_INSTRUMENT = new Set<Family>(['ord.evt', 'pos.evt', 'pos.dust', 'md.rules']);
const AFTER_PURPOSE = new Set<Family>([
  ...(['md.time', 'dec.config', 'ord.cmd', 'risk.evt', 'venue.ledger', 'rec.ask', 'rec.run'] as const),
  ...(['ctl.mode', 'ctl.config', 'ctl.answer', 'sys.guard', 'ord.standing', 'ord.cash', 'ord.time'] as const),
]);

/** A subject of a family as a process would use it. */
function sample(family: Family, user: UserName): string {
  if (NAMED.has(family)) return `${family}.${identityOf(user)}`;
  if (AFTER_PURPOSE.has(family)) return `${family}.${PURPOSES[user]}`;
  if (WITH_INSTRUMENT.has(family)) return `${family}.${PURPOSES[user]}.v.m.S`;
  return family === 'dlq.letter' ? `dlq.letter.MARKET.${identityOf(user)}` : `${family}.3.v.m.S`;
}

/** Whoever numbers lives reads its own words at the start of each. */
function numbersLives(user: UserName): boolean {
  return user === 'ingest' || (DRIVEN as readonly UserName[]).includes(user);
}

function readStreams(user: UserName): StreamName[] {
  if ((OBSERVERS as readonly UserName[]).includes(user)) return Object.keys(STREAMS) as StreamName[];
  const own = (family: Family) => numbersLives(user) && family !== 'dlq.letter' && publishes(family, user);
  const families = FAMILY_NAMES.filter((family) => reads(family, user) || own(family));
  return [...new Set(families.map((family) => FAMILIES[family].stream))];
}

describe.each(USERS.map((user) => [user]))('%s', (service: UserName) => {
  test('stores what it publishes', async () => {
    const bus = buses.get(service)!;
    for (const family of FAMILY_NAMES.filter((name) => publishes(name, service))) {
      const subject = sample(family, service);
      const stored = await bus.publish(message(subject, `${service}:${family}`, 'mine'));
      expect(stored).toMatchObject({ duplicate: false });
    }
  });

  if (service !== 'observer')
    test('may ask whether all is provisioned', async () => {
      expect(await buses.get(service)!.isProvisioned()).toBe(true);
    });

  test('is refused what is not its own, at once and with the reason', async () => {
    const foreign = FAMILY_NAMES.find((family) => !publishes(family, service))!;
    const subject = sample(foreign, service);
    await expect(
      buses.get(service)!.publish(message(subject, `${service}:foreign`, 'not mine')),
    ).rejects.toThrow(`${subject}: the server's permissions do not let ${identityOf(service)} publish here`);
    const stored = await provisioner.last(FAMILIES[foreign].stream, subject);
    expect(stored?.id).not.toBe(`${service}:foreign`);
  });

  test('reads what it reads, and makes no consumer on another stream', async () => {
    const bus = buses.get(service)!;
    const streams = readStreams(service);
    const follow = (stream: StreamName, handle: () => void) =>
      bus.follow({ stream, subjects: ['>'], after: 0 }, handle);
    const others = (Object.keys(STREAMS) as StreamName[]).filter((stream) => !streams.includes(stream));
    for (const other of others.slice(0, 1))
      await expect(follow(other, () => undefined)).rejects.toThrow(/permissions violation/i);
    // The notifier's durables stand below; an observer makes no consumer (outsiders.int.test.ts).
    if (service === 'notifier' || service === 'observer') return;
    for (const stream of streams) {
      const family = FAMILY_NAMES.find((name) => FAMILIES[name].stream === stream)!;
      const writer = FAMILIES[family].publishers[0];
      const subject = sample(family, writer);
      await buses.get(writer)!.publish(message(subject, `to:${service}:${stream}`, 'read me'));
      let got = 0;
      const following = await follow(stream, () => {
        got++;
      });
      await eventually(`${service} to read ${stream}`, () => got > 0);
      expect(await bus.last(stream, subject)).toBeDefined();
      await following[Symbol.asyncDispose]();
    }
  });
});

test('the notifier takes from its durables and what it acknowledges is done', async () => {
  const bus = buses.get('notifier')!;
  await buses.get('decision')!.publish(message('dec.made.v.m.S', 'for the notifier', 'x'));
  const durable = durablesOf('notifier').find(({ stream }) => stream === 'DECISIONS')!;
  const got: string[] = [];
  await using _ = await bus.consume(durable, async (m) => {
    got.push(m.id);
    return 'done';
  });
  await eventually('the message', () => got.includes('for the notifier'));
  await eventually('the acknowledgements', async () => {
    const { num_ack_pending, num_pending } = await provisioner.nats.jsm.consumers.info(
      'DECISIONS',
      'notifier',
    );
    return num_ack_pending === 0 && num_pending === 0;
  });
});

test.each(USERS.filter((user) => user !== 'notifier'))(
  "%s neither takes from the notifier's durables nor ends them",
  async (user) => {
    const { nc } = buses.get(user)!.nats;
    for (const { stream, durable } of durablesOf('notifier'))
      for (const verb of ['MSG.NEXT', 'DELETE'])
        await expect(nc.request(`$JS.API.CONSUMER.${verb}.${stream}.${durable}`)).rejects.toThrow(
          /permissions violation/i,
        );
  },
);

test('the venue answers who may ask, and nobody else is heard', async () => {
  await using _ = await buses.get('paper-venue')!.serve('rpc.venue.paper-main.submit', async () => ({
    type: 'Answer',
    data: new Uint8Array([7]),
  }));
  for (const client of REQUESTS['rpc.venue'].clients) {
    const bus = buses.get(client)!;
    const answer = await bus.request('rpc.venue.paper-main.submit', 'Ask', new Uint8Array(), 5_000);
    expect([...answer.data]).toEqual([7]);
  }
  await expect(
    buses.get('decision')!.request('rpc.venue.paper-main.submit', 'Ask', new Uint8Array(), 1_000),
  ).rejects.toThrow('rpc.venue.paper-main.submit');
});

test.each(USERS.filter(numbersLives))(
  '%s keeps its own snapshots and lives, and writes no other',
  async (service) => {
    const bus = buses.get(service)!;
    const snapshots = bucketSnapshots(bus.bucket('snapshots'), identityOf(service));
    expect(await snapshots.load()).toBeUndefined();
    await snapshots.save(new Uint8Array([1, 2]));
    expect([...(await snapshots.load())!]).toEqual([1, 2]);
    expect(
      await bus.bucket('leases').compareAndSet(`life.${identityOf(service)}`, new Uint8Array([1]), 0),
    ).toBeDefined();
    await expect(
      bus.bucket('leases').compareAndSet('life.somebody-else', new Uint8Array([1]), 0),
    ).rejects.toThrow(/permissions violation/i);
    await expect(bus.bucket('snapshots').put('somebody-else', new Uint8Array([1]))).rejects.toThrow(
      /permissions violation/i,
    );
  },
);

test('execution holds the lease; reconcile may look and not take', async () => {
  const key = 'execution.paper-main';
  const options = { key, holder: key, ttlMs: 5_000, renewMs: 1_000, epochFloor: 0, isOver: () => false };
  const never = new AbortController().signal;
  await using lease = (await Lease.acquire(
    buses.get('execution')!.bucket('leases'),
    options,
    systemClock,
    never,
  ))!;
  expect(lease.safeFor(0)).toBe(true);
  const seen = buses.get('reconcile')!.bucket('leases');
  expect(await seen.get(key)).toBeDefined();
  await expect(seen.compareAndSet(key, new Uint8Array([1]), 1)).rejects.toThrow(/permissions violation/i);
});

test('decision keeps documents; the command line reads them and writes none', async () => {
  await buses
    .get('decision')!
    .bucket('documents')
    .put('active_config.paper-main', new Uint8Array([5]));
  const documents = buses.get('cli')!.bucket('documents');
  expect([...(await documents.get('active_config.paper-main'))!.value]).toEqual([5]);
  await expect(documents.put('active_config.paper-main', new Uint8Array([6]))).rejects.toThrow(
    /permissions violation/i,
  );
});

test.each(USERS.filter(numbersLives))(
  '%s fences the streams of its own words, and for itself only',
  async (user) => {
    const bus = buses.get(user)!;
    const family = FAMILY_NAMES.find((name) => name !== 'dlq.letter' && publishes(name, user))!;
    const { stream } = FAMILIES[family];
    const fence = (identity: string) => message(`fence.${stream}.${identity}`, `fence of ${identity}`, 'x');
    expect(await bus.publish(fence(identityOf(user)))).toMatchObject({ duplicate: false });
    await expect(bus.publish(fence('somebody.else'))).rejects.toThrow('permissions do not let');
  },
);

test('nobody hears what is said to another, and a stranger gets nowhere', async () => {
  const { nc } = buses.get('decision')!.nats;
  const overheard = Promise.withResolvers<Error | null>();
  nc.subscribe('_INBOX_execution.>', { callback: (error) => overheard.resolve(error) });
  expect((await overheard.promise)?.message).toMatch(/permissions violation/i);
  await expect(
    JetStreamBus.connect({ servers: [server.url], identity: 'x.0', keySeed: newUserKey().seed }),
  ).rejects.toThrow(/cannot connect: .*authorization/i);
  await expect(JetStreamBus.connect({ servers: [server.url], identity: 'x.0' })).rejects.toThrow(
    /cannot connect: .*authorization/i,
  );
});
