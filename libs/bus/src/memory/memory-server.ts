import { type BucketName, fenceFilter, STREAMS, type StreamName } from '@algo/contracts';
import type { KeyEntry, KeyValue, OutboundMessage, Stored } from '../bus.ts';
import { storageId } from '../headers.ts';
import { MemoryStream, matches, Runner } from './memory-stream.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type RequestHandler = (
  type: string,
  data: Uint8Array,
  subject: string,
) => Promise<{ type: string; data: Uint8Array }>;

/** What stands between a process and the server in a simulation of faults. *Units*: virtual ms. */
export interface MemoryWire {
  /** How long a message is on its way until it is stored; what was sent later may be stored earlier. */
  readonly storeMs: (message: OutboundMessage) => number;
  /** How long its acknowledgement is on its way back; Infinity for one that is lost. */
  readonly ackMs: (message: OutboundMessage) => number;
}

export interface MemoryServerOptions {
  /** Encodes and decodes every message, as a wire does; otherwise facts go by reference. */
  readonly byWire?: boolean;
  /** How many messages of a stream are kept at least; without it all are. */
  readonly messagesMax?: number | Readonly<Record<StreamName, number>>;
  /** Without it everything is stored and acknowledged at once. */
  readonly wire?: MemoryWire;
}

/** Who is told that a key has changed. */
interface Watcher {
  readonly name: BucketName;
  readonly key: string;
  changed(): void;
}

/** Which subjects each stream takes. */
const TAKEN = (Object.keys(STREAMS) as StreamName[]).map(
  (name) => [name, [...STREAMS[name].subjects, fenceFilter(name)]] as const,
);

/** Ids remembered per stream, as the server's duplicate window does. */
const IDS_MAX = 1_000_000;

/** What a nats-server would hold, inside this process: shared by the buses that its services are given. */
export class MemoryServer {
  readonly clock: VirtualClock;
  readonly handlers = new Map<string, RequestHandler>();
  readonly #options: MemoryServerOptions;
  readonly #runner = new Runner();
  readonly #streams = new Map<StreamName, MemoryStream>();
  readonly #ids = new Map<StreamName, Map<string, number>>();
  readonly #places = new Map<string, StreamName>();
  readonly #durables = new Map<string, { next: number }>();
  readonly #buckets = new Map<BucketName, Map<string, KeyEntry>>();
  readonly #watchers = new Set<Watcher>();
  readonly #underWay = new Set<{ readonly identity: string; readonly cancel: () => void }>();
  #quietWaiters: { readonly identity: string; readonly wake: () => void }[] = [];
  #revision = 0;

  constructor(clock: VirtualClock, options: MemoryServerOptions = {}) {
    this.clock = clock;
    this.#options = options;
  }

  stream(name: StreamName): MemoryStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      const { byWire = false } = this.#options;
      stream = new MemoryStream(name, byWire, this.#runner, this.#messagesMax(name) ?? Infinity);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** Where a durable consumer stands. */
  durable(key: string): { next: number } {
    let state = this.#durables.get(key);
    if (state === undefined) {
      state = { next: 1 };
      this.#durables.set(key, state);
    }
    return state;
  }

  /** Brings a message of a process to its stream, and the answer back. */
  send(identity: string, message: OutboundMessage, done: (result: Stored | Error) => void): void {
    const { wire } = this.#options;
    if (wire === undefined) {
      done(this.#store(message));
      return;
    }
    this.#after(identity, wire.storeMs(message), () => {
      const result = this.#store(message);
      const ackMs = wire.ackMs(message);
      if (ackMs !== Number.POSITIVE_INFINITY) this.#after(identity, ackMs, () => done(result));
    });
  }

  /** Loses what is under way from a process to the server and back, or from all of them: a kill. */
  lose(identity?: string): void {
    for (const entry of [...this.#underWay])
      if (identity === undefined || entry.identity === identity) {
        entry.cancel();
        this.#underWay.delete(entry);
      }
  }

  /** Resolves when nothing of a process is under way. */
  quiet(identity: string): Promise<void> {
    if (this.#isQuiet(identity)) return Promise.resolve();
    return new Promise((wake) => this.#quietWaiters.push({ identity, wake }));
  }

  bucket(name: BucketName): KeyValue {
    const entries = this.#buckets.get(name) ?? new Map<string, KeyEntry>();
    this.#buckets.set(name, entries);
    const put = (key: string, value: Uint8Array) => {
      const revision = ++this.#revision;
      entries.set(key, { value: value.slice(), revision });
      this.#tell(name, key);
      return revision;
    };
    return {
      get: async (key) => entries.get(key),
      put: async (key, value) => put(key, value),
      compareAndSet: async (key, value, revision) =>
        (entries.get(key)?.revision ?? 0) === revision ? put(key, value) : undefined,
      delete: async (key) => {
        entries.delete(key);
        this.#tell(name, key);
      },
    };
  }

  /** Calls back when a key has changed, until the returned function is called. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Returns what a bucket's values weigh. *Units*: bytes. */
  bucketBytes(name: BucketName): number {
    return [...(this.#buckets.get(name)?.values() ?? [])].reduce((sum, { value }) => sum + value.length, 0);
  }

  #tell(name: BucketName, key: string): void {
    for (const watcher of this.#watchers) if (watcher.name === name && watcher.key === key) watcher.changed();
  }

  #messagesMax(name: StreamName): number | undefined {
    const { messagesMax } = this.#options;
    return typeof messagesMax === 'object' ? messagesMax[name] : messagesMax;
  }

  #store(message: OutboundMessage): Stored {
    const name = this.#streamOf(message.subject);
    const stream = this.stream(name);
    const ids = this.#ids.get(name) ?? new Map<string, number>();
    this.#ids.set(name, ids);
    const id = storageId(message);
    const known = ids.get(id);
    if (known !== undefined) return { sequence: known, duplicate: true };
    ids.set(id, stream.bounds.last + 1);
    if (ids.size > (this.#messagesMax(name) ?? IDS_MAX)) ids.delete(ids.keys().next().value!);
    return { sequence: stream.store(message), duplicate: false };
  }

  #streamOf(subject: string): StreamName {
    let name = this.#places.get(subject);
    if (name === undefined) {
      name = TAKEN.find(([, filters]) => matches(filters, subject))?.[0];
      if (name === undefined) throw new Error(`no stream takes subject ${subject}`);
      this.#places.set(subject, name);
    }
    return name;
  }

  #after(identity: string, ms: number, run: () => void): void {
    const cancel = this.clock.after(ms, () => {
      this.#underWay.delete(entry);
      run();
      this.#wakeQuiet();
    });
    const entry = { identity, cancel };
    this.#underWay.add(entry);
  }

  #isQuiet(identity: string): boolean {
    for (const entry of this.#underWay) if (entry.identity === identity) return false;
    return true;
  }

  #wakeQuiet(): void {
    if (this.#quietWaiters.length === 0) return;
    const quiet = this.#quietWaiters.filter(({ identity }) => this.#isQuiet(identity));
    this.#quietWaiters = this.#quietWaiters.filter((waiter) => !quiet.includes(waiter));
    for (const { wake } of quiet) wake();
  }
}
