import type { BucketName } from '@algo/contracts';
import { JetStreamApiError } from '@nats-io/jetstream';
import type { KV, Kvm } from '@nats-io/kv';
import type { KeyValue, Subscription } from './bus.ts';
import { type FollowedServer, followStream } from './follower.ts';
import { patiently } from './patiently.ts';

const WRONG_LAST_SEQUENCE = 10071;

/**
 * Key-value over a JetStream bucket, read from the leader so that a decision never rests on a stale copy.
 * What may be said twice (get, put, delete) waits for a server that restarts; a comparison that got no answer
 * fails, its caller must look.
 */
export function jetStreamBucket(kvm: Kvm, name: BucketName): KeyValue {
  let opened: Promise<KV> | undefined;
  const kv = () => (opened ??= kvm.open(name));
  return {
    async get(key) {
      const entry = await patiently(async () => (await kv()).get(key));
      if (entry === null || entry.operation !== 'PUT') return undefined;
      return { value: entry.value, revision: entry.revision };
    },
    async put(key, value) {
      return patiently(async () => (await kv()).put(key, value));
    },
    async compareAndSet(key, value, revision) {
      const bucket = await kv();
      try {
        return await (revision === 0 ? bucket.create(key, value) : bucket.update(key, value, revision));
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE) return undefined;
        throw error;
      }
    },
    async delete(key) {
      await patiently(async () => (await kv()).delete(key));
    },
  };
}

/** Looks at a key whenever the stream behind its bucket says that it changed, and after each interruption. */
export function watchKey(
  server: FollowedServer,
  name: BucketName,
  key: string,
  look: () => Promise<void>,
): Promise<Subscription> {
  return followStream(server, { stream: `KV_${name}`, subjects: [`$KV.${name}.${key}`], after: 0 }, look);
}
