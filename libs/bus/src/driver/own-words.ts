import {
  FAMILIES,
  type Family,
  familyFilters,
  familyOf,
  laneOf,
  SHARDED,
  STREAMS,
  type StreamName,
  subjects,
} from '@algo/contracts';
import { InputError } from '@algo/model';
import type { Bus, InboundMessage } from '../bus.ts';
import type { RecordedOrder } from '../input-order.ts';
import { StreamLanes } from '../lanes.ts';

/** How far a process's own lanes had come, and up to where in each stream nothing else of it lies. */
export interface OwnLanesState {
  readonly epoch: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly positions: Readonly<Partial<Record<StreamName, number>>>;
}

/** What older lives said, as far as it counts. */
export interface OwnWords {
  /** By lane and count. */
  readonly said: ReadonlyMap<string, ReadonlyMap<number, InboundMessage>>;
  /** How far each lane has come with it. */
  readonly counts: ReadonlyMap<string, number>;
  readonly orders: readonly RecordedOrder[];
}

/**
 * Reads what older lives of a process said since a snapshot, up to this life's fences. As for every reader,
 * the dense prefix of each lane counts: what stands behind a hole, or was stored by an old life behind the
 * fence of a newer one, was never said. `shards`: it speaks of no others.
 * *Errors*: InputError where the stream has let go of words behind the snapshot: a hole shows it, or, where
 * money depends on it, that nothing is left of them. Readers would pass over what is counted from there anew.
 */
export async function readOwnWords(
  bus: Bus,
  identity: string,
  families: readonly Family[],
  since: OwnLanesState,
  fences: ReadonlyMap<StreamName, number>,
  shards?: readonly number[],
): Promise<OwnWords> {
  const said = new Map<string, Map<number, InboundMessage>>();
  const counts = new Map(Object.entries(since.counts));
  const orders: RecordedOrder[] = [];
  const keep = (message: InboundMessage) => {
    if (message.lane === undefined) return; // not said by a machine
    const lane = laneOf(message.subject);
    const words = said.get(lane) ?? new Map<number, InboundMessage>();
    said.set(lane, words.set(message.lane.count, message));
    counts.set(lane, message.lane.count);
    if (message.order !== undefined) orders.push(message.order);
  };
  const readOne = async ([stream, fence]: [StreamName, number]): Promise<void> => {
    const after = since.positions[stream];
    const own = families.filter((family) => FAMILIES[family].stream === stream);
    // Who hardly says his order has his place in that stream where his life began: by all others' words the
    // next life's start would grow with the age of this one.
    const words = own.flatMap((of) => {
      if (of === 'sys.order') return [subjects.inputsTaken(identity)];
      return familyFilters(of, SHARDED.has(of) ? shards : undefined);
    });
    const filters = [...words, subjects.fence(stream, identity)];
    const isSince = async (subject: string) =>
      ((await bus.last(stream, subject))?.sequence ?? 0) > (after ?? 0);
    const [{ first }, ...areSince] = await Promise.all([bus.bounds(stream), ...words.map(isSince)]);
    let isAnyLeft = false;
    const lanes = new StreamLanes(stream, after === undefined && first > 1, {
      producers: { [identity]: { epoch: since.epoch, lanes: countsIn(stream, since.counts) } },
      ids: {},
    });
    // Who was handed on in peace has said nothing since; to see that takes less than to read the stream.
    const found = areSince.includes(true) ? bus.read({ stream, subjects: filters, after: after ?? 0 }) : [];
    for await (const message of found) {
      if (message.sequence >= fence) break;
      if ((message.lane?.producer ?? identity) !== identity) continue;
      lanes.admit(message, keep);
      isAnyLeft ||= message.lane !== undefined; // the fence of a life that was refused says nothing
    }
    // A market's stream lets go by age, days after whoever spoke there has ended: it may have said nothing.
    const isGone = lanes.waitsFrom !== undefined || (!isAnyLeft && STREAMS[stream].keep === 'money');
    if (after !== undefined && first > after + 1 && isGone) throw forgotten(stream, identity, after, first);
  };
  await Promise.all([...fences].map(readOne));
  return { said, counts, orders };
}

function forgotten(stream: StreamName, identity: string, after: number, first: number): InputError {
  return new InputError({
    field: `stream ${stream}`,
    value: `begins at ${first}`,
    because: `the snapshot of ${identity} is from ${after}, and what it said since then is gone`,
    remedy: 'Give the stream a larger bound; to go on now, reconcile and use a fresh data directory.',
  });
}

function countsIn(stream: StreamName, counts: Readonly<Record<string, number>>): Record<string, number> {
  const inStream = ([lane]: [string, number]) => FAMILIES[familyOf(`${lane}.`)!].stream === stream;
  return Object.fromEntries(Object.entries(counts).filter(inStream));
}
