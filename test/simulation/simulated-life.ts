import {
  type AppendLog,
  type Clock,
  type FollowOptions,
  type InboundMessage,
  type KeyValue,
  MemoryBus,
  type MemoryLog,
  type MemoryServer,
  type OutboundMessage,
  RequestFailedError,
  type Stored,
  type StreamBounds,
  type Subscription,
  type VirtualClock,
} from '@algo/bus';
import type { BucketName, StreamName } from '@algo/contracts';
import type { Life } from '@algo/runtime';

/** What is not acknowledged is sent again after so long, as the real publisher does. *Units*: virtual ms. */
const RESEND_MS = 300;

/** How a request and its answer travel. */
export interface RequestWire {
  /** *Units*: virtual ms, one way. */
  readonly wayMs: () => number;
  /** Told of each request that reaches the server. */
  readonly onRequest: (subject: string, data: Uint8Array) => void;
}

/** One life of one process: from its end on it reaches nothing, and nothing reaches it. */
export class SimulatedLife {
  readonly clock: Clock;
  readonly bus: LifeBus;
  readonly log: AppendLog;
  /** A killed process is surely over: its lease need not run out. */
  readonly named: Life;
  #isOver = false;

  constructor(server: MemoryServer, identity: string, log: MemoryLog, wire: RequestWire) {
    const own = `${identity}#`;
    this.named = {
      name: `${own}${log.last}.${server.clock.nowMs()}`,
      isOver: (name) => name.startsWith(own),
    };
    this.clock = clockOf(server.clock, () => this.#isOver);
    this.bus = new LifeBus(server, identity, { wire, clock: this.clock, isOver: () => this.#isOver });
    this.log = {
      get last() {
        return log.last;
      },
      append: (bytes, done) => void (this.#isOver || log.append(bytes, done)),
      read: (after) => log.read(after),
      trim: (through, keepBytes) => log.trim(through, keepBytes),
    };
  }

  readonly repeat = (everyMs: number, run: () => void): void => {
    const again = () => {
      run();
      this.clock.after(everyMs, again);
    };
    this.clock.after(everyMs, again);
  };

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
    this.bus.end();
  }
}

function clockOf(clock: VirtualClock, isOver: () => boolean): Clock {
  const after = (ms: number, run: () => void) => clock.after(ms, () => void (isOver() || run()));
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    after,
    sleep: (ms) => new Promise((wake) => after(ms, wake)),
  };
}

interface LifeBusParts {
  readonly wire: RequestWire;
  readonly clock: Clock;
  readonly isOver: () => boolean;
}

/** The bus as one life has it: it sends again what isn't acknowledged, and a request takes its time or fails. */
class LifeBus extends MemoryBus {
  readonly #server: MemoryServer;
  readonly #parts: LifeBusParts;
  readonly #opened: Subscription[] = [];
  readonly #unstored = new Set<OutboundMessage>();
  #flushes: (() => void)[] = [];

  constructor(server: MemoryServer, identity: string, parts: LifeBusParts) {
    super(server, identity);
    this.#server = server;
    this.#parts = parts;
  }

  /** Closes what it has opened, so that nobody is served by the dead. */
  end(): void {
    for (const subscription of this.#opened) void subscription[Symbol.asyncDispose]();
  }

  override say(message: OutboundMessage, done: (result: Stored | Error) => void): void {
    const { clock, isOver } = this.#parts;
    if (isOver()) return;
    this.#unstored.add(message);
    const send = () => {
      if (!this.#unstored.has(message)) return;
      this.#server.send(this.identity, message, (result) => {
        if (isOver() || !this.#unstored.delete(message)) return;
        done(result);
        this.#wakeFlushes();
      });
      if (this.#unstored.has(message)) clock.after(RESEND_MS, send);
    };
    send();
  }

  override flush(): Promise<void> {
    return new Promise((wake) => {
      this.#flushes.push(wake);
      this.#wakeFlushes();
    });
  }

  override async follow(
    options: FollowOptions,
    handler: (message: InboundMessage) => void | Promise<void>,
  ): Promise<Subscription> {
    const { isOver } = this.#parts;
    if (isOver()) return never();
    const subscription = await super.follow(options, (message) => (isOver() ? never() : handler(message)));
    this.#opened.push(subscription);
    if (isOver()) this.end();
    return this.#living(subscription);
  }

  override async last(stream: StreamName, subject: string): Promise<InboundMessage | undefined> {
    return this.#living(await super.last(stream, subject));
  }

  override async bounds(stream: StreamName): Promise<StreamBounds> {
    return this.#living(await super.bounds(stream));
  }

  /** *Errors*: RequestFailedError when nobody answers in time. */
  override request(
    subject: string,
    type: string,
    data: Uint8Array,
    timeoutMs = 2_000,
  ): Promise<{ type: string; data: Uint8Array }> {
    const { clock, isOver, wire } = this.#parts;
    if (isOver()) return never();
    return new Promise((resolve, reject) => {
      const late = () => reject(new RequestFailedError(`${subject}: no answer within ${timeoutMs} ms`));
      clock.after(timeoutMs, late);
      // What is on its way arrives, whether or not its sender lives.
      this.#server.clock.after(wire.wayMs(), () => {
        wire.onRequest(subject, data);
        super.request(subject, type, data).then(
          (answer) => clock.after(wire.wayMs(), () => resolve(answer)),
          (error: unknown) => clock.after(wire.wayMs(), () => reject(error as Error)),
        );
      });
    });
  }

  override async serve(subject: string, handler: Parameters<MemoryBus['serve']>[1]): Promise<Subscription> {
    if (this.#parts.isOver()) return never();
    const subscription = await super.serve(subject, handler);
    this.#opened.push(subscription);
    return this.#living(subscription);
  }

  override bucket(name: BucketName): KeyValue {
    const bucket = super.bucket(name);
    const living = <Value>(work: () => Promise<Value>): Promise<Value> =>
      this.#parts.isOver() ? never() : work().then((value) => this.#living(value));
    return {
      get: (key) => living(() => bucket.get(key)),
      put: (key, value) => living(() => bucket.put(key, value)),
      compareAndSet: (key, value, revision) => living(() => bucket.compareAndSet(key, value, revision)),
      delete: (key) => living(() => bucket.delete(key)),
    };
  }

  #wakeFlushes(): void {
    if (this.#unstored.size > 0) return;
    const flushes = this.#flushes;
    this.#flushes = [];
    for (const wake of flushes) wake();
  }

  #living<Value>(value: Value): Value | Promise<Value> {
    return this.#parts.isOver() ? never() : value;
  }
}

/** The dead wait for ever. */
function never(): Promise<never> {
  return new Promise(() => {});
}
