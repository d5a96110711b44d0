// What an outsider with the observer's key can reach, and what he can make the server say for him: nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BUCKETS,
  type BusUser,
  DURABLE_READERS,
  FAMILIES,
  type Family,
  renderNatsAccounts,
  SERVICES,
  STREAMS,
  type StreamName,
  USERS,
} from '@algo/contracts';
import { eventually, natsServerBinary } from '@algo/testkit';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allDurables } from './durables.ts';
import { JetStreamBus } from './jetstream-bus.ts';
import { provision } from './provisioner.ts';
import { NatsServerProcess } from './server/nats-server-process.ts';
import { newUserKey } from './server/user-key.ts';
import { message } from './testing/bus-contract.ts';

const stack = new AsyncDisposableStack();
const keys = new Map((['provisioner', ...USERS] as const).map((user) => [user, newUserKey()]));
let server: NatsServerProcess;
let provisioner: JetStreamBus;
let observer: JetStreamBus;
/** What the server refused the observer, as it said it. */
const refused: string[] = [];

async function connect(user: BusUser, identity: string): Promise<JetStreamBus> {
  const keySeed = keys.get(user)!.seed;
  return stack.use(await JetStreamBus.connect({ servers: [server.url], identity, keySeed }));
}

beforeAll(async () => {
  const storeDir = mkdtempSync(join(tmpdir(), 'algo-outsiders-'));
  stack.defer(() => rmSync(storeDir, { recursive: true, force: true }));
  const processes = SERVICES.filter((service) => service !== 'cli').map((service) => ({
    service,
    identity: `${service}.a`,
  }));
  const authorization = renderNatsAccounts(processes, (user) => keys.get(user)!.publicKey);
  server = stack.use(
    await NatsServerProcess.start({ binary: natsServerBinary(), storeDir, sync: 'periodic', authorization }),
  );
  provisioner = await connect('provisioner', 'provisioner');
  await provision(provisioner, { replicas: 1, durables: allDurables() });
  observer = await connect('observer', 'observer.me');
  void (async () => {
    for await (const status of observer.nats.nc.status())
      if (status.type === 'error') refused.push(status.error.message);
  })();
});
afterAll(() => stack.disposeAsync());

const STREAM_NAMES = Object.keys(STREAMS) as StreamName[];
const FAMILY_NAMES = Object.keys(FAMILIES) as Family[];
const ALL = [...STREAM_NAMES, ...BUCKETS.map((bucket) => `KV_${bucket}`)];

/** Says something on a subject as a service that may. */
async function say(family: Family): Promise<string> {
  const [publisher] = FAMILIES[family].publishers;
  const bus = await connect(publisher, `${publisher}.a`);
  const subject = {
    ...{ 'sys.service': `${family}.${publisher}.a`, 'sys.order': `${family}.${publisher}.a` },
    ...{ 'sys.notification': `${family}.${publisher}.a`, 'sys.streams': `${family}.${publisher}.a` },
    'dlq.letter': `${family}.MARKET.${publisher}.a`,
  }[family as string];
  const ofAccount = /^(md\.(time|rules)|dec\.config|ord|pos|risk|venue|rec|ctl|sys)\b/.test(family);
  const [start, rest] = [
    ofAccount ? `${family}.a` : `${family}.3.v`,
    ['ord.evt', 'pos.evt', 'pos.dust', 'md.rules'].includes(family) || !ofAccount ? '.m.S' : '',
  ];
  const to = subject ?? start + rest;
  await bus.publish(message(to, `said:${family}`, 'x'));
  return to;
}

/** Returns what all streams and buckets hold, and which consumers the engine has there. */
async function held(): Promise<unknown[]> {
  const { jsm } = provisioner.nats;
  return Promise.all(
    ALL.map(async (name) => {
      const { state } = await jsm.streams.info(name);
      return [name, state.first_seq, state.last_seq, state.messages, state.consumer_count];
    }),
  );
}

/** Returns whether the server refused this. */
async function isRefused(subject: string, about: Parameters<NatsConnection['publish']>[2] = {}) {
  const { nc } = observer.nats;
  const before = refused.length;
  nc.publish(subject, '{}', about);
  await nc.flush();
  // What the server says of it came before its answer to the flush.
  await new Promise((resolve) => setImmediate(resolve));
  return refused.slice(before).some((words) => /permissions violation for publish/i.test(words));
}

