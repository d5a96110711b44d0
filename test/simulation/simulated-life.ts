import {
  type AppendLog,
  type Clock,
  type FollowOptions,
  type InboundMessage,
  type KeyValue,
  MemoryBus,
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
  /** When each copy of a request, or of its answer, arrives; none when it is lost. *Units*: virtual ms. */
  readonly arrivalsMs: (subject: string, way: 'there' | 'back') => readonly number[];
  /** Told of each request as it leaves a process. */
  readonly onLeaving: (subject: string, data: Uint8Array) => void;
  /** Told of each answer as it leaves a process. */
  readonly onAnswering: () => void;
  /** Told of each request that reaches the server. */
  readonly onRequest: (subject: string, data: Uint8Array) => void;
  /** Told of each message that a process is about to be given. */
  readonly onDelivery: (message: InboundMessage) => void;
  /** How far the process's wall clock is ahead. *Units*: ms. */
  readonly skewMs: () => number;
}

/** A process's own log, as a life and a kill see it. */
export interface SimulatedLog extends AppendLog {
  /** Loses what isn't on disk yet, as a kill does. */
  crash(): void;
}

/** One life of one process: from its end on it reaches nothing, and nothing reaches it. */
export class SimulatedLife {
  readonly clock: Clock;
  readonly bus: LifeBus;
  readonly log: AppendLog;
  /** A killed process is surely over: its lease need not run out. */
  readonly named: Life;
  #isOver = false;
  #log: AppendLog;
  /** What came while it was stopped; undefined while it runs. */
  #stopped: (() => void)[] | undefined;

  constructor(
    server: MemoryServer,
    identity: string,
    log: AppendLog,
    wire: RequestWire,
    isOver: (name: string) => boolean = (name) => name.startsWith(`${identity}#`),
  ) {
    this.#log = log;
    this.named = { name: `${identity}#${log.last}.${server.clock.nowMs()}`, isOver };
    this.clock = clockOf(server.clock, wire.skewMs, (run) => this.#enter(run));
    this.bus = new LifeBus(server, identity, {
      ...{ wire, clock: this.clock, isOver: () => this.#isOver },
      enter: (run) => this.#enter(run),
    });
    const last = () => this.#log.last;
    this.log = {
      get last() {
        return last();
      },
      append: (bytes, done) => {
        if (!this.#isOver) this.#log.append(bytes, (error, n) => this.#enter(() => done(error, n)));
      },
      read: (after) => this.#log.read(after),
      trim: (through, keepBytes) => this.#log.trim(through, keepBytes),
    };
  }

  /** Stops it where it is, as a signal does: whatever comes waits until it goes on. */
  stop(): void {
    this.#stopped ??= [];
  }

  /** Lets a stopped life go on. */
  goOn(): void {
    const waiting = this.#stopped ?? [];
    this.#stopped = undefined;
    for (const run of waiting) this.#enter(run);
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** From here on it writes into a log of its own: its directory is another life's. */
  writeTo(log: AppendLog): void {
    this.#log = log;
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
    this.#stopped = undefined;
    this.bus.end();
  }

  #enter(run: () => void): void {
    if (this.#isOver) return;
    if (this.#stopped === undefined) run();
    else this.#stopped.push(run);
  }
}

function clockOf(clock: VirtualClock, skewMs: () => number, enter: (run: () => void) => void): Clock {
  const after = (ms: number, run: () => void) => clock.after(ms, () => enter(run));
  return {
    nowMs: () => clock.nowMs() + skewMs(),
    monotonicMs: () => clock.monotonicMs(),
    after,
    sleep: (ms) => new Promise((wake) => after(ms, wake)),
  };
}

interface LifeBusParts {
  readonly wire: RequestWire;
  readonly clock: Clock;
  readonly isOver: () => boolean;
  /** Runs something in the life: now, when it goes on, or never. */
  readonly enter: (run: () => void) => void;
}

/** The bus as one life has it: it sends again what isn't acknowledged, and a request takes its time or fails. */
class LifeBus extends MemoryBus {
  readonly #server: MemoryServer;
  readonly #parts: LifeBusParts;
  readonly #opened: Subscription[] = [];
  readonly #unstored = new Set<OutboundMessage>();
  readonly #flushes: (() => void)[] = [];

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
    const { clock, isOver, enter } = this.#parts;
    if (isOver()) return;
    this.#unstored.add(message);
    const send = () => {
      if (!this.#unstored.has(message)) return;
      this.#server.send(this.identity, message, (result) =>
        enter(() => {
          if (!this.#unstored.delete(message)) return;
          done(result);
          this.#wakeFlushes();
        }),
      );
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
    const { isOver, wire } = this.#parts;
    if (isOver()) return never();
    const subscription = await super.follow(options, (message) =>
      this.#entering(() => {
        wire.onDelivery(message); // what may end this life
        return this.#entering(() => handler(message));
      }),
    );
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
    wire.onLeaving(subject, data);
    return new Promise((resolve, reject) => {
      const late = () => reject(new RequestFailedError(`${subject}: no answer within ${timeoutMs} ms`));
      const cancelLate = clock.after(timeoutMs, late);
      const back = (run: () => void) => {
        const arrive = () => {
          cancelLate();
          run();
        };
        for (const ms of wire.arrivalsMs(subject, 'back')) clock.after(ms, arrive);
      };
      // What is on its way arrives, whether or not its sender lives.
      const arrive = () => {
        wire.onRequest(subject, data);
        super.request(subject, type, data).then(
          (answer) => back(() => resolve(answer)),
          (error: unknown) => back(() => reject(error as Error)),
        );
      };
      for (const ms of wire.arrivalsMs(subject, 'there')) this.#server.clock.after(ms, arrive);
    });
  }

  override async serve(subject: string, handler: Parameters<MemoryBus['serve']>[1]): Promise<Subscription> {
    if (this.#parts.isOver()) return never();
    const subscription = await super.serve(subject, async (...question) => {
      const answer = await this.#entering(() => handler(...question));
      this.#parts.wire.onAnswering(); // what may end this life
      return answer;
    });
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
    for (const wake of this.#flushes.splice(0)) wake();
  }

  /** Runs it at once where the life runs; a life that is stopped answers when it goes on. */
  #entering<Result>(run: () => Result | Promise<Result>): Result | Promise<Result> {
    let now: { readonly result: Result | Promise<Result> } | undefined;
    let later: ((result: Result | Promise<Result>) => void) | undefined;
    this.#parts.enter(() => {
      const result = run();
      if (later === undefined) now = { result };
      else later(result);
    });
    if (now !== undefined) return now.result;
    return new Promise((resolve) => {
      later = resolve;
    });
  }

  #living<Value>(value: Value): Value | Promise<Value> {
    return this.#entering(() => value);
  }
}

/** The dead wait for ever. */
function never(): Promise<never> {
  return new Promise(() => {});
}
