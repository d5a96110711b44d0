import { randomBytes } from 'node:crypto';
import { InputError } from '@algo/model';
import { expect, test } from 'vitest';
import type { KeyValue } from './bus.ts';
import { MemoryBus } from './memory/memory-bus.ts';
import { MemoryServer } from './memory/memory-server.ts';
import { VirtualClock } from './memory/virtual-clock.ts';
import { bucketSnapshots } from './snapshot-store.ts';

const NOISE = randomBytes(4_000_000);

/**
 * Bytes that don't compress, so that their length decides the number of chunks; others for another number.
 */
function noise(length: number, which: number): Uint8Array {
  return NOISE.subarray(which * 1_000, which * 1_000 + length);
}

function newBucket(): KeyValue {
  return new MemoryBus(new MemoryServer(new VirtualClock()), 'test').bucket('snapshots');
}

/** The same bucket for a process that dies at its n-th write: before it, or just after it. */
function dyingAt(bucket: KeyValue, writes: number, after: boolean): KeyValue {
  let left = writes;
  let isDead = false;
  const living = <Result>(work: () => Promise<Result>): Promise<Result> =>
    isDead ? Promise.reject(new Error('killed')) : work();
  return {
    ...bucket,
    get: (key) => living(() => bucket.get(key)),
    compareAndSet: async (key, value, revision) => {
      isDead ||= left-- === 0;
      if (!isDead || after) await bucket.compareAndSet(key, value, revision);
      return living(() => bucket.get(key)).then((entry) => entry?.revision);
    },
  };
}

test('a first start finds nothing', async () => {
  expect(await bucketSnapshots(newBucket(), 'decision-0').load()).toBeUndefined();
});

test('whatever was saved last is what a new process loads, whatever its size and the size before', async () => {
  const bucket = newBucket();
  for (const [index, length] of [0, 3_100_000, 10, 950_000, 2_000_000, 1].entries()) {
    const store = bucketSnapshots(bucket, 'decision-0');
    await store.load();
    await store.save(noise(length, index));
    const loaded = await bucketSnapshots(bucket, 'decision-0').load();
    expect(same(loaded, noise(length, index))).toBe(true);
  }
});

const DEATHS = [0, 1, 2, 3, 4].flatMap((dies) => [
  { dies, when: 'before' },
  { dies, when: 'after' },
]);

test.each(DEATHS)(
  'a process that dies $when write $dies leaves the old snapshot or the new one, whole',
  async (death) => {
    const bucket = newBucket();
    const save = async (store: KeyValue, snapshot: Uint8Array) => {
      const snapshots = bucketSnapshots(store, 'decision-0');
      await snapshots.load();
      await snapshots.save(snapshot);
    };
    const sizes = [1_900_000, 10, 950_000, 950_001];
    let allowed = [noise(sizes[0]!, 0)];
    await save(bucket, allowed[0]!);
    for (const [index, size] of sizes.entries()) {
      const next = noise(size, index + 1);
      const dying = dyingAt(bucket, death.dies, death.when === 'after');
      const survived = await save(dying, next).then(
        () => true,
        () => false,
      );
      const loaded = (await bucketSnapshots(bucket, 'decision-0').load())!;
      allowed = survived ? [next] : [...allowed, next];
      expect(allowed.some((snapshot) => same(snapshot, loaded))).toBe(true);
      allowed = [loaded];
    }
  },
);

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Buffer.compare(a, b) === 0;
}

test('a crash between chunks and manifest leaves the old snapshot readable', async () => {
  const bucket = newBucket();
  await bucketSnapshots(bucket, 'decision-0').save(noise(2_000_000, 1));
  const dying = bucketSnapshots(dyingAt(bucket, 3, false), 'decision-0'); // after its three chunks
  await dying.load();
  await expect(dying.save(noise(2_500_000, 2))).rejects.toThrow('killed');
  const loaded = await bucketSnapshots(bucket, 'decision-0').load();
  expect(same(loaded, noise(2_000_000, 1))).toBe(true);
});

test('a snapshot of a newer build is refused with what to do', async () => {
  const bucket = newBucket();
  await bucketSnapshots(bucket, 'decision-0').save(noise(10, 1));
  const manifest = JSON.parse(new TextDecoder().decode((await bucket.get('decision-0'))!.value)) as object;
  await bucket.put('decision-0', new TextEncoder().encode(JSON.stringify({ ...manifest, version: 2 })));
  const error = await bucketSnapshots(bucket, 'decision-0')
    .load()
    .catch((error: unknown) => error);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(/snapshot decision-0.*2.*newer build.*Start the newer build/s);
});

test('a snapshot with a missing part is refused with what to do', async () => {
  const bucket = newBucket();
  await bucketSnapshots(bucket, 'decision-0').save(noise(2_000_000, 1));
  await bucket.delete('decision-0.1.1');
  const error = await bucketSnapshots(bucket, 'decision-0')
    .load()
    .catch((error: unknown) => error);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(/snapshot decision-0.*a part is missing.*Delete the snapshot/s);
});

test('services do not touch each other', async () => {
  const bucket = newBucket();
  await bucketSnapshots(bucket, 'decision-0').save(noise(1_000_000, 1));
  await bucketSnapshots(bucket, 'decision-1').save(noise(1_000_000, 2));
  expect(same(await bucketSnapshots(bucket, 'decision-0').load(), noise(1_000_000, 1))).toBe(true);
});

test('who stood still while another took its place changes nothing of its snapshots', async () => {
  const bucket = newBucket();
  for (let stoodAt = 0; stoodAt < 4; stoodAt++)
    for (const length of [10, 1_900_000]) {
      let left = stoodAt;
      const woken = Promise.withResolvers<void>();
      const stood = Promise.withResolvers<void>();
      const frozen: KeyValue = {
        ...bucket,
        compareAndSet: async (key, value, revision) => {
          if (left-- === 0) {
            stood.resolve();
            await woken.promise;
          }
          return bucket.compareAndSet(key, value, revision);
        },
      };
      const old = bucketSnapshots(frozen, 'decision-0');
      await old.load();
      const saving = old.save(noise(length, 1)).then(() => old.save(noise(length, 2)));
      const over = saving.catch((error: Error) => error.message);
      await Promise.race([stood.promise, over]);
      const next = bucketSnapshots(bucket, 'decision-0');
      await next.load();
      for (const which of [3, 4]) await next.save(noise(1_900_000, which));
      woken.resolve();
      expect(await over).toMatch(/this one is replaced/);
      expect(same(await bucketSnapshots(bucket, 'decision-0').load(), noise(1_900_000, 4))).toBe(true);
    }
});
