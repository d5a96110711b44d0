import { codecs, type Family, familyOf, laneOf, type StepMark, type StreamName } from '@algo/contracts';
import type { TimeUs } from '@algo/model';
import type { InboundMessage } from '../bus.ts';
import { LaneReader, type LaneSnapshot } from '../lane-reader.ts';

/** One producer that a service reads from, and which families of it. */
export interface Producer {
  readonly name: string;
  readonly families: readonly Family[];
  /** Only these virtual shards of sharded families; all when absent. */
  readonly shards?: readonly number[];
}

export interface InboxPlan {
  readonly forward: readonly Producer[];
  readonly feedback: readonly Producer[];
}

/** A step that is complete on every lane: all its messages, in an order that is the same on every run. */
export interface ReadyStep {
  readonly step: number;
  readonly timeUs: TimeUs;
  readonly messages: readonly InboundMessage[];
}

export interface InboxSnapshot {
  readonly step: number;
  /** The last step taken of each producer: a feedback producer is one step behind. */
  readonly consumed: Readonly<Record<string, number>>;
  readonly positions: Readonly<Partial<Record<StreamName, number>>>;
  /** Lanes by `producer/lane`, as far as they were processed. */
  readonly lanes: Readonly<Record<string, LaneSnapshot>>;
  readonly recentIds: readonly string[];
}

interface Marked {
  readonly step: number;
  readonly timeUs: TimeUs;
  readonly need: readonly { readonly lane: string; readonly count: number }[];
}

interface Incoming {
  readonly plan: Producer;
  /** By `keyOf`. */
  readonly lanes: Map<string, { reader: LaneReader; waiting: InboundMessage[] }>;
  marked: Marked[];
  markedThrough: number;
  consumed: number;
  /** The last step that a mark of the stream has told of; signals run ahead of it. */
  storedThrough: number;
  /** Marks of the stream that speak of steps not taken yet: a restart must read them again. */
  stored: { readonly sequence: number; readonly last: number }[];
}

/** Ids of live messages remembered, so that what comes again in another lane, or outside the server's window, is dropped. */
const RECENT_IDS = 4_096;

/**
 * Merges what a service reads. Replayed messages wait until their step is complete and come out step by step; all others
 * (live trades, commands of people) come out as they arrive. *Source*: ADR 5.
 */
export class StepInbox {
  readonly #forward: Incoming[];
  readonly #feedback: Incoming[];
  readonly #producers = new Map<string, Incoming>();
  readonly #free: InboundMessage[] = [];
  readonly #seen = new Map<StreamName, number>();
  readonly #recent: Set<string>;
  #step: number;
  #awaited: { readonly needs: readonly { of: Incoming; step: number }[]; readonly wake: () => void }[] = [];

  constructor(plan: InboxPlan, snapshot?: InboxSnapshot) {
    this.#step = snapshot?.step ?? 0;
    this.#recent = new Set(snapshot?.recentIds);
    const open = (producer: Producer): Incoming => {
      const consumed = snapshot?.consumed[producer.name] ?? 0;
      const incoming: Incoming = {
        plan: producer,
        lanes: new Map(),
        marked: [],
        markedThrough: consumed,
        consumed,
        storedThrough: consumed,
        stored: [],
      };
      this.#producers.set(producer.name, incoming);
      return incoming;
    };
    this.#forward = plan.forward.map(open);
    this.#feedback = plan.feedback.map(open);
    for (const [stream, sequence] of Object.entries(snapshot?.positions ?? {}))
      this.#seen.set(stream as StreamName, sequence);
    for (const [key, lane] of Object.entries(snapshot?.lanes ?? {})) {
      const cut = key.indexOf('/');
      const incoming = this.#producers.get(key.slice(0, cut));
      incoming?.lanes.set(key.slice(cut + 1), { reader: new LaneReader(lane), waiting: [] });
    }
  }

  /** The last step that came out. */
  get step(): number {
    return this.#step;
  }

