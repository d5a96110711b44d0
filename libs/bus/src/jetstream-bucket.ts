import type { BucketName } from '@algo/contracts';
import { JetStreamApiError } from '@nats-io/jetstream';
import type { KV, Kvm } from '@nats-io/kv';
import type { KeyValue } from './bus.ts';

const WRONG_LAST_SEQUENCE = 10071;

/** Key-value over a JetStream bucket, read from the leader so that a decision never rests on a stale copy. */
export function jetStreamBucket(kvm: Kvm, name: BucketName): KeyValue {
  let opened: Promise<KV> | undefined;
  const kv = () => (opened ??= kvm.open(name));
  return {
    async get(key) {
      const entry = await (await kv()).get(key);
      if (entry === null || entry.operation !== 'PUT') return undefined;
      return { value: entry.value, revision: entry.revision };
    },
    async put(key, value) {
      return (await kv()).put(key, value);
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
      await (await kv()).delete(key);
    },
  };
}
