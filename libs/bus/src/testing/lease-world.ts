import type { KeyValue } from '../bus.ts';
import { Lease, type LeaseOptions } from '../lease.ts';
import { MemoryBus } from '../memory/memory-bus.ts';
import { MemoryServer } from '../memory/memory-server.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';

export const TTL_MS = 3_000;
export const KEY = 'execution.paper-main';
/** Longer than any sleep between two looks at the lease, so that whoever waits has looked. */
export const A_LOOK_MS = 200;

export type Fault = 'none' | 'away' | 'answer lost' | 'slow';

/** The bucket as one process reaches it. */
export function through(bucket: KeyValue, clock: VirtualClock, fault: () => Fault): KeyValue {
  return {
    ...bucket,
    async get(key) {
      if (fault() === 'away') throw new Error('no server');
      return bucket.get(key);
    },
    async compareAndSet(key, value, revision) {
      if (fault() === 'away') throw new Error('no server');
      if (fault() === 'slow') await clock.sleep(TTL_MS / 2);
      const result = await bucket.compareAndSet(key, value, revision);
      if (fault() === 'answer lost') throw new Error('timeout');
      return result;
    },
  };
}

export function options(holder: string, more: Partial<LeaseOptions> = {}): LeaseOptions {
  return { key: KEY, holder, ttlMs: TTL_MS, renewMs: 1_000, epochFloor: 0, isOver: () => false, ...more };
}

export function world() {
  const clock = new VirtualClock(1_000_000);
  const bucket = new MemoryBus(new MemoryServer(clock), 'test').bucket('leases');
  const faults = new Map<string, Fault>();
  const acquire = (holder: string, more: Partial<LeaseOptions> = {}, signal = new AbortController().signal) =>
    Lease.acquire(
      through(bucket, clock, () => faults.get(holder) ?? 'none'),
      options(holder, more),
      clock,
      signal,
    );
  return { clock, bucket, faults, acquire };
}

/** What a promise has come to by now; undefined while it is open. */
export async function now<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  let result: Value | undefined;
  promise.then(
    (value) => {
      result = value;
    },
    () => undefined,
  );
  await new Promise((resolve) => setImmediate(resolve));
  return result;
}
