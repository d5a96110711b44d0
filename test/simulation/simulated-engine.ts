import { service as analytics } from '@algo/analytics/service';
import { DISCARDED_ROWS, type ReplayedProcess, replay } from '@algo/backtest';
import {
  bucketSnapshots,
  type Divergence,
  FactMessage,
  LaneSpeaker,
  MemoryBus,
  MemoryLog,
  MemoryServer,
  type SnapshotStore,
  StreamLanes,
  type VirtualClock,
} from '@algo/bus';
import {
  codecs,
  type Fact,
  type FactName,
  type FactOf,
  type Family,
  type MessageOf,
  type StreamName,
} from '@algo/contracts';
import { service as decision } from '@algo/decision/service';
import { service as execution } from '@algo/execution/service';
import { service as ingest } from '@algo/ingest/service';
import { service as paperVenue } from '@algo/paper-venue/service';
import { service as positionRisk } from '@algo/position-risk/service';
import { service as reconcile } from '@algo/reconcile/service';
import {
  type BaseConfig,
  type baseConfig,
  type EnginePlan,
  enginePlanOf,
  identityOf,
  type PlannedProcess,
  plannedProducers,
  processesOf,
  type RunningService,
  readConfig,
  readInstrumentCatalog,
  type Service,
  type ServiceContext,
  startDriver,
} from '@algo/runtime';
import { SeededRandom } from '@algo/simulation';
import { bucketDocuments } from '@algo/state';
import { openExchange } from '@algo/venues';
import type { z } from 'zod';
import { leaseOf } from './lease-of.ts';
import { silentLogger } from './silent-logger.ts';
import { type RequestWire, SimulatedLife } from './simulated-life.ts';
import type { SimulatedProcess, SimulatedWorld } from './simulated-world.ts';
import { closing, delayingWire, freshClock } from './simulated-world.ts';

/** Nothing that is waited for takes longer. *Units*: virtual ms. */
const PATIENCE_MS = 600_000;

type Schema = z.ZodObject<(typeof baseConfig)['shape']>;

/**
 * The engine in one process on virtual time, with faults: the services as they ship, each driven by the
 * real driver, over a bus whose facts go by wire. Every process can be killed at any moment and started
 * again.
 */
export class SimulatedEngine {
  readonly clock: VirtualClock;
  readonly server: MemoryServer;
  readonly plan: EnginePlan;
  /** Client order ids in the order in which submits reached the exchange's door. */
  readonly submitted: string[] = [];
  /** Where a later life would have said something else. */
  readonly divergences: { readonly identity: string; readonly where: Divergence }[] = [];
  readonly #world: SimulatedWorld;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #random: SeededRandom;
  readonly #processes = new Map<string, SimulatedProcess>();
  readonly #files = new Map<string, Uint8Array>();
  readonly #failures: Error[] = [];

