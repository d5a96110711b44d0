import type { Bus, Clock, Driven, OwnInput } from '@algo/bus';
import { decodeFact, encodeFact, type Fact, type Speaker, typeOf } from '@algo/contracts';
import type { AccountId, TimeUs } from '@algo/model';
import { bucketDocuments } from '@algo/state';
import type { RowStore } from '@algo/tickstore';
import type { OpenExchange } from '@algo/venues';
import type { z } from 'zod';
import { acquireLease } from './acquire-lease.ts';
import type { BaseConfig, baseConfig } from './base-config.ts';
import type { Hosted } from './composed/hosted.ts';
import { HostedMachine } from './composed/hosted-machine.ts';
import { Routes } from './composed/routes.ts';
import { Said } from './composed/said.ts';
import { Scheduler } from './composed/scheduler.ts';
import { readInstrumentCatalog } from './instruments/instrument-catalog.ts';
import type { Logger } from './logger.ts';
import { identityOf } from './process-plan.ts';
import type { RunningService, Service, ServiceContext } from './service.ts';

/** What a composition has in the place of the outside. */
export interface CompositionParts {
  /** Buckets and requests in memory; no fact goes through it. */
  bus(identity: string): Bus;
  log(identity: string): Logger;
  /** Returns the exchange that an account trades at. */
  exchange(account: AccountId): OpenExchange;
  openRowStore(): RowStore;
  /** Told of each fact that is said, at its turn, before its readers take it. */
  observe(fact: Fact): void;
  /**
   * Encodes and decodes each fact on its way to each reader, as a wire does; otherwise it goes by
   * reference.
   */
  readonly byWire?: boolean;
  /**
   * Says whether a machine is torn down and made again from its snapshot before it takes its input of
   * this number.
   */
  readonly restoreBefore?: (identity: string, input: number) => boolean;
}

/**
 * Many services in one process, on virtual time: the same services as live, with memory for a world. What
 * a machine says is taken by its readers at once and in order; there is no promise, no clock and no
 * encoding between a fact and what follows from it. *Shape*: readers of a fact take it in the order in
 * which their services were added.
 */
export class Composition implements AsyncDisposable {
  readonly scheduler = new Scheduler();
  readonly #parts: CompositionParts;
  readonly #routes = new Routes<Hosted>();
  readonly #hosted = new Map<string, Hosted>();
  readonly #running = new Map<string, RunningService>();
  readonly #stack = new AsyncDisposableStack();
  readonly #give: (said: Said) => void;
  #failure: Error | undefined;

