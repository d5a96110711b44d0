import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { StreamName } from '@algo/contracts';
import { eventually, NatsFixture } from '@algo/testkit';
import { expect, test } from 'vitest';
import type { Bus, InboundMessage, Stored } from './bus.ts';
import { LaneReader } from './lanes.ts';
import { message } from './testing/bus-contract.ts';

const LANES = ['ingest-0', 'ingest-1', 'ingest-2'];

/** Publishes to each lane in turn, with the window always full. */
async function flood(bus: Bus, subject: string, total: number, onStored: () => void): Promise<Stored[]> {
  const stored: Promise<Stored>[] = [];
  for (let i = 0; i < total; i++) {
    const producer = LANES[i % LANES.length]!;
    const count = Math.floor(i / LANES.length) + 1;
    await bus.ready();
    const outbound = message(subject, `${producer}:${count}`, `${count}`, {
      lane: { producer, epoch: 1, count },
    });
    stored.push(bus.publish(outbound));
    stored.at(-1)!.then(onStored, () => undefined);
  }
  return Promise.all(stored);
}

async function readAll(bus: Bus, stream: StreamName, subject: string): Promise<InboundMessage[]> {
  const messages: InboundMessage[] = [];
  for await (const m of bus.read({ stream, subjects: [subject], after: 0 })) messages.push(m);
  return messages;
}

/** What readers of the lanes make of these messages: one list of counts for each. */
function byLane(messages: readonly InboundMessage[]): Record<string, number[]> {
  const readers = new Map(LANES.map((lane) => [lane, new LaneReader(0)]));
  const out: Record<string, number[]> = {};
  for (const m of messages)
    readers.get(m.lane!.producer)!.admit(m, (next) => {
      out[next.lane!.producer] ??= [];
      out[next.lane!.producer]!.push(next.lane!.count);
    });
  for (const reader of readers.values()) expect(reader.held.size).toBe(0);
  return out;
}

function dense(total: number): Record<string, number[]> {
  const counts = (lane: number) =>
    Array.from({ length: Math.ceil((total - lane) / LANES.length) }, (_, i) => i + 1);
  return Object.fromEntries(LANES.map((producer, lane) => [producer, counts(lane)]));
}

test.each([
  ['CONTROL', 'ctl.mode.x'],
  ['MARKET', 'md.trades.3.v.m.S'],
] as const)(
  'kill -9 of the server under a full window costs %s nothing',
  async (stream, subject) => {
    await using nats = await NatsFixture.start();
    const publisher = await nats.bus('ingest-0');
    const reader = await nats.bus('reader-0');
    const followed: InboundMessage[] = [];
    await using following = await reader.follow({ stream, subjects: [subject], after: 0 }, (m) => {
      followed.push(m);
    });
    let acknowledged = 0;
    const killed = new Map([1_500, 4_000].map((at) => [at, Promise.withResolvers<void>()]));
    const flooding = flood(publisher, subject, 6_000, () => {
      const now = killed.get(++acknowledged);
      if (now === undefined) return;
      nats.server.signal('SIGKILL'); // at this very acknowledgement, with the window full behind it
      now.resolve();
    });
    for (const now of killed.values()) {
      await now.promise;
      await nats.server.kill();
      await nats.server.start();
    }
    await flooding;
    await eventually('the publisher to be back', () => publisher.connection === 'connected');
    await publisher.flush();
    const stored = await readAll(await nats.bus('reader-1'), stream, subject);
    expect(new Set(stored.map((m) => m.id)).size).toBe(stored.length);
    expect(byLane(stored)).toEqual(dense(6_000));
    await eventually('the follower to be through', () => followed.length >= 6_000, 20_000);
    expect(new Set(followed.map((m) => m.id)).size).toBe(followed.length);
    expect(byLane(followed)).toEqual(dense(6_000));
    expect(
      await Promise.race([following.closed, new Promise((resolve) => setImmediate(resolve, 'open'))]),
    ).toBe('open');
  },
  60_000,
);

test('a server that lost what it had acknowledged gets it again, and nobody misses what took its place', async () => {
  await using nats = await NatsFixture.start();
  const subject = 'md.trades.3.v.m.S';
  const first = await nats.bus('ingest-0');
  const second = await nats.bus('ingest-1');
  const reader = await nats.bus('reader-0');
  const followed: string[] = [];
  await using _ = await reader.follow({ stream: 'MARKET', subjects: ['md.trades.>'], after: 0 }, (m) => {
    followed.push(m.id);
  });
  for (let i = 1; i <= 5; i++) await first.publish(message(subject, `kept:${i}`, `${i}`));
  await eventually('what is kept', () => followed.length === 5);
  await nats.server.stop();
  const backup = `${nats.dir}-backup`;
  cpSync(join(nats.dir, 'jetstream'), backup, { recursive: true });
  await nats.server.start();
  for (let i = 1; i <= 5; i++) await first.publish(message(subject, `lost:${i}`, `${i}`));
  await eventually('what will be lost', () => followed.length === 10);
  await nats.server.kill();
  rmSync(join(nats.dir, 'jetstream'), { recursive: true });
  cpSync(backup, join(nats.dir, 'jetstream'), { recursive: true });
  rmSync(backup, { recursive: true });
  const after = [1, 2, 3].map((i) => second.publish(message(subject, `new:${i}`, `${i}`)));
  await nats.server.start();
  await Promise.all(after);
  await eventually('the first to be back', () => first.connection === 'connected');
  await first.flush();
  const wanted = ['kept', 'lost'].flatMap((kind) => [1, 2, 3, 4, 5].map((i) => `${kind}:${i}`));
  const all = [...wanted, 'new:1', 'new:2', 'new:3'].toSorted();
  const judge = await nats.bus('reader-1');
  expect((await readAll(judge, 'MARKET', 'md.trades.>')).map((m) => m.id).toSorted()).toEqual(all);
  await eventually('what took the place of the lost', () => followed.length >= all.length);
  expect(followed.toSorted()).toEqual(all);
}, 60_000);

test('a server that stands still for three seconds is waited for', async () => {
  await using nats = await NatsFixture.start();
  const publisher = await nats.bus('ingest-0');
  const reader = await nats.bus('reader-0');
  const followed: InboundMessage[] = [];
  await using _ = await reader.follow({ stream: 'CONTROL', subjects: ['ctl.mode.x'], after: 0 }, (m) => {
    followed.push(m);
  });
  let acknowledged = 0;
  const stopped = Promise.withResolvers<void>();
  const flooding = flood(publisher, 'ctl.mode.x', 4_000, () => {
    if (++acknowledged !== 1_000) return;
    nats.server.signal('SIGSTOP');
    stopped.resolve();
  });
  await stopped.promise;
  await pause(3_000); // the fault itself
  expect(acknowledged).toBeLessThan(4_000);
  nats.server.signal('SIGCONT');
  const stored = await flooding;
  expect(new Set(stored.map(({ sequence }) => sequence)).size).toBe(4_000);
  await eventually('the follower to be through', () => followed.length >= 4_000, 20_000);
  expect(byLane(followed)).toEqual(dense(4_000));
}, 60_000);
