import { setTimeout as pause } from 'node:timers/promises';
import { InputError } from '@algo/model';
import { eventually, NatsFixture, TcpProxy } from '@algo/testkit';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { followStream } from './follower.ts';
import { HEADER } from './headers.ts';
import type { JetStreamBus } from './jetstream-bus.ts';
import { message, text } from './testing/bus-contract.ts';

const SUBJECT = 'sys.service.x';

async function fill(bus: JetStreamBus, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    await bus.ready();
    void bus.publish(message(SUBJECT, `m${i}`, String(i)));
  }
  await bus.flush();
}

/** What the server knows of the stream's consumers. */
async function consumersOf(bus: JetStreamBus) {
  const found = [];
  for await (const consumer of bus.nats.jsm.consumers.list('SYSTEM')) found.push(consumer);
  return found;
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

test('a consumer that is deleted behind the back is made again, without loss or repeat', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('a-0');
  await fill(bus, 0, 100);
  const got: number[] = [];
  await using _ = await bus.follow({ stream: 'SYSTEM', subjects: [SUBJECT], after: 0 }, (m) => {
    got.push(Number(text(m)));
  });
  await eventually('what was there', () => got.length === 100);
  for (const consumer of await consumersOf(bus)) await bus.nats.jsm.consumers.delete('SYSTEM', consumer.name);
  await fill(bus, 100, 200);
  await eventually('what came after', () => got.length >= 200);
  expect(got).toEqual(upTo(200));
});

// In a cluster a consumer is made at one server and asked through another, which may not know of it yet.
test('a consumer that nobody knows when it is first asked is made again before its heartbeats', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('a-0');
  await fill(bus, 0, 10);
  const { nc, jsm } = bus.nats;
  const { consumers } = jetstream(nc);
  let made = 0;
  const get: JetStreamClient['consumers']['get'] = async (stream, about) => {
    const consumer = await consumers.get(stream, about);
    const { name } = await consumer.info(true);
    if (++made === 1) await jsm.consumers.delete(stream, name);
    return consumer;
  };
  const got: number[] = [];
  const server = { js: { consumers: { get } }, jsm, state: () => bus.connection, watch: () => () => {} };
  await using _ = await followStream(server, { stream: 'SYSTEM', subjects: [SUBJECT], after: 0 }, (m) => {
    got.push(Number(text(m)));
  });
  await eventually('what was there', () => got.length === 10, 2_000);
  expect([made, got]).toEqual([2, upTo(10)]);
});

test('a reader whose consumer is deleted between two batches reads on, without loss or repeat', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('a-0');
  await fill(bus, 0, 2_500); // two batches and a half
  const got: number[] = [];
  for await (const m of bus.read({ stream: 'SYSTEM', subjects: [SUBJECT], after: 0 })) {
    got.push(Number(text(m)));
    if (got.length === 500 || got.length === 1_500)
      for (const consumer of await consumersOf(bus))
        await bus.nats.jsm.consumers.delete('SYSTEM', consumer.name);
  }
  expect(got).toEqual(upTo(2_500));
}, 60_000);

test('a wire that is cut again and again costs nothing', async () => {
  await using nats = await NatsFixture.start();
  await using wire = await TcpProxy.start(nats.server.port);
  const publisher = await nats.bus('a-0');
  const reader = await nats.bus('b-0', undefined, wire.url);
  const got: number[] = [];
  await using _ = await reader.follow({ stream: 'SYSTEM', subjects: [SUBJECT], after: 0 }, (m) => {
    got.push(Number(text(m)));
  });
  for (let round = 1; round <= 4; round++) {
    await fill(publisher, (round - 1) * 300, round * 300);
    await eventually('part of the round', () => got.length >= (round - 1) * 300 + 1);
    wire.cut();
  }
  await eventually('all of it', () => got.length >= 1_200, 20_000);
  expect(got).toEqual(upTo(1_200));
});

test('a handler that stalls longer than the heartbeats is not given ever more when it goes on', async () => {
  await using nats = await NatsFixture.start();
  const publisher = await nats.bus('a-0');
  await fill(publisher, 0, 6_000);
  const reader = await nats.bus('b-0');
  const stalls = new Map([10, 600].map((at) => [at, Promise.withResolvers<void>()]));
  const got: number[] = [];
  await using _ = await reader.follow({ stream: 'SYSTEM', subjects: [SUBJECT], after: 0 }, (m) => {
    got.push(Number(text(m)));
    return stalls.get(got.length)?.promise;
  });
  await eventually('the first stall', () => got.length === 10);
  await pause(6_000); // the fault itself: three times as long as the heartbeats may be missed
  stalls.get(10)!.resolve();
  await eventually('the second stall', () => got.length === 600);
  for (const { num_waiting, delivered } of await consumersOf(publisher)) {
    expect(num_waiting).toBeLessThanOrEqual(2); // pulls of 512 each
    expect(delivered.stream_seq).toBeLessThanOrEqual(600 + 2 * 512);
  }
  stalls.get(600)!.resolve();
  await eventually('all of it', () => got.length >= 6_000, 20_000);
  expect(got).toEqual(upTo(6_000));
});

test('a message of newer contracts stops the follower, before it was handled, with what to do', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('a-0');
  await fill(bus, 0, 1);
  const h = headers();
  h.set(HEADER.schema, '99');
  bus.nats.nc.publish(SUBJECT, 'from the future', { headers: h });
  await bus.nats.nc.flush();
  await fill(bus, 1, 2);
  const got: string[] = [];
  const following = await bus.follow({ stream: 'SYSTEM', subjects: [SUBJECT], after: 0 }, (m) => {
    got.push(text(m));
  });
  const error = await following.closed;
  expect(error).toBeInstanceOf(InputError);
  expect(error?.message).toMatch(/algo-schema.*99.*Update this service/s);
  expect(got).toEqual(['0']);
});

test('a handler that fails closes the follower with its failure', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('a-0');
  await fill(bus, 0, 3);
  const got: string[] = [];
  const following = await bus.follow({ stream: 'SYSTEM', subjects: [SUBJECT], after: 0 }, (m) => {
    got.push(text(m));
    if (got.length === 2) throw new RangeError('the second');
  });
  expect(await following.closed).toEqual(new RangeError('the second'));
  expect(got).toEqual(['0', '1']);
  await following[Symbol.asyncDispose]();
});

test('a follower of a stream that is not there says so at once', async () => {
  await using nats = await NatsFixture.start({ provisioned: false });
  const bus = await nats.bus('a-0');
  await expect(
    bus.follow({ stream: 'SYSTEM', subjects: [SUBJECT], after: 0 }, () => undefined),
  ).rejects.toThrow('stream not found');
});