  constructor(world: SimulatedWorld) {
    this.#world = world;
    this.clock = world.clock ?? freshClock();
    this.#random = SeededRandom.seeded(world.seed).stream('world');
    this.#environment = world.environment ?? {};
    this.server = new MemoryServer(this.clock, {
      ...{ byWire: true, ...(world.messagesMax && { messagesMax: world.messagesMax }) },
      ...(world.delays === true ? { wire: delayingWire(this.clock, this.#random) } : {}),
      ...(world.storeMs === undefined ? {} : { wire: { storeMs: world.storeMs, ackMs: () => 0 } }),
      ...(world.storm === undefined ? {} : { wire: world.storm.wire }),
    });
    this.plan = enginePlanOf(readConfig('analytics', analytics.config, this.#environment));
    for (const planned of processesOf(this.plan)) {
      const process = this.#processOf(planned);
      if (process !== undefined) this.#processes.set(planned.identity, process);
    }
  }

  /** Returns the machine of a process's newest life. */
  machineOf(identity: string): unknown {
    return this.#process(identity).machine;
  }

  /** All processes of the plan, in the order of their start. */
  get identities(): readonly string[] {
    return [...this.#processes.keys()];
  }

  lives(identity: string): boolean {
    return this.#process(identity).life !== undefined;
  }

  /** Starts processes one after the other; each lives when the next begins. */
  async start(...identities: readonly string[]): Promise<void> {
    for (const identity of identities) await this.passing(this.begin(identity));
  }

  /** Begins a life; it lives from the moment that time goes on. */
  begin(identity: string): Promise<void> {
    const process = this.#process(identity);
    if (process.life !== undefined) throw new Error(`${identity} lives already`);
    const { log } = process;
    const { storm } = this.#world;
    const isOver = storm && ((name: string) => storm.isOver(identity, name));
    const wire = storm?.requestsOf(identity, () => life) ?? this.#requests();
    const life: SimulatedLife = new SimulatedLife(this.server, identity, log, wire, isOver);
    Object.assign(process, { life, isRestored: false });
    return process.start(life).then(
      (running) => this.#watch(life, running),
      (error: unknown) => this.#ended(life, error as Error),
    );
  }

  #requests(): RequestWire {
    return {
      arrivalsMs: () => [this.#world.delays === true ? this.#below(20) : 0],
      onRequest: (subject, data) => {
        if (subject.endsWith('.submit'))
          this.submitted.push(codecs.SubmitOrderRequest.decode(data).order.clientOrderId);
      },
      ...{ onLeaving: () => {}, onAnswering: () => {}, onDelivery: () => {} },
      skewMs: () => 0,
    };
  }

  /** The present life of a process; undefined while it is dead. */
  lifeOf(identity: string): SimulatedLife | undefined {
    return this.#process(identity).life;
  }

  /** Whether a process runs and has taken again what older lives took. */
  isUp(identity: string): boolean {
    const { life, isRestored } = this.#process(identity);
    return life !== undefined && !life.isStopped && isRestored;
  }

  /** Takes a stopped life for dead: it is no longer the process, and may go on beside the next one. */
  forsake(identity: string): SimulatedLife | undefined {
    const process = this.#process(identity);
    const { life } = process;
    Object.assign(process, { life: undefined, isRestored: false, abandon: () => {} });
    process.log.crash();
    return life;
  }

  /** Kills a process: what it had not stored, written or sent is lost. */
  kill(identity: string): void {
    const process = this.#process(identity);
    process.life?.end();
    process.life = undefined;
    process.abandon();
    process.log.crash();
    this.server.lose(identity);
  }

  killAll(): void {
    for (const identity of this.identities) this.kill(identity);
  }

  /** Lets virtual time pass. *Errors*: what ended a process that nobody has killed. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await settled();
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** Lets time pass until a promise settles. */
  async passing<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    await this.until(() => isSettled);
    return promise;
  }

  /** Lets time pass until something holds. */
  async until(holds: () => boolean): Promise<void> {
    await settled();
    for (let ms = 0; !holds(); ms++) {
      if (ms > PATIENCE_MS) throw new Error('what is waited for does not come');
      await this.pass(1);
    }
  }

  /** Speaks as a process of the plan that doesn't live here. */
  speaker(identity: string, account: string, says: readonly Family[]): Promise<LaneSpeaker> {
    const bus = new MemoryBus(this.server, identity);
    return this.passing(
      LaneSpeaker.open({
        ...{ bus, clock: this.clock, says, speaker: { identity, account } },
        snapshots: { load: async () => undefined, save: async () => {} },
        snapshotIntervalMs: PATIENCE_MS,
        onError: (error) => void this.#failures.push(error),
      }),
    );
  }

  /** Says what a person asks of an account. */
  command(account: string, fact: FactOf<'ctl.mode' | 'ctl.config'>): void {
    const speaker = { identity: 'cli', account };
    this.server.send('cli', FactMessage.said(fact, speaker, { id: fact.body.commandId }), () => {});
  }

  /** Returns all facts of a stream that count, as a reader of its lanes takes them. */
  facts(stream: StreamName): Fact[] {
    const lanes = new StreamLanes(stream, false);
    const facts: Fact[] = [];
    for (const message of new MemoryBus(this.server, 'reader').stored({ stream, subjects: ['>'], after: 0 }))
      lanes.admit(message, ({ fact }) => void facts.push(fact));
    return facts;
  }

  /** Returns the bodies of all facts of one name that count. */
  said<Name extends FactName>(stream: StreamName, name: Name): MessageOf<Name>[] {
    return this.facts(stream).flatMap((fact) => (fact.name === name ? [fact.body as MessageOf<Name>] : []));
  }

  /** Kills everybody and goes through their lives again. */
  async replayed(): Promise<readonly ReplayedProcess[]> {
    this.killAll();
    const replayed: ReplayedProcess[] = [];
    const bus = new MemoryBus(this.server, 'replay');
    const openLog = async (identity: string) => closing(this.#process(identity).log);
    for await (const one of replay({ bus, plan: this.plan, environment: this.#environment, openLog }))
      replayed.push(one);
    return replayed;
  }

  #watch(life: SimulatedLife, running: RunningService): void {
    void running.closed.then((error) => {
      this.#ended(life, error ?? new Error(`${life.bus.identity} ended by itself`));
    });
  }

  #ended(life: SimulatedLife, error: Error): void {
    const { storm } = this.#world;
    if (storm !== undefined) storm.ended(life.bus.identity, life, error);
    else if (!life.isOver) this.#failures.push(error);
  }

  #process(identity: string): SimulatedProcess {
    const process = this.#processes.get(identity);
    if (process === undefined) throw new Error(`${identity} is not in the plan`);
    return process;
  }

  #processOf({ service, purpose, identity }: PlannedProcess): SimulatedProcess | undefined {
    switch (service) {
      case 'analytics':
        return this.#make(analytics, { ALGO_ORDINAL: purpose });
      case 'decision':
        return this.#make(decision, { ALGO_ACCOUNT: purpose, ...this.#ownOf(identity) });
      case 'execution':
        return this.#make(execution, { ALGO_ACCOUNT: purpose });
      case 'position-risk':
        return this.#make(positionRisk, { ALGO_ACCOUNT: purpose });
      case 'reconcile':
        return this.#make(reconcile, { ALGO_ACCOUNT: purpose });
      case 'paper-venue':
        return this.#make(paperVenue, { ALGO_ACCOUNT: purpose });
      case 'ingest':
        return this.#make(ingest, {});
      case 'notifier':
      case 'cli':
        return undefined; // nothing of the engine depends on them
      default:
        return service satisfies never;
    }
  }

  /** `ALGO_TRADING_CONFIG@decision.b` is the setting of one process alone. */
  #ownOf(identity: string): Record<string, string> {
    const own = Object.entries(this.#environment).filter(([key]) => key.endsWith(`@${identity}`));
    return Object.fromEntries(own.map(([key, value]) => [key.slice(0, key.indexOf('@')), value]));
  }

  #make<Of extends Schema>(service: Service<Of>, own: Readonly<Record<string, string>>): SimulatedProcess {
    const config = readConfig(service.name, service.config, { ...this.#environment, ...own }) as z.infer<Of>;
    const identity = identityOf(service.name, service.purpose(config));
    const flushMs = this.#world.diskMs ?? (this.#world.delays ? () => this.#below(5) : undefined);
    const process: SimulatedProcess = {
      identity,
      log:
        this.#world.storm?.openLog(identity, this.clock) ??
        this.#world.openLog?.(identity) ??
        new MemoryLog(flushMs === undefined ? undefined : { clock: this.clock, flushMs }),
      isRestored: false,
      life: undefined,
      abandon: () => {},
      machine: undefined,
      start: (life) => service.start(this.#context<z.infer<Of>>(process, life, config)),
    };
    return process;
  }

  #context<Config extends BaseConfig>(
    process: SimulatedProcess,
    life: SimulatedLife,
    config: Readonly<Config>,
  ): ServiceContext<Config> {
    const [{ identity }, { bus, clock }] = [process, life];
    const [by, file] = [{ ask: bus.request.bind(bus), clock }, config.instrumentsFile];
    return {
      ...{ config, identity, bus, clock, repeat: life.repeat },
      ...{ log: silentLogger(identity), signal: new AbortController().signal },
      ...{ documents: bucketDocuments(bus.bucket('documents')), openRowStore: async () => DISCARDED_ROWS },
      lease: () => leaseOf(life, config, (error) => this.#ended(life, error)),
      own: (resource) => resource, // a life ends by a kill; nobody tidies up
      fileSnapshots: (name) => this.#file(name, life),
      exchange: async (account) =>
        (await this.#world.openVenue?.(life)) ?? openExchange('paper', { account, ...by }),
      ...{ instruments: async () => readInstrumentCatalog(file), addReadiness() {} },
      drive: async (plan) => {
        const { machine, driver } = await startDriver(plan, {
          ...{ bus, clock, identity, account: config.account, log: life.log },
          snapshots: plan.snapshots ?? bucketSnapshots(bus.bucket('snapshots'), identity),
          snapshotIntervalMs: config.snapshotIntervalMs,
          knows: plannedProducers(this.plan),
          onDivergence: (where) => void this.divergences.push({ identity, where }),
        });
        if (life.isOver) driver.abandon();
        else if (process.life === life) {
          Object.assign(process, { machine, abandon: () => driver.abandon() });
          void driver.restored.then(() => {
            if (process.life === life) process.isRestored = true;
          });
        }
        return { machine, driven: driver };
      },
    };
  }

  #file(name: string, life: SimulatedLife): SnapshotStore {
    return {
      load: async () => this.#files.get(name),
      save: async (...parts) => void (life.isOver || this.#files.set(name, Buffer.concat(parts))),
    };
  }

  #below(bound: number): number {
    return Math.floor(this.#random.uniform() * bound);
  }
}

/** Lets promises settle. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
