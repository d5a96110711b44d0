import { STREAMS, type StreamName } from '@algo/contracts';

/** What one stream was given. */
export interface StreamCount {
  messages: number;
  bytes: number;
}

/** What a simulated day left behind. *Units*: bytes, real ms. */
export interface DaySizes {
  readonly day: number;
  /** State of each service's machine at the end of the day. */
  readonly snapshots: ReadonlyMap<string, number>;
  /** What the key-value buckets hold. */
  readonly buckets: number;
  /** Given to each stream within the day. */
  readonly streams: ReadonlyMap<StreamName, StreamCount>;
  /** Written to and kept in the own logs of all services. */
  /** Since the first day. */
  readonly logs: { readonly written: number; readonly kept: number };
  readonly startMs: ReadonlyMap<string, number>;
  readonly entries: number;
  readonly orders: number;
  readonly openOrders: number;
  readonly openPositions: number;
}

/** Memory of the process after a collection. *Units*: bytes. */
export interface Memory {
  /** Objects and the buffers that they hold. */
  readonly heap: number;
  readonly resident: number;
}

const DAY_MS = 86_400_000;
const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
const kib = (bytes: number) => Math.round(bytes / 1024);

/** Returns one day in one line and the figures of each service. */
export function lineOf(sizes: DaySizes, { heap, resident }: Memory, seconds: number): string {
  const { day, entries, orders, openOrders, openPositions, buckets, logs } = sizes;
  const perService = (of: ReadonlyMap<string, number>, text: (value: number) => string | number) =>
    [...of].map(([identity, value]) => `${identity.split('.')[0]} ${text(value)}`).join(', ');
  return [
    `day ${day} in ${seconds.toFixed(0)} s: heap ${mib(heap)} MiB, resident ${mib(resident)} MiB; ` +
      `${entries} entries, ${orders} orders, open ${openOrders} orders and ${openPositions} positions`,
    `  snapshots KiB: ${perService(sizes.snapshots, kib)}; buckets ${kib(buckets)} KiB; ` +
      `own logs ${mib(logs.written)} MiB written so far, ${kib(logs.kept)} KiB kept`,
    `  start-up ms: ${perService(sizes.startMs, Math.round)}`,
    `  streams MiB (messages): ${[...sizes.streams]
      .map(([name, { bytes, messages }]) => `${name} ${mib(bytes)} (${messages})`)
      .join(', ')}`,
  ].join('\n');
}

/** Returns what the streams come to at a day's rate: how full each is in the end, or when it is. */
export function streamLines({ streams }: DaySizes): string[] {
  return [...streams].map(([name, { bytes }]) => {
    const { maxBytes, maxAgeMs, keep } = STREAMS[name];
    const days = maxAgeMs / DAY_MS;
    const share = (bytes * days) / maxBytes;
    const end =
      share <= 1
        ? `never full: ${(share * 100).toFixed(share < 0.1 ? 1 : 0)} % after ${days} days`
        : `full after ${Math.round(maxBytes / bytes)} days, ${keep === 'money' ? 'refuses' : 'oldest go'}`;
    return `  ${name}: ${mib(bytes)} MiB a day of ${mib(maxBytes)} MiB, ${end}`;
  });
}
