import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, NatsFixture } from '@algo/testkit';
import { expect, test } from 'vitest';

const KEY = 'shards';
const bytes = (value: number) => new Uint8Array([value]);

test('a watched key is told through a server that is killed, is away, and has forgotten some', async () => {
  await using nats = await NatsFixture.start();
  const writer = await nats.bus('a-0');
  const bucket = writer.bucket('leases');
  const told: (number | undefined)[] = [];
  const reader = await nats.bus('b-0');
  await using watched = await reader.watch('leases', KEY, (entry) => told.push(entry?.value[0]));
  await bucket.put(KEY, bytes(1));
  await eventually('the first value', () => told.at(-1) === 1);

  await nats.server.kill();
  await eventually('its loss to be noticed', () => reader.connection === 'disconnected');
  await nats.server.start();
  await bucket.put(KEY, bytes(2));
  await eventually('what came after', () => told.at(-1) === 2);

  await nats.server.stop();
  const store = join(nats.dir, 'jetstream');
  const backup = `${nats.dir}-backup`;
  cpSync(store, backup, { recursive: true });
  await nats.server.start();
  for (let value = 3; value < 10; value++) await bucket.put(KEY, bytes(value));
  await eventually('what will be lost', () => told.at(-1) === 9);
  await nats.server.kill();
  rmSync(store, { recursive: true });
  cpSync(backup, store, { recursive: true });
  rmSync(backup, { recursive: true });
  await nats.server.start();
  await eventually('the value that the server still knows', () => told.at(-1) === 2);
  await bucket.put(KEY, bytes(10)); // at a sequence that was told before
  await eventually('what takes the place of the lost', () => told.at(-1) === 10);

  for await (const { name } of writer.nats.jsm.consumers.list('KV_leases'))
    await writer.nats.jsm.consumers.delete('KV_leases', name);
  await bucket.put(KEY, bytes(11));
  await eventually('what came when nobody was told', () => told.at(-1) === 11);
  expect(await Promise.race([watched.closed, Promise.resolve('open')])).toBe('open');
}, 60_000);
