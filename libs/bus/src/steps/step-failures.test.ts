import { InputError } from '@algo/model';
import { expect, test } from '@jest/globals';
import { type Bus, type Clock, PublishFailedError } from '../bus.ts';
import { SimulatedServer } from '../simulated/simulated-bus.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';
import { ROLE_NAMES, runFeed, startRole } from '../testing/step-world.ts';
import { bucketSnapshots } from './snapshot-store.ts';
import { StepLoop } from './step-loop.ts';
import { StepSource } from './step-source.ts';

/** Every look at the clock is a snapshot interval later. */
function ticking(): Clock {
  let nowMs = 0;
  return { nowMs: () => (nowMs += 10), sleep: () => new Promise((resolve) => setImmediate(resolve)) };
}

/** The bus of a process whose messages of one kind the server takes no more. */
function refusing(bus: Bus, subject: string): Bus {
  return {
    identity: bus.identity,
    connection: bus.connection,
    onConnection: (listener) => bus.onConnection(listener),
    publish: (message) =>
      message.subject.startsWith(subject)
        ? Promise.reject(new PublishFailedError(`${message.subject}: not stored`))
        : bus.publish(message),
    ready: () => bus.ready(),
    flush: () => bus.flush(),
    follow: (options, handler) => bus.follow(options, handler),
    consume: (options, handler) => bus.consume(options, handler),
    read: (options) => bus.read(options),
    last: (stream, subject) => bus.last(stream, subject),
    request: (subject, type, data, timeoutMs) => bus.request(subject, type, data, timeoutMs),
    serve: (subject, handler) => bus.serve(subject, handler),
    bucket: (name) => bus.bucket(name),
    signal: (to, data) => bus.signal(to, data),
    onSignal: (to, handler) => bus.onSignal(to, handler),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

async function trades(server: SimulatedServer, steps: number): Promise<void> {
  const source = await StepSource.open({
    bus: server.bus('ingest-0'),
    clock: ticking(),
    snapshots: bucketSnapshots(server.bus('ingest-0').bucket('snapshots'), 'ingest-0'),
    snapshotIntervalMs: 600_000,
    waitFor: [],
    window: steps + 1,
  });
  for (let i = 1; i <= steps; i++)
    await source.give(
      i * 10,
      i * 10,
      [1, 2, 3].map((k) => ({
        subject: `md.trades.${k}.v.m.S`,
        type: 'algo.v1.Test',
        id: `t:${i}:${k}`,
        timeUs: i,
        data: new TextEncoder().encode(JSON.stringify({ n: i * k })),
      })),
      () => new Uint8Array(),
    );
}

test.each([
  ['step.mark', 'its marks'],
  ['ord.cmd', 'its commands'],
])('a service that can not store %s (%s) says so and can be cleaned away', async (subject) => {
  const server = new SimulatedServer(new VirtualClock());
  await trades(server, 40);
  const loop = await startRole('decision-0', refusing(server.bus('decision-0'), subject), ticking());
  await startRole('execution-0', server.bus('execution-0'), ticking());
  await startRole('position-risk-0', server.bus('position-risk-0'), ticking());
  expect(await loop.closed).toBeInstanceOf(PublishFailedError);
  await loop[Symbol.asyncDispose]();
});

test('a feed that can not store its marks says so instead of waiting', async () => {
  const server = new SimulatedServer(new VirtualClock());
  for (const role of ROLE_NAMES) await startRole(role, server.bus(role), ticking());
  const bus = refusing(server.bus('ingest-0'), 'step.mark');
  await expect(runFeed(bus, ticking(), 50, 4, () => false)).rejects.toThrow(PublishFailedError);
});

test('a snapshot that is ahead of the own marks is refused: the server lost what it had acknowledged', async () => {
  const before = new SimulatedServer(new VirtualClock());
  for (const role of ROLE_NAMES) await startRole(role, before.bus(role), ticking());
  await runFeed(before.bus('ingest-0'), ticking(), 50, 4, () => false);
  const emptied = new SimulatedServer(new VirtualClock());
  const refusal = await StepLoop.start({
    bus: emptied.bus('decision-0'),
    clock: ticking(),
    plan: { forward: [], feedback: [] },
    snapshots: bucketSnapshots(before.bus('decision-0').bucket('snapshots'), 'decision-0'),
    snapshotIntervalMs: 10,
    liveEpoch: 2,
    restore: () => ({ handle: () => undefined, snapshot: () => new Uint8Array() }),
  }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(InputError);
  expect((refusal as Error).message).toMatch(/snapshot of decision-0.*up to step 0.*Delete this snapshot/s);
  const feed = StepSource.open({
    bus: emptied.bus('ingest-0'),
    clock: ticking(),
    snapshots: bucketSnapshots(before.bus('ingest-0').bucket('snapshots'), 'ingest-0'),
    snapshotIntervalMs: 10,
    waitFor: [],
    window: 4,
  });
  await expect(feed).rejects.toThrow(/snapshot of ingest-0/);
});

test.each([1, 3])('a snapshot of another build, version %d, is refused with what to do', async (version) => {
  const server = new SimulatedServer(new VirtualClock());
  const snapshots = bucketSnapshots(server.bus('x').bucket('snapshots'), 'decision-0');
  await snapshots.save(new TextEncoder().encode(`{"version":${version}}\nstate`));
  await expect(startRole('decision-0', server.bus('decision-0'), ticking())).rejects.toThrow(
    new RegExp(`snapshot version = ${version}: .*Start the build that wrote it`, 's'),
  );
});
