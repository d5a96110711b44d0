import { codecs } from '@algo/contracts';
import { InputError, instrumentId } from '@algo/model';
import { eventually, NatsFixture } from '@algo/testkit';
import { expect, test } from '@jest/globals';
import { headers } from '@nats-io/transport-node';
import { type Bus, systemClock } from '../bus.ts';
import { PoisonedLaneError } from '../durable-consumer.ts';
import { HEADER } from '../headers.ts';
import type { JetStreamBus } from '../jetstream-bus.ts';
import { bucketSnapshots } from './snapshot-store.ts';
import type { Producer } from './step-inbox.ts';
import { type HandleContext, StepLoop } from './step-loop.ts';

const READABLE = codecs.TimeAdvanced.encode({
  type: 'TimeAdvanced',
  instrument: instrumentId('binance.spot.LTCUSDT'),
  timeUs: 1,
});

/** A service that decodes what it gets and writes down what it did; its work can be made to wait. */
function recorder(bus: Bus, producer: Producer, work: (n: number) => Promise<void> = async () => {}) {
  const did: string[] = [];
  let restoredFrom: string | undefined;
  const start = () =>
    StepLoop.start({
      bus,
      clock: systemClock,
      plan: { forward: [producer], feedback: [] },
      snapshots: bucketSnapshots(bus.bucket('snapshots'), bus.identity),
      snapshotIntervalMs: 600_000,
      liveEpoch: 1,
      restore: (state) => {
        restoredFrom = state === undefined ? undefined : new TextDecoder().decode(state);
        return {
          async handle(message) {
            codecs.TimeAdvanced.decode(message.data);
            did.push(`begin ${message.lane!.count}`);
            await work(message.lane!.count);
            did.push(`end ${message.lane!.count}`);
          },
          snapshot: () => new TextEncoder().encode(did.at(-1) ?? 'nothing'),
        };
      },
    });
  return { did, start, restoredFrom: () => restoredFrom };
}

const INGEST: Producer = { name: 'ingest-0', families: ['md.feed'] };
const EXECUTION: Producer = { name: 'execution-0', families: ['ord.evt'] };

function say(bus: Bus, producer: Producer, count: number, data: Uint8Array): Promise<unknown> {
  return bus.publish({
    subject: producer === INGEST ? 'md.feed.3.v.m.S' : 'ord.evt.a.v.m.S',
    type: codecs.TimeAdvanced.type,
    id: `${producer.name}:${count}`,
    timeUs: 1,
    data,
    lane: { producer: producer.name, epoch: 1, count },
  });
}

async function letters(bus: Bus) {
  const found = [];
  for await (const m of bus.read({ stream: 'DEAD_LETTERS', subjects: ['dlq.letter.>'], after: 0 }))
    found.push(codecs.DeadLetter.decode(m.data));
  return found;
}

const GARBAGE = new Uint8Array([0xff, 0xff, 0xff]);

test('what nobody can read on a market lane is set aside, and the lane goes on', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('analytics-0');
  const service = recorder(bus, INGEST);
  await using loop = await service.start();
  await say(bus, INGEST, 1, READABLE);
  await say(bus, INGEST, 2, GARBAGE);
  await say(bus, INGEST, 3, READABLE);
  await eventually('the third', () => service.did.includes('end 3'));
  await eventually('the letter', async () => (await letters(bus)).length === 1);
  expect(service.did).toEqual(['begin 1', 'end 1', 'begin 3', 'end 3']);
  expect((await letters(bus))[0]).toMatchObject({
    stream: 'MARKET',
    sequence: 2,
    subject: 'md.feed.3.v.m.S',
    consumer: 'analytics-0',
    original: GARBAGE,
  });
  expect(loop.handled).toBe(3);
});

test('what nobody can read on a money lane stops the service, with the place; so does every restart', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('position-risk-0');
  const service = recorder(bus, EXECUTION);
  await say(bus, EXECUTION, 1, READABLE);
  await say(bus, EXECUTION, 2, GARBAGE);
  await say(bus, EXECUTION, 3, READABLE);
  for (let life = 1; life <= 2; life++) {
    const loop = await service.start();
    const error = await loop.closed;
    expect(error).toBeInstanceOf(PoisonedLaneError);
    expect(error?.message).toMatch(/ORDERS.*2.*ord\.evt\.a\.v\.m\.S/);
    await loop[Symbol.asyncDispose]();
  }
  expect(service.did).not.toContain('begin 3');
  expect(await letters(bus)).toEqual([]);
});

