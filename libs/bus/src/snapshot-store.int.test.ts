import { randomBytes } from 'node:crypto';
import { NatsFixture } from '@algo/testkit';
import { expect, test } from 'vitest';
import { bucketSnapshots } from './snapshot-store.ts';

test('a snapshot larger than a message goes through a real bucket and survives kill -9 of the server', async () => {
  await using nats = await NatsFixture.start();
  const first = randomBytes(3_500_000);
  const second = randomBytes(2_200_000);
  const store = bucketSnapshots((await nats.bus('a-0')).bucket('snapshots'), 'decision-0');
  await store.save(first);
  await store.save(second);
  await nats.server.kill();
  await nats.server.start();
  const loaded = await bucketSnapshots((await nats.bus('b-0')).bucket('snapshots'), 'decision-0').load();
  expect(Buffer.compare(loaded!, second)).toBe(0);
});
