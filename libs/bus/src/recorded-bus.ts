import { type BucketName, FAMILIES, familyOf, fenceFilter, STREAMS, type StreamName } from '@algo/contracts';
import {
  type Bus,
  type ConnectionState,
  type FollowOptions,
  type InboundMessage,
  type KeyEntry,
  type KeyValue,
  type OutboundMessage,
  RequestFailedError,
  type Stored,
  type StreamBounds,
  type StreamUse,
  type Subscription,
} from './bus.ts';

/**
 * The streams of an engine that has stopped, to be gone through again: they are read, and nothing more is
 * stored. Whoever begins a life on it believes that its words are stored behind all others; what it keeps
 * in buckets stays in here.
 */
export class RecordedBus implements Bus {
  readonly identity: string;
  readonly #bus: Bus;
  readonly #buckets = new Map<BucketName, Map<string, KeyEntry | undefined>>();

  constructor(bus: Bus, identity: string) {
    this.#bus = bus;
    this.identity = identity;
  }

  get connection(): ConnectionState {
    return this.#bus.connection;
  }

  onConnection(listener: (state: ConnectionState) => void): void {
    this.#bus.onConnection(listener);
  }

  async publish({ subject }: OutboundMessage): Promise<Stored> {
    const { last } = await this.#bus.bounds(streamOf(subject));
    return { sequence: last + 1, duplicate: false };
  }

  say(message: OutboundMessage, done: (result: Stored | Error) => void): void {
    this.publish(message).then(done, done);
  }

  async ready(): Promise<void> {}

  async flush(): Promise<void> {}

  follow(
    options: FollowOptions,
    handler: (message: InboundMessage) => void | Promise<void>,
  ): Promise<Subscription> {
    return this.#bus.follow(options, handler);
  }

  async consume(): Promise<Subscription> {
    throw new Error('what a durable consumer has taken is not gone through again');
  }

  read(options: FollowOptions): AsyncIterable<InboundMessage> {
    return this.#bus.read(options);
  }

  last(stream: StreamName, subject: string): Promise<InboundMessage | undefined> {
    return this.#bus.last(stream, subject);
  }

  bounds(stream: StreamName): Promise<StreamBounds> {
    return this.#bus.bounds(stream);
  }

  use(stream: StreamName): Promise<StreamUse> {
    return this.#bus.use(stream);
  }

  serverMs(stream: StreamName): Promise<number> {
    return this.#bus.serverMs(stream);
  }

  async request(subject: string): Promise<never> {
    throw new RequestFailedError(`${subject}: nobody is asked while a run is gone through again`);
  }

  async serve(): Promise<Subscription> {
    return { closed: new Promise(() => {}), async [Symbol.asyncDispose]() {} };
  }

  bucket(name: BucketName): KeyValue {
    const bucket = this.#bus.bucket(name);
    const written = this.#buckets.get(name) ?? new Map<string, KeyEntry | undefined>();
    this.#buckets.set(name, written);
    const get = async (key: string) => (written.has(key) ? written.get(key) : bucket.get(key));
    const put = (key: string, value: Uint8Array, before: number): number => {
      written.set(key, { value, revision: before + 1 });
      return before + 1;
    };
    return {
      get,
      put: async (key, value) => put(key, value, (await get(key))?.revision ?? 0),
      compareAndSet: async (key, value, revision) =>
        ((await get(key))?.revision ?? 0) === revision ? put(key, value, revision) : undefined,
      delete: async (key) => {
        written.set(key, undefined);
      },
    };
  }

  /** Nothing changes in what has stopped. */
  watch(): Promise<Subscription> {
    return this.serve();
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function streamOf(subject: string): StreamName {
  const family = familyOf(subject);
  if (family !== undefined) return FAMILIES[family].stream;
  const names = Object.keys(STREAMS) as StreamName[];
  return names.find((name) => subject.startsWith(fenceFilter(name).slice(0, -1)))!;
}