async function sayFromTheFuture(bus: JetStreamBus, subject: string): Promise<void> {
  const h = headers();
  h.set(HEADER.schema, '99');
  h.set(HEADER.lane, 'ingest-0/1/2');
  bus.nats.nc.publish(subject, READABLE, { headers: h });
  await bus.nats.nc.flush();
}

test('a message of newer contracts stops the service before it is handled, with what to do', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('analytics-0');
  const service = recorder(bus, INGEST);
  await using loop = await service.start();
  await say(bus, INGEST, 1, READABLE);
  await sayFromTheFuture(bus, 'md.feed.3.v.m.S');
  await say(bus, INGEST, 3, READABLE);
  const error = await loop.closed;
  expect(error).toBeInstanceOf(InputError);
  expect(error?.message).toMatch(/algo-schema.*99.*Update this service, then start it again/s);
  expect(service.did).toEqual(['begin 1', 'end 1']);
  expect(await letters(bus)).toEqual([]);
});

test('a job of the own process runs between two messages, never within one, and what it says is stored', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('analytics-0');
  const first = Promise.withResolvers<void>();
  const service = recorder(bus, INGEST, (count) => (count === 1 ? first.promise : Promise.resolve()));
  await using loop = await service.start();
  await say(bus, INGEST, 1, READABLE);
  await eventually('the first to be in hand', () => service.did.includes('begin 1'));
  await say(bus, INGEST, 2, READABLE);
  const job = async ({ emit }: HandleContext) => {
    service.did.push('job begins');
    emit({
      subject: 'an.signal.3.v.m.S',
      type: codecs.TimeAdvanced.type,
      id: 'job',
      timeUs: 1,
      data: READABLE,
    });
    await Promise.resolve();
    service.did.push('job ends');
  };
  const injected = loop.inject(job);
  first.resolve();
  await injected;
  await eventually('the second', () => service.did.includes('end 2'));
  const at = service.did.indexOf('job begins');
  expect(service.did[at + 1]).toBe('job ends');
  expect(service.did.filter((what) => !what.startsWith('job'))).toEqual([
    'begin 1',
    'end 1',
    'begin 2',
    'end 2',
  ]);
  expect(service.did.indexOf('end 1')).toBeLessThan(at);
  await bus.flush();
  const said = await bus.last('ANALYTICS', 'an.signal.3.v.m.S');
  expect(said?.lane).toEqual({ producer: 'analytics-0', epoch: 1, count: 1 });
});

test('a job that fails fails for its caller; the jobs and messages behind it go on', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('analytics-0');
  const service = recorder(bus, INGEST);
  await using loop = await service.start();
  const gate = Promise.withResolvers<void>();
  const failing = loop.inject(() => gate.promise);
  const next = loop.inject(() => {
    service.did.push('next job');
  });
  await say(bus, INGEST, 1, READABLE);
  gate.reject(new RangeError('the job'));
  await expect(failing).rejects.toThrow('the job');
  await next;
  await eventually('the message', () => service.did.includes('end 1'));
  expect(service.did).toContain('next job');
});

test('a service that is stopped in order goes on behind its last message', async () => {
  await using nats = await NatsFixture.start();
  const bus = await nats.bus('analytics-0');
  const service = recorder(bus, INGEST);
  const loop = await service.start();
  for (let count = 1; count <= 5; count++) await say(bus, INGEST, count, READABLE);
  await eventually('all five', () => service.did.includes('end 5'));
  await loop[Symbol.asyncDispose]();
  expect(await loop.closed).toBeUndefined();
  await say(bus, INGEST, 6, READABLE);
  const reborn = recorder(bus, INGEST);
  await using second = await reborn.start();
  expect(reborn.restoredFrom()).toBe('end 5');
  await eventually('the sixth', () => reborn.did.includes('end 6'));
  expect(reborn.did).toEqual(['begin 6', 'end 6']);
  expect(second.handled).toBe(6);
});
