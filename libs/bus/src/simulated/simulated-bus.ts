import { type BucketName, codecs, STREAMS, type StreamName, subjects } from '@algo/contracts';
import {
  type Bus,
  type ConnectionState,
  type DurableOptions,
  type FollowOptions,
  type InboundMessage,
  type KeyEntry,
  type KeyValue,
  type OutboundMessage,
  RequestFailedError,
  SequenceConflictError,
  type Stored,
  type Subscription,
  type Verdict,
} from '../bus.ts';
import { PoisonedLaneError } from '../durable-consumer.ts';
import { storageId } from '../headers.ts';
import type { VirtualClock } from './virtual-clock.ts';

interface StoredMessage {
  readonly sequence: number;
  readonly message: OutboundMessage;
}

interface DurableState {
  next: number;
  readonly deliveries: Map<number, number>;
}

type RequestHandler = (
  type: string,
  data: Uint8Array,
  subject: string,
) => Promise<{ type: string; data: Uint8Array }>;

/** Ids remembered per stream, as the server's duplicate window does. */
const IDS_MAX = 1_000_000;

/** What a nats-server would hold, inside this process: shared by the buses that simulated services are given. */
export class SimulatedServer {
  readonly clock: VirtualClock;
  readonly #streams = new Map<StreamName, StoredMessage[]>();
  readonly #ids = new Map<StreamName, Map<string, number>>();
  readonly #durables = new Map<string, DurableState>();
  readonly #buckets = new Map<BucketName, Map<string, KeyEntry>>();
  readonly #handlers = new Map<string, RequestHandler>();
  readonly #signals = new Map<string, Set<(data: Uint8Array) => void>>();
  #listeners: (() => void)[] = [];
  #revision = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  bus(identity: string): Bus {
    return new SimulatedBus(this, identity);
  }

  store(message: OutboundMessage): Stored {
    const name = streamOf(message.subject);
    const stream = this.stream(name);
    const ids = this.#ids.get(name) ?? new Map<string, number>();
    this.#ids.set(name, ids);
    const id = storageId(message);
    const known = ids.get(id);
    if (known !== undefined) return { sequence: known, duplicate: true };
    if (message.expectedLastSequence !== undefined && message.expectedLastSequence !== stream.length)
      throw new SequenceConflictError(`${message.subject}: wrong last sequence: ${stream.length}`);
    const sequence = stream.length + 1;
    stream.push({ sequence, message: { ...message, data: message.data.slice() } });
    ids.set(id, sequence);
    if (ids.size > IDS_MAX) ids.delete(ids.keys().next().value!);
    for (const wake of this.#listeners) wake();
    return { sequence, duplicate: false };
  }

  stream(name: StreamName): StoredMessage[] {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = [];
      this.#streams.set(name, stream);
    }
    return stream;
  }

  durable(key: string): DurableState {
    let state = this.#durables.get(key);
    if (state === undefined) {
      state = { next: 1, deliveries: new Map() };
      this.#durables.set(key, state);
    }
    return state;
  }

  onStored(wake: () => void): () => void {
    this.#listeners.push(wake);
    return () => {
      this.#listeners = this.#listeners.filter((listener) => listener !== wake);
    };
  }

  /** Says whether a signal gets lost; a simulation sets it to try what happens then. */
  losesSignal: () => boolean = () => false;

  signal(subject: string, data: Uint8Array): void {
    if (this.losesSignal()) return;
    for (const handler of this.#signals.get(subject) ?? []) queueMicrotask(() => handler(data));
  }

  onSignal(subject: string, handler: (data: Uint8Array) => void): () => void {
    const handlers = this.#signals.get(subject) ?? new Set();
    this.#signals.set(subject, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  handlers(): Map<string, RequestHandler> {
    return this.#handlers;
  }

  bucket(name: BucketName): KeyValue {
    const entries = this.#buckets.get(name) ?? new Map<string, KeyEntry>();
    this.#buckets.set(name, entries);
    const put = (key: string, value: Uint8Array) => {
      const revision = ++this.#revision;
      entries.set(key, { value: value.slice(), revision });
      return revision;
    };
    return {
      get: async (key) => entries.get(key),
      put: async (key, value) => put(key, value),
      compareAndSet: async (key, value, revision) =>
        (entries.get(key)?.revision ?? 0) === revision ? put(key, value) : undefined,
      delete: async (key) => {
        entries.delete(key);
      },
    };
  }
}

/** The bus inside one process: the same contract as JetStream, without sockets, under a virtual clock. */
class SimulatedBus implements Bus {
  readonly identity: string;
  readonly connection: ConnectionState = 'connected';
  readonly #server: SimulatedServer;
  readonly #subscriptions = new Set<Subscription>();

  constructor(server: SimulatedServer, identity: string) {
    this.#server = server;
    this.identity = identity;
  }

  onConnection(): void {} // never lost: there is nothing between us and the server

  async publish(message: OutboundMessage): Promise<Stored> {
    return this.#server.store(message);
  }

  async ready(): Promise<void> {}

  async flush(): Promise<void> {}