  constructor(parts: CompositionParts) {
    this.#parts = parts;
    this.#give = ({ fact, readers }) => {
      parts.observe(fact);
      for (const reader of readers) reader.give(this.received(fact));
    };
  }

  /** Starts a service in this composition, under the name that its process would have. */
  async add<Schema extends z.ZodObject<(typeof baseConfig)['shape']>>(
    service: Service<Schema>,
    config: Readonly<z.infer<Schema>>,
  ): Promise<void> {
    const identity = identityOf(service.name, service.purpose(config));
    const running = await service.start(this.#context(identity, config));
    this.#running.set(identity, running);
    void running.closed.then((error) => {
      this.#failure ??= error;
    });
  }

  /** Resolves when all services are ready: what they do at their start has its turn then. */
  async ready(): Promise<void> {
    // Promises that a start left behind are through after a turn of the loop; later nothing waits for one.
    await new Promise((resolve) => setImmediate(resolve));
    this.scheduler.drain();
    this.check();
  }

  /** *Errors*: what ended a service. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Returns the machine of a process. *Errors*: when it isn't part of this composition. */
  machineOf(identity: string): Hosted {
    const found = this.#hosted.get(identity);
    if (found === undefined) throw new Error(`${identity} is not composed`);
    return found;
  }

  /** Returns who reads a fact. *Shape*: the same list at each call. */
  readersOf(fact: Fact, speaker: Speaker): readonly Hosted[] {
    return this.#routes.readersOf(fact, speaker);
  }

  /** Returns a fact that somebody says: done at its turn, its readers take it. */
  said(fact: Fact, speaker: Speaker): Said {
    return new Said(fact, this.readersOf(fact, speaker), this.#give);
  }

  /**
   * Returns a fact as each who is given it is to have it: the very same value, or by wire one of its own.
   */
  received(fact: Fact): Fact {
    return this.#parts.byWire === true
      ? decodeFact(typeOf(fact.name), encodeFact(fact.name, fact.body))
      : fact;
  }

  /** Returns what each service counts. */
  counters(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    return Object.fromEntries(
      [...this.#running].map(([identity, running]) => [identity, running.counters()]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #context<Config extends BaseConfig>(identity: string, config: Readonly<Config>): ServiceContext<Config> {
    const parts = this.#parts;
    const bus = parts.bus(identity);
    const own = <Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource =>
      this.#stack.use(resource);
    const speaker = { identity, account: config.account };
    const { signal } = new AbortController();
    return {
      config,
      identity,
      lease: () => {
        const life = { name: identity, isOver: () => false };
        return acquireLease({ config, identity, bus, life, clock: stillClock(this.scheduler), signal });
      },
      bus,
      // By wire each reader has a copy of its own, later: that is how states travel between processes.
      ...(parts.byWire === true ? {} : { isHeardAtOnce: true }),
      clock: stillClock(this.scheduler),
      log: parts.log(identity),
      signal,
      documents: bucketDocuments(bus.bucket('documents')),
      own,
      repeat() {},
      addReadiness() {},
      fileSnapshots: () => ({ load: async () => undefined, save: async () => {} }),
      instruments: async () => readInstrumentCatalog(config.instrumentsFile),
      exchange: async (account) => {
        const { venue, accountStream } = parts.exchange(account);
        return { venue: own(venue), accountStream: own(accountStream) };
      },
      openRowStore: async () => parts.openRowStore(),
      drive: async (plan) => {
        const { scheduler } = this;
        const { restoreBefore } = parts;
        const say = (fact: Fact, by: Speaker) => this.said(fact, by);
        const hosted = new HostedMachine({ speaker, plan, scheduler, say, restoreBefore });
        this.#hosted.set(identity, hosted);
        for (const reading of plan.reads) this.#routes.add(hosted, reading, hosted.machine.passesOver);
        return { machine: standing(() => hosted.machine), driven: drivenBy(hosted) };
      },
    };
  }
}

/**
 * The wall clock of a composition stands still: no deadline of the wire passes, since every answer comes
 * at once. Timers run on virtual time.
 */
function stillClock(scheduler: Scheduler): Clock {
  const us = (ms: number): TimeUs => scheduler.nowUs + ms * 1_000;
  return {
    nowMs: () => 0,
    monotonicMs: () => 0,
    sleep: () => new Promise(() => {}), // nothing that waits for a promise has a place in virtual time
    after: (ms, run) => scheduler.at(us(ms), run),
  };
}

/** Returns what stands for a machine in its service's hands: always the one that was made last. */
function standing<Made extends object>(current: () => Made): Made {
  return new Proxy(current(), {
    get: (_, key) => {
      const machine = current();
      const value: unknown = Reflect.get(machine, key, machine);
      return typeof value === 'function' ? value.bind(machine) : value;
    },
  });
}

function drivenBy<Own extends OwnInput>(hosted: {
  readonly taken: number;
  inject(input: Own): void;
}): Driven<Own> {
  return {
    closed: new Promise(() => {}), // what a machine throws ends the run that gave it its input
    get taken() {
      return hosted.taken;
    },
    epoch: 1,
    backlog: 0,
    restored: Promise.resolve(),
    inject: (input) => hosted.inject(input),
  };
}