describe('with the key of the observer', () => {
  test('each family is heard as it is said, and found in its stream afterwards', async () => {
    const { nc } = observer.nats;
    for (const family of FAMILY_NAMES) {
      const heard = Promise.withResolvers<string>();
      const subscription = nc.subscribe(`${family}.>`, { callback: (_, m) => heard.resolve(m.subject) });
      await nc.flush();
      const subject = await say(family);
      expect(await heard.promise).toBe(subject);
      subscription.unsubscribe();
      const { stream } = FAMILIES[family];
      const ask = JSON.stringify({ seq: 1, next_by_subj: `${family}.>` });
      const stored = await nc.request(`$JS.API.STREAM.MSG.GET.${stream}`, ask);
      expect(stored.json()).toMatchObject({ message: { subject } });
    }
  });

  test('nothing is said, no consumer is made, read or ended, and no stream is touched', async () => {
    const before = await held();
    const subjects = [
      ...FAMILY_NAMES.map((family) => `${family}.a`),
      ...STREAM_NAMES.flatMap((stream) => [
        ...[
          'CREATE',
          'UPDATE',
          'DELETE',
          'PURGE',
          'MSG.DELETE',
          'SNAPSHOT',
          'RESTORE',
          'LEADER.STEPDOWN',
        ].map((verb) => `$JS.API.STREAM.${verb}.${stream}`),
        ...['', '.x', '.x.ord.evt.>', '.notifier'].map((name) => `$JS.API.CONSUMER.CREATE.${stream}${name}`),
        `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.x`,
        ...['NAMES', 'LIST'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}`),
        ...['INFO', 'DELETE', 'MSG.NEXT', 'PAUSE', 'RESET', 'UNPIN', 'LEADER.STEPDOWN'].flatMap((verb) =>
          DURABLE_READERS.map((durable) => `$JS.API.CONSUMER.${verb}.${stream}.${durable}`),
        ),
        ...[`$JS.API.DIRECT.GET.${stream}`, `$JS.ACK.${stream}.notifier.1.1.1.1.0`, `fence.${stream}.a`],
      ]),
      ...BUCKETS.flatMap((bucket) => [`$KV.${bucket}.a`, `$JS.API.STREAM.INFO.KV_${bucket}`]),
      ...['$JS.API.STREAM.MSG.GET.KV_leases', '$JS.API.STREAM.MSG.GET.KV_snapshots'],
      ...['$JS.API.INFO', '$JS.API.STREAM.NAMES', '$JS.API.STREAM.LIST', '$JS.API.META.LEADER.STEPDOWN'],
      ...['$SYS.REQ.SERVER.PING', '$SYS.REQ.USER.INFO', 'rpc.venue.a.submit', '_INBOX_execution.a.x'],
    ];
    for (const subject of subjects) expect([subject, await isRefused(subject)]).toEqual([subject, true]);
    const follow = observer.follow({ stream: 'ORDERS', subjects: ['>'], after: 0 }, () => undefined);
    await expect(follow).rejects.toThrow(/permissions violation/i);
    expect(await held()).toEqual(before);
  });

  test('other people are not heard: no inbox, no bucket, no request', async () => {
    for (const subject of ['>', '_INBOX_cli.>', '$KV.>', '$JS.>', '$SYS.>', 'rpc.>', 'fence.>']) {
      const told = Promise.withResolvers<Error | null>();
      observer.nats.nc.subscribe(subject, { callback: (error) => told.resolve(error) });
      expect((await told.promise)?.message).toMatch(/permissions violation/i);
    }
  });
});

/** Where an answer of the server would be a command, a fact, a lease, a fence or a request to the server. */
const REPLIES = [
  ...['$KV.leases.execution.a', '$KV.documents.active_config.a', 'fence.ORDERS.execution.a'],
  ...['$JS.API.STREAM.PURGE.ORDERS', '$JS.API.STREAM.DELETE.CONTROL', 'rpc.venue.a.submit'],
  ...['$JS.API.CONSUMER.DELETE.ORDERS.notifier', '$JS.API.CONSUMER.MSG.NEXT.ORDERS.notifier'],
  ...['$JS.API.STREAM.INFO.ORDERS', '$JS.API.STREAM.MSG.GET.ORDERS', '_INBOX_execution.a.x'],
];
const ASKS: (readonly [string, string])[] = [
  ...STREAM_NAMES.flatMap((stream): [string, string][] => [
    [`$JS.API.STREAM.INFO.${stream}`, ''],
    [`$JS.API.STREAM.MSG.GET.${stream}`, '{"seq":1,"next_by_subj":">"}'],
  ]),
  ['$JS.API.STREAM.MSG.GET.KV_documents', '{"seq":1}'],
];

describe('what the server answers where an asker says', () => {
  test('stays with observers, whatever reply subject they name', async () => {
    const before = await held();
    const { nc } = observer.nats;
    for (const [ask, body] of ASKS) for (const reply of REPLIES) nc.publish(ask, body, { reply });
    // An observer hears such an answer on an event's subject: so it was given, and in his own account.
    let heard = 0;
    const own = FAMILY_NAMES.map((family) =>
      nc.subscribe(`${family}.injected`, {
        callback: () => {
          heard++;
        },
      }),
    );
    for (const [ask, body] of ASKS)
      for (const family of FAMILY_NAMES) nc.publish(ask, body, { reply: `${family}.injected` });
    await eventually('all answers', () => heard === ASKS.length * FAMILY_NAMES.length);
    expect(await held()).toEqual(before);
    for (const subscription of own) subscription.unsubscribe();
  });

  test('goes nowhere by a reserved reply, and no trace of a message where an observer says', async () => {
    const before = await held();
    for (const reply of ['_R_.abc.def', '_GR_.a.b.c'])
      expect([reply, await isRefused('$JS.API.STREAM.INFO.ORDERS', { reply })]).toEqual([reply, true]);
    const { nc } = observer.nats;
    for (const to of ['ord.cmd.traced', 'ctl.mode.traced', 'sys.service.traced', 'risk.evt.traced']) {
      const heard = Promise.withResolvers<string>();
      const own = nc.subscribe(to, { callback: (_, m) => heard.resolve(m.subject) });
      const traced = headers();
      traced.set('Nats-Trace-Dest', to);
      // A server of 2.12 sends it, within the observer's account; a newer one refuses.
      const reply = '_INBOX_observer.me.traced';
      if (!(await isRefused('$JS.API.STREAM.INFO.ORDERS', { headers: traced, reply })))
        expect(await heard.promise).toBe(to);
      own.unsubscribe();
    }
    expect(await held()).toEqual(before);
  });

  // A list of subjects doesn't hold this, so an observer has an account. ADR 15 leaves it to services.
  test('goes where a service says, in the account of the engine', async () => {
    const { nc } = (await connect('decision', 'decision.a')).nats;
    const last = async () => (await provisioner.nats.jsm.streams.info('CONTROL')).state.last_seq;
    const before = await last();
    nc.publish('$JS.API.STREAM.INFO.ORDERS', '', { reply: 'ctl.mode.a' });
    await eventually('the answer in a stream', async () => (await last()) > before);
  });
});
