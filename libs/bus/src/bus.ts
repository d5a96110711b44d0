import type { BucketName, Fact, StreamName } from '@algo/contracts';
import type { TimeUs } from '@algo/model';
import type { RecordedOrder } from './input-order.ts';

/**
 * A message on its way out. `id` is a function of its
 * cause: storing it twice within the window keeps one copy.
 */
export interface OutboundMessage {
  readonly subject: string;
  /** The protobuf message name, `algo.v1.TradeBatch`. */
  readonly type: string;
  readonly id: string;
  /** Event time of what happened. */
  readonly timeUs: TimeUs;
  readonly data: Uint8Array;
  /** Where it stands in its producer's lane. */
  readonly lane?: LanePosition | undefined;
  /** In which order its producer took the inputs that led to it. */
  readonly order?: RecordedOrder | undefined;
}

/**
 * A producer numbers what it puts into each lane, so that a reader sees holes and repeats by itself.
 * *Shape*: `count` from 1, dense over all the producer's lives; `epoch` numbers the life.
 */
export interface LanePosition {
  readonly producer: string;
  readonly epoch: number;
  readonly count: number;
}

/** A stored message as a reader gets it. `sequence` is its place in the stream. */
export interface InboundMessage extends OutboundMessage {
  readonly stream: StreamName;
  readonly sequence: number;
  /** When the server stored it, by its wall clock; 0 on a bus in memory. *Units*: µs. */
  readonly storedUs: TimeUs;
  /** How often the server has delivered it to this durable consumer; 1 for followers. */
  readonly deliveries: number;
  /** What it says; decoded on first use. *Errors*: ContractError where its bytes break the contract. */
  readonly fact: Fact;
}

/** The sequences that a stream holds. *Shape*: `first` is `last + 1` in an empty stream. */
export interface StreamBounds {
  readonly first: number;
  readonly last: number;
}

/**
 * How full a stream is. *Units*: wall ms of its oldest and newest message; at `bytesMax` its oldest go, or
 * nothing more is taken.
 */
export interface StreamUse {
  readonly bytes: number;
  readonly bytesMax: number;
  readonly oldestMs: number;
  readonly newestMs: number;
}

/** The stream has it. `duplicate` when it had it before. */
export interface Stored {
  readonly sequence: number;
  readonly duplicate: boolean;
}

/** A message could not be stored within the publisher's patience; whoever published must stop and recover. */
export class PublishFailedError extends Error {
  override readonly name = 'PublishFailedError';
}

/** A request got no usable answer in time. The other side may or may not have acted. */
export class RequestFailedError extends Error {
  override readonly name = 'RequestFailedError';
}

/**
 * What a durable consumer's handler says of a message: the
 * effect is safe, come again later, or never readable.
 */
export type Verdict = 'done' | 'retry' | { readonly poison: string };

export interface DurableOptions {
  readonly stream: StreamName;
  readonly durable: string;
  readonly subjects: readonly string[];
  /** Deliveries after which a message is a dead letter. */
  readonly deliveriesMax: number;
  readonly ackWaitMs: number;
  /** Unacked messages at most: the back-pressure. */
  readonly pendingMax: number;
}

export interface FollowOptions {
  readonly stream: StreamName;
  readonly subjects: readonly string[];
  /** Deliver messages after this sequence; 0 is from the beginning. */
  readonly after: number;
  /** Told of what none of ours said, and why it is that: it is never delivered. */
  readonly onStray?: (message: InboundMessage, reason: string) => void;
}

/**
 * Something that delivers until it is closed. `closed` settles
 * when it stops by itself, with the error that stopped it.
 */
export interface Subscription extends AsyncDisposable {
  readonly closed: Promise<Error | undefined>;
}

/** One key's value and the revision to compare with when changing it. */
export interface KeyEntry {
  readonly value: Uint8Array;
  readonly revision: number;
}

/** Small durable values with compare-and-set. */
export interface KeyValue {
  get(key: string): Promise<KeyEntry | undefined>;
  put(key: string, value: Uint8Array): Promise<number>;
  /**
   * Returns the new revision, or undefined when somebody else
   * changed the key first. `revision` 0 means: must not exist.
   */
  compareAndSet(key: string, value: Uint8Array, revision: number): Promise<number | undefined>;
  delete(key: string): Promise<void>;
}

export type ConnectionState = 'connected' | 'disconnected' | 'closed';

/**
 * The only way between services. Two drivers: JetStream, and one inside a process under a virtual clock; both
 * pass the same contract suite. Followers keep their own positions (services restore a snapshot and follow
 * from its sequence); durable consumers let the server keep them, for effects outside the streams.
 */
export interface Bus extends AsyncDisposable {
  /** This process's name in lanes, leases and logs: `decision-0`. */
  readonly identity: string;
  readonly connection: ConnectionState;
  onConnection(listener: (state: ConnectionState) => void): void;
  /**
   * Stores the message, retrying through restarts of the server;
   * in the order of the calls. *Errors*: PublishFailedError.
   */
  publish(message: OutboundMessage): Promise<Stored>;
  /**
   * Does the same and calls back, in the same turn where it can: `done` is told what is stored, or why it
   * isn't.
   */
  say(message: OutboundMessage, done: (result: Stored | Error) => void): void;
  /** Resolves when there is room to publish more without growing the queue. */
  ready(): Promise<void>;
  /** Resolves when everything published so far is stored. *Errors*: why a message was not, for ever after. */
  flush(): Promise<void>;
  /**
   * Delivers in stream order, each once, through reconnects. A
   * handler's promise is awaited: that is the back-pressure.
   */
  follow(
    options: FollowOptions,
    handler: (message: InboundMessage) => void | Promise<void>,
  ): Promise<Subscription>;
  consume(
    options: DurableOptions,
    handler: (message: InboundMessage) => Promise<Verdict>,
  ): Promise<Subscription>;
  /**
   * Yields what the stream holds now, in order, and ends. What was stored before `sinceMs` by the server's
   * clock need not come.
   */
  read(options: FollowOptions & { readonly sinceMs?: number }): AsyncIterable<InboundMessage>;
  /** Returns the newest message on a subject, or on all that begin like one that ends in `>`. */
  last(stream: StreamName, subject: string): Promise<InboundMessage | undefined>;
  bounds(stream: StreamName): Promise<StreamBounds>;
  use(stream: StreamName): Promise<StreamUse>;
  /**
   * Returns what time it is by the clock of the server, which answers for a stream that may be read: the one
   * that everybody shares. *Units*: wall ms.
   */
  serverMs(stream: StreamName): Promise<number>;
  request(
    subject: string,
    type: string,
    data: Uint8Array,
    timeoutMs: number,
  ): Promise<{ readonly type: string; readonly data: Uint8Array }>;
  serve(
    subject: string,
    handler: (type: string, data: Uint8Array, subject: string) => Promise<{ type: string; data: Uint8Array }>,
  ): Promise<Subscription>;
  bucket(name: BucketName): KeyValue;
  /**
   * Tells what a key of a bucket holds, at once and whenever it changes, through restarts of the server. What
   * was overwritten quickly may never be told, and one value may be told twice.
   */
  watch(name: BucketName, key: string, handler: (entry: KeyEntry | undefined) => void): Promise<Subscription>;
}

/** The wall clock and timers, handed in so that a simulation can own time. */
export interface Clock {
  nowMs(): number;
  /** Milliseconds that go on evenly, whatever is done to the wall clock. */
  monotonicMs(): number;
  sleep(ms: number): Promise<void>;
  /** Runs something once, that much later; returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  // Waiting alone is no reason to keep a process alive; what it waits for is.
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
