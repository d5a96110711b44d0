import { type BucketName, STREAMS, type StreamName } from '@algo/contracts';
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
  type Stored,
  type StreamBounds,
  type StreamUse,
  type Subscription,
  type Verdict,
} from '../bus.ts';
import { consumeInMemory } from './memory-consumer.ts';
import type { MemoryServer, RequestHandler } from './memory-server.ts';
import { type Delivery, matches } from './memory-stream.ts';

/** The bus inside one process: the same contract as JetStream, without sockets, under a virtual clock. */
export class MemoryBus implements Bus {
  readonly identity: string;
  readonly connection: ConnectionState = 'connected';
  readonly #server: MemoryServer;
  readonly #subscriptions = new Set<Subscription>();

  constructor(server: MemoryServer, identity: string) {
    this.#server = server;
    this.identity = identity;
  }

  onConnection(): void {} // never lost: there is nothing between us and the server

  publish(message: OutboundMessage): Promise<Stored> {
    return new Promise((resolve, reject) =>
      this.say(message, (result) => (result instanceof Error ? reject(result) : resolve(result))),
    );
  }

  say(message: OutboundMessage, done: (result: Stored | Error) => void): void {
    this.#server.send(this.identity, message, done);
  }

  async ready(): Promise<void> {}

  flush(): Promise<void> {
    return this.#server.quiet(this.identity);
  }

  async follow(
    options: FollowOptions,
    handler: (message: InboundMessage) => void | Promise<void>,
  ): Promise<Subscription> {
    const delivery: Delivery = { subjects: options.subjects, next: options.after + 1, handler };
    return this.#keep(this.#server.stream(options.stream).deliver(delivery));
  }

  async consume(
    options: DurableOptions,
    handler: (message: InboundMessage) => Promise<Verdict>,
  ): Promise<Subscription> {
    return this.#keep(consumeInMemory(this.#server, this, options, handler));
  }

  async *read(options: FollowOptions): AsyncGenerator<InboundMessage> {
    // As a server does: from the first that it still has.
    const { first } = this.#server.stream(options.stream).bounds;
    yield* this.stored({ ...options, after: Math.max(options.after, first - 1) });
  }

  /** Yields what `read` does, without waiting. */
  *stored(options: FollowOptions): Generator<InboundMessage> {
    const stream = this.#server.stream(options.stream);
    for (let { last } = stream.bounds, at = options.after + 1; at <= last; at++) {
      const message = stream.at(at)!;
      if (matches(options.subjects, message.subject)) yield message;
    }
  }

  async last(stream: StreamName, subject: string): Promise<InboundMessage | undefined> {
    return this.#server.stream(stream).last(subject);
  }

  /** Nothing is let go by bytes here; times are those of the facts. */
  async use(stream: StreamName): Promise<StreamUse> {
    const kept = [
      ...this.stored({ stream, subjects: ['>'], after: this.#server.stream(stream).bounds.first - 1 }),
    ];
    return {
      bytes: kept.reduce((sum, { data }) => sum + data.length, 0),
      bytesMax: STREAMS[stream].maxBytes,
      oldestMs: (kept[0]?.timeUs ?? 0) / 1_000,
      newestMs: (kept.at(-1)?.timeUs ?? 0) / 1_000,
    };
  }

  async serverMs(): Promise<number> {
    return this.#server.clock.nowMs();
  }

  async bounds(stream: StreamName): Promise<StreamBounds> {
    return this.#server.stream(stream).bounds;
  }

  async request(
    subject: string,
    type: string,
    data: Uint8Array,
  ): Promise<{ type: string; data: Uint8Array }> {
    const handler = this.#server.handlers.get(subject);
    if (handler === undefined) throw new RequestFailedError(`${subject}: nobody answers`);
    return handler(type, data, subject).catch((cause: unknown) => {
      throw new RequestFailedError(`${subject}: ${(cause as Error).message}`, { cause });
    });
  }

  async serve(subject: string, handler: RequestHandler): Promise<Subscription> {
    const { handlers } = this.#server;
    handlers.set(subject, handler);
    return {
      closed: new Promise(() => {}),
      async [Symbol.asyncDispose]() {
        handlers.delete(subject);
      },
    };
  }

  async watch(
    name: BucketName,
    key: string,
    handler: (entry: KeyEntry | undefined) => void,
  ): Promise<Subscription> {
    const closed = Promise.withResolvers<Error | undefined>();
    const look = async () => handler(await this.bucket(name).get(key));
    const changed = () => void look().catch((error: unknown) => closed.resolve(error as Error));
    const forget = this.#server.watch({ name, key, changed });
    if ((await this.bucket(name).get(key)) !== undefined) changed();
    return this.#keep({
      closed: closed.promise.finally(forget),
      async [Symbol.asyncDispose]() {
        closed.resolve(undefined);
      },
    });
  }

  bucket(name: BucketName): KeyValue {
    return this.#server.bucket(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const subscription of this.#subscriptions) await subscription[Symbol.asyncDispose]();
  }

  #keep(subscription: Subscription): Subscription {
    this.#subscriptions.add(subscription);
    return subscription;
  }
}
