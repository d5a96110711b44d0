import { FAMILIES, type Family, type StreamName } from '@algo/contracts';
import { InputError } from '@algo/model';
import type { AppendLog } from '../append-log.ts';
import type { Bus } from '../bus.ts';
import { type InputRun, mergeOrders, OWN, type RecordedOrder } from '../input-order.ts';
import type { SnapshotStore } from '../snapshot-store.ts';
import { type DriveSnapshot, unpack } from './drive-snapshot.ts';
import type { OwnArrival } from './inbox.ts';
import { countLife, storeFences } from './life.ts';
import { decodeRecord } from './own-records.ts';
import { type OwnWords, readOwnWords } from './own-words.ts';

/** What the own log holds behind a snapshot. */
export interface OwnPast {
  readonly arrivals: readonly OwnArrival[];
  /** Requests by number, as they were written down before they were done. */
  readonly intents: ReadonlyMap<number, { readonly key: string; readonly body: unknown }>;
  readonly left: ReadonlySet<number>;
  readonly ended: ReadonlySet<number>;
  readonly orders: readonly RecordedOrder[];
}

/** All that a life begins with. */
export interface PastLives {
  readonly snapshot: DriveSnapshot | undefined;
  readonly state: Uint8Array | undefined;
  readonly epoch: number;
  readonly fences: ReadonlyMap<StreamName, number>;
  readonly words: OwnWords;
  readonly own: OwnPast;
  /** In which order inputs were taken behind the snapshot, as far as anything that counts was said of it. */
  readonly runs: readonly InputRun[];
}

export interface PastSource {
  readonly bus: Bus;
  readonly identity: string;
  readonly families: readonly Family[];
  readonly snapshots: SnapshotStore;
  readonly log: AppendLog;
  readonly plan: { readonly epoch?: number; readonly shards?: readonly number[] };
}

/**
 * Begins a life: fences off older ones, and only then reads what they left.
 * *Errors*: InputError on a snapshot or log of another build or process, or a log that is not the snapshot's.
 */
export async function readPast(source: PastSource): Promise<PastLives> {
  const { bus, identity, families, log, plan } = source;
  const streams = [...new Set(families.map((family) => FAMILIES[family].stream))];
  const fence = async (epoch: number) => ({
    epoch,
    fences: await storeFences(bus, identity, epoch, streams),
  });
  // Where the life has its number already, others need not be silent for as long as both take.
  const [saved, fenced] = await Promise.all([
    source.snapshots.load(),
    plan.epoch === undefined ? undefined : fence(plan.epoch),
  ]);
  const { head: snapshot, state } = saved === undefined ? {} : unpack(saved, identity);
  const { epoch, fences } = fenced ?? (await fence(await countLife(bus, identity, 'SYSTEM')));
  const since = snapshot?.own ?? { epoch: 0, counts: {}, positions: {} };
  const words = await readOwnWords(bus, identity, families, since, fences, plan.shards);
  const own = await readOwnLog(log, identity, snapshot?.log ?? 0);
  const runs = mergeOrders(snapshot?.order.taken ?? 0, [...words.orders, ...own.orders]);
  const ownNeeded = Math.max(0, ...runs.map(({ source, sequence }) => (source === OWN ? sequence : 0)));
  if (ownNeeded > log.last) throw lost(log, identity, `what it said rests on those up to ${ownNeeded}`);
  return { snapshot, state, epoch, fences, words, own, runs };
}

/** A log that is gone may name orders that left: nothing is sent before it is back or books are compared. */
function lost(log: AppendLog, identity: string, because: string): InputError {
  return new InputError({
    field: `own log of ${identity}`,
    value: `records up to ${log.last}`,
    because,
    remedy: 'Put the log back that belongs to this engine, or reconcile and use a fresh data directory.',
  });
}

async function readOwnLog(log: AppendLog, identity: string, after: number): Promise<OwnPast> {
  const arrivals: OwnArrival[] = [];
  const intents = new Map<number, { key: string; body: unknown }>();
  const left = new Set<number>();
  const ended = new Set<number>();
  const orders: RecordedOrder[] = [];
  let expected = after + 1;
  for await (const { number, bytes } of log.read(after)) {
    if (number !== expected++) break; // told below
    const record = decodeRecord(bytes);
    switch (record.kind) {
      case 'intent':
        intents.set(record.request, { key: record.key, body: record.body });
        orders.push(record.order);
        break;
      case 'left':
        left.add(record.request);
        break;
      case 'order':
        orders.push(record.order);
        break;
      case 'input':
        arrivals.push({ stream: OWN, sequence: number, record });
        for (const request of [record.request, record.dropped]) if (request !== null) ended.add(request);
        if (record.order !== null) orders.push(record.order);
        break;
      default:
        return record satisfies never;
    }
  }
  if (expected !== log.last + 1)
    throw lost(log, identity, `the snapshot needs those from ${after + 1} on without a hole`);
  return { arrivals, intents, left, ended, orders };
}
