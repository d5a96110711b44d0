import { codecs, type StreamName, subjects } from '@algo/contracts';
import { InputError } from '@algo/model';
import type { Bus } from '../bus.ts';

/**
 * Who else begins a life of the same process at this moment gets another number; more than so many is a
 * mistake.
 */
const TRIES_MAX = 10;

/**
 * Returns the number of the life that begins now: one more than the last one's, by the counter and by the
 * fences of this stream.
 * *Errors*: InputError when others of the same name begin one again and again.
 */
export async function countLife(bus: Bus, identity: string, stream: StreamName): Promise<number> {
  // The bucket may be lost while the streams are not: below its own fences a life would say nothing but
  // void words.
  const fenced = await fencedEpoch(bus, identity, stream);
  const leases = bus.bucket('leases');
  const key = `life.${identity}`;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const entry = await leases.get(key);
    const counted = entry === undefined ? 0 : Number(new TextDecoder().decode(entry.value));
    const epoch = Math.max(counted, fenced) + 1;
    const value = new TextEncoder().encode(String(epoch));
    if ((await leases.compareAndSet(key, value, entry?.revision ?? 0)) !== undefined) return epoch;
  }
  throw new InputError({
    field: key,
    value: TRIES_MAX,
    because: 'other processes of the same name begin a life at the same time',
    remedy: 'Run one process of this name only.',
    isPassing: true,
  });
}

/**
 * Stores a fence in each stream and returns their sequences: what older lives of this process store behind
 * them is void.
 */
export async function storeFences(
  bus: Bus,
  producer: string,
  epoch: number,
  streams: readonly StreamName[],
): Promise<ReadonlyMap<StreamName, number>> {
  const stored = streams.map(async (stream): Promise<[StreamName, number]> => {
    const subject = subjects.fence(stream, producer);
    const { sequence } = await bus.publish({
      subject,
      type: codecs.LaneFenced.type,
      id: `${subject}/${epoch}`,
      timeUs: 0,
      data: codecs.LaneFenced.encode({ producer, epoch }),
    });
    return [stream, sequence];
  });
  return new Map(await Promise.all(stored));
}

/** Returns the epoch of the newest fence of a process in a stream; 0 when there is none. */
export async function fencedEpoch(bus: Bus, producer: string, stream: StreamName): Promise<number> {
  const fence = await bus.last(stream, subjects.fence(stream, producer));
  return fence === undefined ? 0 : codecs.LaneFenced.decode(fence.data).epoch;
}