  /** Messages that wait; the caller holds back its followers by it. */
  get backlog(): number {
    let count = this.#free.length;
    for (const incoming of this.#producers.values())
      for (const lane of incoming.lanes.values()) count += lane.waiting.length;
    return count;
  }

  /** Takes a message in. */
  admit(message: InboundMessage): void {
    this.#seen.set(message.stream, message.sequence);
    if (message.lane === undefined) {
      this.#admitFree(message);
      return;
    }
    const incoming = this.#producers.get(message.lane.producer);
    if (incoming === undefined) return;
    const key = keyOf(message);
    let entry = incoming.lanes.get(key);
    if (entry === undefined) {
      entry = { reader: new LaneReader(), waiting: [] };
      incoming.lanes.set(key, entry);
    }
    entry.reader.admit(message, (next) => {
      if (familyOf(next.subject) === 'step.mark') this.#onStoredMark(incoming, next);
      else if (next.lane!.step === undefined) this.#admitFree(next);
      else entry.waiting.push(next);
    });
  }

  /** What a new life says again live stands in another lane; its id is the same. */
  #admitFree(message: InboundMessage): void {
    if (this.#recent.has(message.id)) return;
    this.#remember(message.id);
    this.#free.push(message);
  }

  /** Returns the next message that belongs to no step. */
  takeFree(): InboundMessage | undefined {
    return this.#free.shift();
  }

  /** Returns the next step when every source has finished what it owes it. */
  takeStep(): ReadyStep | undefined {
    const head = this.#forward[0]?.marked[0];
    if (head === undefined) return undefined;
    for (const incoming of this.#forward) {
      const mark = incoming.marked[0];
      if (mark === undefined || !complete(incoming, mark)) return undefined;
      if (mark.step !== head.step)
        throw new Error(
          `producers disagree on the next step: ${this.#forward[0]!.plan.name} says ${head.step}, ${incoming.plan.name} says ${mark.step}`,
        );
    }
    if (this.#step > 0)
      for (const incoming of this.#feedback) if (!finished(incoming, this.#step)) return undefined;
    const messages: InboundMessage[] = [];
    for (const incoming of this.#feedback) {
      take(incoming, this.#step, messages);
      incoming.marked = incoming.marked.filter((mark) => mark.step > this.#step);
      incoming.consumed = this.#step;
      incoming.stored = incoming.stored.filter((mark) => mark.last > incoming.consumed);
    }
    for (const incoming of this.#forward) {
      take(incoming, head.step, messages);
      incoming.marked.shift();
      incoming.consumed = head.step;
      incoming.stored = incoming.stored.filter((mark) => mark.last > incoming.consumed);
    }
    this.#step = head.step;
    return { step: head.step, timeUs: head.timeUs, messages };
  }

  /** Returns what a restart needs to go on from here: only what was taken out counts as read. */
  snapshot(): InboxSnapshot {
    const positions: Partial<Record<StreamName, number>> = {};
    for (const [stream, sequence] of this.#seen) positions[stream] = sequence;
    const unread = (stream: StreamName, sequence: number) => {
      positions[stream] = Math.min(positions[stream] ?? sequence - 1, sequence - 1);
    };
    const lanes: Record<string, LaneSnapshot> = {};
    for (const [name, incoming] of this.#producers) {
      const unreadMarks = incoming.stored.filter((mark) => mark.last > incoming.consumed);
      for (const mark of unreadMarks) unread('STEPS', mark.sequence);
      for (const [lane, { reader, waiting }] of incoming.lanes) {
        for (const message of waiting) unread(message.stream, message.sequence);
        for (const message of reader.held.values()) unread(message.stream, message.sequence);
        const free = this.#free.find((m) => m.lane?.producer === name && keyOf(m) === lane)?.lane;
        const unreadSteps = waiting.length + (lane === 'step.mark' ? unreadMarks.length : 0);
        lanes[`${name}/${lane}`] =
          free === undefined
            ? { epoch: reader.epoch, count: reader.count - unreadSteps }
            : { epoch: free.epoch, count: free.count - 1 };
      }
    }
    for (const message of this.#free) unread(message.stream, message.sequence);
    const consumed = Object.fromEntries(
      [...this.#producers].map(([name, incoming]) => [name, incoming.consumed]),
    );
    // What waits will be read again, and must not be taken for a repeat then.
    const waiting = new Set(this.#free.map(({ id }) => id));
    const recentIds = [...this.#recent].filter((id) => !waiting.has(id));
    return { step: this.#step, consumed, positions, lanes, recentIds };
  }

  /**
   * Resolves when the stream has told of every step that came out so far, so that a restart can go through them again
   * whoever else was killed; undefined when it has.
   */
  inputsStored(): Promise<void> | undefined {
    const needs = [...this.#producers.values()]
      .filter(({ consumed, storedThrough }) => storedThrough < consumed)
      .map((of) => ({ of, step: of.consumed }));
    return needs.length === 0 ? undefined : new Promise((wake) => this.#awaited.push({ needs, wake }));
  }

  /** Takes a mark that came as a signal; one whose predecessor was lost waits for the stream to tell. */
  onSignal(data: Uint8Array): void {
    const mark = codecs.StepMark.decode(data);
    const incoming = this.#producers.get(mark.producer);
    if (incoming !== undefined && mark.after <= incoming.markedThrough) this.#mark(incoming, mark);
  }

  #onStoredMark(incoming: Incoming, message: InboundMessage): void {
    const mark = codecs.StepMark.decode(message.data);
    this.#mark(incoming, mark);
    const last = mark.steps.at(-1) ?? 0;
    if (last > incoming.consumed) incoming.stored.push({ sequence: message.sequence, last });
    incoming.storedThrough = Math.max(incoming.storedThrough, last);
    this.#awaited = this.#awaited.filter(({ needs, wake }) => {
      if (needs.some(({ of, step }) => of.storedThrough < step)) return true;
      wake();
      return false;
    });
  }

  #mark(incoming: Incoming, mark: StepMark): void {
    const need = mark.lanes.filter(({ lane }: { lane: string }) => reads(incoming.plan, lane));
    for (const [i, step] of mark.steps.entries()) {
      if (step <= incoming.markedThrough) continue;
      incoming.marked.push({ step, timeUs: mark.eventTimesUs[i]!, need });
      incoming.markedThrough = step;
    }
  }

  #remember(id: string): void {
    this.#recent.add(id);
    if (this.#recent.size > RECENT_IDS) this.#recent.delete(this.#recent.values().next().value!);
  }
}

/**
 * What a process says in steps and what it says at once, such as the answer to a person's halt, are numbered apart: two
 * lanes on one subject.
 */
function keyOf(message: InboundMessage): string {
  const lane = laneOf(message.subject);
  return message.lane?.step === undefined ? `live:${lane}` : lane;
}

function reads(producer: Producer, lane: string): boolean {
  const family = familyOf(`${lane}.x`);
  if (family === undefined || !producer.families.includes(family)) return false;
  if (producer.shards === undefined || lane === family) return true;
  return producer.shards.includes(Number(lane.slice(family.length + 1)));
}

function complete(incoming: Incoming, mark: Marked): boolean {
  return mark.need.every(({ lane, count }) => (incoming.lanes.get(lane)?.reader.count ?? 0) >= count);
}

/** Whether a source has finished everything up to a step, and all of it has arrived here. */
function finished(incoming: Incoming, step: number): boolean {
  if (incoming.markedThrough < step) return false;
  return incoming.marked.every((mark) => mark.step > step || complete(incoming, mark));
}

/** Moves the messages of steps up to `step` out, families in plan order, shards ascending, each lane in its own order. */
function take(incoming: Incoming, step: number, into: InboundMessage[]): void {
  for (const family of incoming.plan.families) {
    const lanes = [...incoming.lanes.keys()].filter(
      (lane) => lane === family || lane.startsWith(`${family}.`),
    );
    lanes.sort((a, b) => shardOf(a) - shardOf(b));
    for (const lane of lanes) {
      const { waiting } = incoming.lanes.get(lane)!;
      let n = 0;
      while (n < waiting.length && waiting[n]!.lane!.step! <= step) n++;
      into.push(...waiting.splice(0, n));
    }
  }
}

function shardOf(lane: string): number {
  return Number(lane.split('.')[2] ?? -1);
}
