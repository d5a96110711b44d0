import type { BucketName } from '@algo/contracts';
import { JetStreamApiError } from '@nats-io/jetstream';
import type { KV, Kvm } from '@nats-io/kv';
import { errors } from '@nats-io/transport-node';
import type { KeyValue, Subscription } from './bus.ts';
import { type FollowedServer, followStream } from './follower.ts';

const WRONG_LAST_SEQUENCE = 10071;
/** As long as a publisher waits for a server that restarts. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 100;

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

/** Whether nobody answered; a server that is there and says no is an answer. */
function unanswered(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status >= 500;
  return (
    error instanceof errors.TimeoutError ||
    (error instanceof errors.RequestError && error.isNoResponders()) ||
    (error instanceof Error && error.name === 'JetStreamNotEnabled') // what the library calls "nobody answers yet"
  );
}

/** Repeats until the server answers. *Errors*: what it answers, or the last silence when patience ends. */
async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!unanswered(error) || performance.now() - startedMs > PATIENCE_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