  async follow(
    options: FollowOptions,
    handler: (message: InboundMessage) => void | Promise<void>,
  ): Promise<Subscription> {
    let next = options.after;
    return this.#deliver(async () => {
      const stored = this.#server.stream(options.stream)[next];
      if (stored === undefined) return false;
      next++;
      if (matches(options.subjects, stored.message.subject))
        await handler(inbound(options.stream, stored, 1));
      return true;
    });
  }

  async consume(
    options: DurableOptions,
    handler: (message: InboundMessage) => Promise<Verdict>,
  ): Promise<Subscription> {
    const state = this.#server.durable(`${options.stream}/${options.durable}`);
    return this.#deliver(async () => {
      const stored = this.#server.stream(options.stream)[state.next - 1];
      if (stored === undefined) return false;
      if (!matches(options.subjects, stored.message.subject)) {
        state.next++;
        return true;
      }
      const deliveries = (state.deliveries.get(stored.sequence) ?? 0) + 1;
      state.deliveries.set(stored.sequence, deliveries);
      const verdict = await handler(inbound(options.stream, stored, deliveries)).catch(
        (error: unknown): Verdict => ({ poison: (error as Error).message }),
      );
      if (verdict === 'retry' && deliveries < options.deliveriesMax) return true;
      if (verdict !== 'done') {
        const reason = verdict === 'retry' ? `failed ${deliveries} times` : verdict.poison;
        await this.#bury(options, stored, reason);
        if (options.onPoison === 'stop')
          throw new PoisonedLaneError(
            `${options.stream} sequence ${stored.sequence} (${stored.message.subject}) stopped ${options.durable}: ${reason}`,
          );
      }
      state.deliveries.delete(stored.sequence);
      state.next++;
      return true;
    });
  }

  async *read(options: FollowOptions): AsyncGenerator<InboundMessage> {
    const stream = this.#server.stream(options.stream);
    const end = stream.length;
    for (let i = options.after; i < end; i++) {
      const stored = stream[i]!;
      if (matches(options.subjects, stored.message.subject)) yield inbound(options.stream, stored, 1);
    }
  }

  async last(stream: StreamName, subject: string): Promise<InboundMessage | undefined> {
    const stored = this.#server.stream(stream).findLast(({ message }) => message.subject === subject);
    return stored === undefined ? undefined : inbound(stream, stored, 1);
  }

  async request(
    subject: string,
    type: string,
    data: Uint8Array,
  ): Promise<{ type: string; data: Uint8Array }> {
    const handler = this.#server.handlers().get(subject);
    if (handler === undefined) throw new RequestFailedError(`${subject}: nobody answers`);
    return handler(type, data, subject).catch((cause: unknown) => {
      throw new RequestFailedError(`${subject}: ${(cause as Error).message}`, { cause });
    });
  }

  async serve(subject: string, handler: RequestHandler): Promise<Subscription> {
    const handlers = this.#server.handlers();
    handlers.set(subject, handler);
    return {
      closed: new Promise(() => {}),
      async [Symbol.asyncDispose]() {
        handlers.delete(subject);
      },
    };
  }

  signal(subject: string, data: Uint8Array): void {
    this.#server.signal(subject, data);
  }

  async onSignal(subject: string, handler: (data: Uint8Array) => void): Promise<Subscription> {
    const forget = this.#server.onSignal(subject, handler);
    return {
      closed: new Promise(() => {}),
      async [Symbol.asyncDispose]() {
        forget();
      },
    };
  }

  bucket(name: BucketName): KeyValue {
    return this.#server.bucket(name);
  }

  /** Runs `one` while it finds work, then sleeps until something is stored. */
  #deliver(one: () => Promise<boolean>): Subscription {
    const closed = Promise.withResolvers<Error | undefined>();
    let running = true;
    let wake: () => void = () => {};
    const forget = this.#server.onStored(() => wake());
    void (async () => {
      while (running) {
        const asleep = new Promise<void>((resolve) => {
          wake = resolve;
        });
        while (running && (await one()));
        if (running) await asleep;
      }
    })().then(
      () => closed.resolve(undefined),
      (error: unknown) => closed.resolve(error as Error),
    );
    const subscription: Subscription = {
      closed: closed.promise,
      async [Symbol.asyncDispose]() {
        running = false;
        forget();
        wake();
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async #bury(options: DurableOptions, stored: StoredMessage, reason: string): Promise<void> {
    await this.publish({
      subject: subjects.deadLetter(options.stream, options.durable),
      type: codecs.DeadLetter.type,
      id: `dlq:${options.stream}:${options.durable}:${stored.sequence}`,
      timeUs: stored.message.timeUs,
      data: codecs.DeadLetter.encode({
        stream: options.stream,
        sequence: stored.sequence,
        subject: stored.message.subject,
        type: stored.message.type,
        consumer: options.durable,
        reason,
        original: stored.message.data,
        timeUs: stored.message.timeUs,
      }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const subscription of this.#subscriptions) await subscription[Symbol.asyncDispose]();
  }
}

function inbound(stream: StreamName, stored: StoredMessage, deliveries: number): InboundMessage {
  return { ...stored.message, stream, sequence: stored.sequence, deliveries };
}

function streamOf(subject: string): StreamName {
  for (const [name, plan] of Object.entries(STREAMS))
    if (matches(plan.subjects, subject)) return name as StreamName;
  throw new Error(`no stream takes subject ${subject}`);
}

function matches(filters: readonly string[], subject: string): boolean {
  return filters.some((filter) =>
    filter.endsWith('.>') ? subject.startsWith(filter.slice(0, -1)) : filter === subject,
  );
}
