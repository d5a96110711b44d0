import { eventually, NatsFixture, TcpProxy } from '@algo/testkit';
import { jetstream } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import type { PublisherOptions } from './ack-publisher.ts';
import { type Bus, PublishFailedError } from './bus.ts';
import { HEADER } from './headers.ts';
import { LaneReader } from './lanes.ts';
import { message } from './testing/bus-contract.ts';

const IMPATIENT: PublisherOptions = { window: 64, ackTimeoutMs: 200, patienceMs: 1_000 };
const SUBJECT = 'ctl.mode.x';
const KILOBYTE = 'x'.repeat(1_000);

async function ids(bus: Bus): Promise<string[]> {
  const found: string[] = [];
  for await (const m of bus.read({ stream: 'CONTROL', subjects: [SUBJECT], after: 0 })) found.push(m.id);
  return found;
}

/** Makes a stream so small that a few messages fill it; a money stream where none is named. */
async function shrink(
  nats: NatsFixture,
  maxBytes: number,
  stream: 'CONTROL' | 'DECISIONS' = 'CONTROL',
): Promise<void> {
  const admin = await nats.bus('admin');
  await admin.nats.jsm.streams.update(stream, { max_bytes: maxBytes });
}

test('a full money stream refuses: the publisher tries until its patience ends, then names what to check', async () => {
  await using nats = await NatsFixture.start();
  await shrink(nats, 4_000);
  const bus = await nats.bus('a-0', IMPATIENT);
  const stored: string[] = [];
  let failure: unknown;
  for (let i = 0; i < 10 && failure === undefined; i++)
    await bus.publish(message(SUBJECT, `m${i}`, KILOBYTE)).then(
      () => stored.push(`m${i}`),
      (error: unknown) => {
        failure = error;
      },
    );
  expect(failure).toBeInstanceOf(PublishFailedError);
  expect((failure as Error).message).toMatch(
    /^ctl\.mode\.x: not stored after \d+ ms and \d+ tries: maximum bytes exceeded\. .*the stream is not full\.$/,
  );
  expect(bus.publishRetries).toBeGreaterThan(0);
  expect(stored.length).toBeGreaterThan(0);
  expect(await ids(bus)).toEqual(stored); // nothing old made room for it
});

test('a full stream of decisions lets its oldest go: who decides goes on', async () => {
  await using nats = await NatsFixture.start();
  await shrink(nats, 4_000, 'DECISIONS');
  const bus = await nats.bus('a-0', IMPATIENT);
  for (let i = 0; i < 10; i++) await bus.publish(message('dec.made.x', `m${i}`, KILOBYTE));
  const { first, last } = await bus.bounds('DECISIONS');
  expect(last).toBe(10);
  expect(first).toBeGreaterThan(1);
  expect(bus.publishRetries).toBe(0);
});

test('room that is made within the patience lets every waiting message in, in order', async () => {
  await using nats = await NatsFixture.start();
  await shrink(nats, 4_000);
  const bus = await nats.bus('a-0');
  const publishing = Array.from({ length: 10 }, (_, i) =>
    bus.publish(message(SUBJECT, `m${i}`, KILOBYTE, { lane: { producer: 'a-0', epoch: 1, count: i + 1 } })),
  );
  await eventually('refused tries', () => bus.publishRetries > 10);
  expect((await ids(bus)).length).toBeLessThan(10);
  await shrink(nats, 1_000_000);
  const results = await Promise.all(publishing);
  expect(new Set(results.map(({ sequence }) => sequence)).size).toBe(10);
  const reader = new LaneReader(0);
  const order: string[] = [];
  for await (const m of bus.read({ stream: 'CONTROL', subjects: [SUBJECT], after: 0 }))
    reader.admit(m, (next) => order.push(next.id));
  expect(order).toEqual(Array.from({ length: 10 }, (_, i) => `m${i}`));
});

test('a server that stays away ends the patience, and the error says so', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('a-0', IMPATIENT);
  await nats.server.kill();
  await expect(bus.publish(message(SUBJECT, 'm', '1'))).rejects.toThrow(
    /no acknowledgement\. Check that nats-server runs/,
  );
});

test('a lost acknowledgement does not double the message', async () => {
  await using nats = await NatsFixture.start();
  await using wire = await TcpProxy.start(nats.server.port);
  const bus = await nats.bus('a-0', undefined, wire.url);
  const watcher = await nats.bus('b-0');
  wire.deaf = true;
  const publishing = [1, 2, 3].map((i) => bus.publish(message(SUBJECT, `m${i}`, String(i))));
  await eventually('them to be stored', async () => (await ids(watcher)).length === 3);
  wire.deaf = false;
  wire.cut();
  const stored = await Promise.all(publishing);
  expect(stored).toEqual([1, 2, 3].map((sequence) => ({ sequence, duplicate: true })));
  expect(await ids(watcher)).toEqual(['m1', 'm2', 'm3']);
});

test('a repeat that the server no longer knows is stored again, and the lane drops it', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('a-0');
  const lane = { producer: 'a-0', epoch: 1 };
  await bus.publish(message(SUBJECT, 'one', '1', { lane: { ...lane, count: 1 } }));
  await bus.publish(message(SUBJECT, 'two', '2', { lane: { ...lane, count: 2 } }));
  const repeat = headers(); // without the name by which the server knows it, as if its window had passed
  repeat.set(HEADER.id, 'two');
  repeat.set(HEADER.type, message(SUBJECT, 'two', '2').type);
  repeat.set(HEADER.lane, 'a-0/1/2');
  await jetstream(bus.nats.nc).publish(SUBJECT, '2', { headers: repeat });
  await bus.publish(message(SUBJECT, 'three', '3', { lane: { ...lane, count: 3 } }));
  const reader = new LaneReader(0);
  const passed: string[] = [];
  let stored = 0;
  for await (const m of bus.read({ stream: 'CONTROL', subjects: [SUBJECT], after: 0 })) {
    stored++;
    reader.admit(m, (next) => passed.push(next.id));
  }
  expect(stored).toBe(4);
  expect(passed).toEqual(['one', 'two', 'three']);
});
