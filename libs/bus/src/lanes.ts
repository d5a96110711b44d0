import { codecs, familyOf, fenceFilter, laneOf, type StreamName } from '@algo/contracts';
import type { InboundMessage, LanePosition } from './bus.ts';

/** How many messages of a lane may wait for one that is missing; beyond that the lane is broken. */
const HELD_MAX = 10_000;
/** Ids that are known of each family without lanes: what comes again within so many is dropped. */
const IDS_MAX = 4_096;
/** Subjects whose lane is remembered; more than the instruments of an engine. */
const SUBJECTS_MAX = 65_536;

/** A message of a lane never came: the stream lost it, or its producer died before it was stored. */
export class LaneHoleError extends Error {
  override readonly name = 'LaneHoleError';
}

/**
 * Puts one lane of one producer in order: drops repeats, holds what came before its predecessor (a publish
 * that had to be retried). *Shape*: `count` is the dense prefix that was passed on; undefined before the
 * first message of a lane whose beginning the stream no longer holds.
 */
export class LaneReader {
  count: number | undefined;
  readonly held = new Map<number, InboundMessage>();

  constructor(count: number | undefined) {
    this.count = count;
  }

  /** Passes on what is now in order. *Errors*: LaneHoleError when too much waits for a missing message. */
  admit(message: InboundMessage, pass: (message: InboundMessage) => void): void {
    const { count, producer } = message.lane!;
    this.count ??= count - 1;
    if (count <= this.count) return;
    if (count > this.count + 1) {
      this.held.set(count, message);
      if (this.held.size > HELD_MAX)
        throw new LaneHoleError(
          `${message.stream}: message ${this.count + 1} of ${producer} (${message.subject}) is missing ` +
            `while ${this.held.size} later ones wait. The stream lost data or was pruned; ` +
            'reconcile, then start with a fresh snapshot.',
        );
      return;
    }
    this.count = count;
    pass(message);
    for (let next = this.held.get(this.count + 1); next !== undefined; next = this.held.get(this.count + 1)) {
      this.held.delete(this.count + 1);
      this.count++;
      pass(next);
    }
  }
}

/** How far the lanes of one stream were read. */
export interface StreamLanesState {
  /** By producer: its epoch, and of each lane the count that was passed on last. */
  readonly producers: Readonly<
    Record<string, { readonly epoch: number; readonly lanes: Readonly<Record<string, number>> }>
  >;
  /** By family without lanes: the ids that came last. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
}

interface ProducerLanes {
  epoch: number;
  readonly lanes: Map<string, LaneReader>;
  /** The same readers by subject. */
  readonly bySubject: Map<string, LaneReader>;
}

/**
 * Reads one stream: puts each lane in order and heeds the fences. A fence says that its producer is in a new
 * epoch: what an older one left behind a hole, or stores behind the fence, is void. What has no lane
 * (commands of people) passes as it comes, once.
 */
export class StreamLanes {
  readonly #isPruned: boolean;
  readonly #fence: string;
  readonly #producers = new Map<string, ProducerLanes>();
  readonly #ids = new Map<string, Set<string>>();

  /**
   * `isPruned`: the stream no longer holds its beginning, so a lane not met before begins where it is met.
   */
  constructor(stream: StreamName, isPruned: boolean, state?: StreamLanesState) {
    this.#isPruned = isPruned;
    this.#fence = fenceFilter(stream).slice(0, -1);
    for (const [producer, { epoch, lanes }] of Object.entries(state?.producers ?? {}))
      this.#producers.set(producer, {
        epoch,
        lanes: new Map(Object.entries(lanes).map(([lane, count]) => [lane, new LaneReader(count)])),
        bySubject: new Map(),
      });
    for (const [family, ids] of Object.entries(state?.ids ?? {})) this.#ids.set(family, new Set(ids));
  }

  /**
   * Takes the stream's next message; passes on what is now in order. *Errors*: LaneHoleError, ContractError
   * of a fence.
   */
  admit(message: InboundMessage, pass: (message: InboundMessage) => void): void {
    const { lane, subject } = message;
    if (lane !== undefined) this.#admitInLane(message, lane, pass);
    else if (subject.startsWith(this.#fence)) {
      const { producer, epoch } = codecs.LaneFenced.decode(message.data);
      this.#enter(producer, epoch);
    } else if (this.#isNew(message)) pass(message);
  }

  /** The sequence before the first message that still waits for another; undefined when none waits. */
  get waitsFrom(): number | undefined {
    let first: number | undefined;
    for (const { lanes } of this.#producers.values())
      for (const { held } of lanes.values())
        for (const { sequence } of held.values())
          if (first === undefined || sequence <= first) first = sequence - 1;
    return first;
  }

  state(): StreamLanesState {
    const producers = [...this.#producers].map(([producer, { epoch, lanes }]) => {
      const met = [...lanes].filter(([, reader]) => reader.count !== undefined);
      return [producer, { epoch, lanes: Object.fromEntries(met.map(([lane, { count }]) => [lane, count])) }];
    });
    const ids = [...this.#ids].map(([family, known]) => [family, [...known]]);
    return { producers: Object.fromEntries(producers), ids: Object.fromEntries(ids) };
  }

  #admitInLane(message: InboundMessage, lane: LanePosition, pass: (message: InboundMessage) => void): void {
    // A fence is stored before anything of its epoch; who never saw it met the stream behind it.
    const producer = this.#enter(lane.producer, lane.epoch);
    if (lane.epoch < producer.epoch) return;
    this.#readerOf(producer, message.subject).admit(message, pass);
  }

  /** Returns a producer's lanes, in this epoch where they were in an older one. */
  #enter(name: string, epoch: number): ProducerLanes {
    let producer = this.#producers.get(name);
    if (producer === undefined) {
      producer = { epoch, lanes: new Map(), bySubject: new Map() };
      this.#producers.set(name, producer);
    } else if (epoch > producer.epoch) {
      producer.epoch = epoch;
      for (const reader of producer.lanes.values()) reader.held.clear();
    }
    return producer;
  }

  #readerOf(producer: ProducerLanes, subject: string): LaneReader {
    let reader = producer.bySubject.get(subject);
    if (reader !== undefined) return reader;
    const lane = laneOf(subject);
    reader = producer.lanes.get(lane) ?? new LaneReader(this.#isPruned ? undefined : 0);
    producer.lanes.set(lane, reader);
    if (producer.bySubject.size >= SUBJECTS_MAX) producer.bySubject.clear();
    producer.bySubject.set(subject, reader);
    return reader;
  }

  #isNew({ subject, id }: InboundMessage): boolean {
    const family = familyOf(subject) ?? subject;
    let known = this.#ids.get(family);
    if (known === undefined) {
      known = new Set();
      this.#ids.set(family, known);
    }
    if (known.has(id)) return false;
    known.add(id);
    if (known.size > IDS_MAX) known.delete(known.values().next().value!);
    return true;
  }
}
