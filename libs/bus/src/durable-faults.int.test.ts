import { codecs } from '@algo/contracts';
import { InputError } from '@algo/model';
import { eventually, NatsFixture } from '@algo/testkit';
import { headers } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import type { Bus, DurableOptions, Verdict } from './bus.ts';
import { HEADER } from './headers.ts';
import type { JetStreamBus } from './jetstream-bus.ts';
import { message, text } from './testing/bus-contract.ts';

const SUBJECT = 'sys.service.x';
const DURABLE: DurableOptions = {
  stream: 'SYSTEM',
  durable: 'mailer',
  subjects: [SUBJECT],
  deliveriesMax: 2,
  ackWaitMs: 1_000,
  pendingMax: 10,
};

/**
 * Takes messages and dies with the first in hand, as kill -9 does: nothing is acknowledged, the socket goes.
 */
async function dieWithOne(bus: JetStreamBus): Promise<number> {
  const taken = Promise.withResolvers<number>();
  const dead = Promise.withResolvers<Verdict>();
  const consuming = await bus.consume(DURABLE, (m) => {
    taken.resolve(m.deliveries);
    return dead.promise;
  });
  const deliveries = await taken.promise;
  await bus.nats.nc.close();
  dead.resolve('done'); // nothing leaves by a closed socket
  await consuming.closed;
  return deliveries;
}

async function letters(bus: Bus) {
  const found = [];
  for await (const m of bus.read({ stream: 'DEAD_LETTERS', subjects: ['dlq.letter.>'], after: 0 }))
    found.push(codecs.DeadLetter.decode(m.data));
  return found;
}

async function publishRaw(bus: JetStreamBus, name: string, value: string, body: string): Promise<void> {
  const h = headers();
  h.set(name, value);
  bus.nats.nc.publish(SUBJECT, body, { headers: h });
  await bus.nats.nc.flush();
}

test('what a consumer died with comes again to the next one', async () => {
  await using nats = await NatsFixture.start({ durables: [DURABLE] });
  const bus = await nats.bus('a-0');
  await bus.publish(message(SUBJECT, 'm1', 'one'));
  expect(await dieWithOne(await nats.bus('mailer-0'))).toBe(1);
  const got: string[] = [];
  await using _ = await bus.consume(DURABLE, async (m) => {
    got.push(`${text(m)} ${m.deliveries}`);
    return 'done';
  });
  await eventually('the second delivery', () => got.length === 1);
  expect(got).toEqual(['one 2']);
  expect(await letters(bus)).toEqual([]);
});

test('what kills every consumer becomes a dead letter and the others are served', async () => {
  await using nats = await NatsFixture.start({ durables: [DURABLE] });
  const bus = await nats.bus('a-0');
  await bus.publish(message(SUBJECT, 'm1', 'deadly'));
  expect(await dieWithOne(await nats.bus('mailer-0'))).toBe(1);
  expect(await dieWithOne(await nats.bus('mailer-1'))).toBe(2);
  await bus.publish(message(SUBJECT, 'm2', 'harmless'));
  const got: string[] = [];
  await using _ = await bus.consume(DURABLE, async (m) => {
    got.push(text(m));
    return 'done';
  });
  await eventually('the letter', async () => (await letters(bus)).length === 1);
  await eventually('the harmless one', () => got.length === 1);
  expect(got).toEqual(['harmless']);
  const [letter] = await letters(bus);
  expect(letter).toMatchObject({
    stream: 'SYSTEM',
    sequence: 1,
    consumer: 'mailer',
    reason: 'given out 2 times without an answer',
  });
  expect(new TextDecoder().decode(letter!.original)).toBe('deadly');
});

test('kill -9 of the server between effect and acknowledgement repeats the message, and loses none', async () => {
  await using nats = await NatsFixture.start({ durables: [DURABLE] });
  const bus = await nats.bus('a-0');
  for (let i = 0; i < 20; i++) await bus.publish(message(SUBJECT, `m${i}`, String(i)));
  const effects = new Set<string>();
  await using _ = await bus.consume(DURABLE, async (m) => {
    effects.add(text(m));
    if (effects.size === 7) {
      await nats.server.kill();
      await nats.server.start();
    }
    return 'done';
  });
  await eventually('all effects', () => effects.size === 20, 25_000);
  await bus.publish(message(SUBJECT, 'later', 'later'));
  await eventually('the one after', () => effects.has('later'), 25_000);
  expect(await letters(await nats.bus('reader-0'))).toEqual([]);
}, 60_000);

test('a durable that is deleted behind the back closes with an error instead of waiting for ever', async () => {
  await using nats = await NatsFixture.start({ durables: [DURABLE] });
  const bus = await nats.bus('a-0');
  const consuming = await bus.consume(DURABLE, async () => 'done');
  await bus.nats.jsm.consumers.delete('SYSTEM', 'mailer');
  expect(await consuming.closed).toBeInstanceOf(Error);
});

test('a message of newer contracts stops the durable and is not thrown away', async () => {
  await using nats = await NatsFixture.start({ durables: [DURABLE] });
  const bus = await nats.bus('a-0');
  await publishRaw(bus, HEADER.schema, '99', 'from the future');
  const got: string[] = [];
  const consuming = await bus.consume(DURABLE, async (m) => {
    got.push(text(m));
    return 'done';
  });
  const error = await consuming.closed;
  expect(error).toBeInstanceOf(InputError);
  expect(error?.message).toMatch(/algo-schema.*99.*Update this service/s);
  expect(got).toEqual([]);
  expect(await letters(bus)).toEqual([]);
  const { num_ack_pending } = await bus.nats.jsm.consumers.info('SYSTEM', 'mailer');
  expect(num_ack_pending).toBe(1);
});

test('a message whose lane is nonsense is buried and the next one served', async () => {
  await using nats = await NatsFixture.start({ durables: [DURABLE] });
  const bus = await nats.bus('a-0');
  await publishRaw(bus, HEADER.lane, 'not a lane', 'odd');
  await bus.publish(message(SUBJECT, 'm1', 'good'));
  const got: string[] = [];
  await using _ = await bus.consume(DURABLE, async (m) => {
    got.push(text(m));
    return 'done';
  });
  await eventually('the good one', () => got.length === 1);
  await eventually('the letter', async () => (await letters(bus)).length === 1);
  expect((await letters(bus))[0]?.reason).toMatch(/algo-lane/);
});
