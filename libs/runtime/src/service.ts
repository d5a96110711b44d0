import type {
  Bus,
  Clock,
  Driven,
  DrivePlan,
  Input,
  Lease,
  Machine,
  OwnInput,
  SnapshotStore,
} from '@algo/bus';
import type { FactName, ServiceName } from '@algo/contracts';
import type { AccountId } from '@algo/model';
import type { DocumentStore } from '@algo/state';
import type { RowStore, TickStoreOptions } from '@algo/tickstore';
import type { OpenExchange } from '@algo/venues';
import type { z } from 'zod';
import type { BaseConfig, baseConfig } from './base-config.ts';
import type { InstrumentCatalog } from './instruments/instrument-catalog.ts';
import type { Logger } from './logger.ts';
import type { VenueSettings } from './venue-access.ts';

/** What a running service shows of itself. `closed` settles when it can't go on. */
export interface RunningService {
  readonly closed: Promise<Error | undefined>;
  /** Numbers for the status table and `algo status`. */
  counters(): Readonly<Record<string, number>>;
  /** Words for the status table: what it does, or why it can't. */
  notes?(): readonly string[];
  /** What `/metrics` shows beside what all processes do, in Prometheus' text form. */
  metrics?(): string;
}

/**
 * All that a service has of the world. A process fills it with NATS, the wall clock and the disk; the
 * composition in one process with memory and virtual time. Whatever is handed to `own` is disposed in
 * reverse order at the end.
 */
export interface ServiceContext<Config extends BaseConfig = BaseConfig> {
  readonly config: Readonly<Config>;
  /** `execution.paper-main`, `analytics.0`: says what this process is for. */
  readonly identity: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly documents: DocumentStore;
  /** Whatever a machine says is taken by its readers before it goes on: a state may be read only there. */
  readonly isHeardAtOnce?: true;
  /** Its clock is a machine's: how long something took says something, and may be told. */
  readonly isTimed?: true;
  /**
   * Waits for the right to act alone under this identity; undefined when told to stop before. A process that
   * loses it ends.
   */
  lease(): Promise<Lease | undefined>;
  /**
   * Where virtual shards go from process to process; undefined where one process has what it has for good: in
   * a composition, and where one shard is gone through again.
   */
  readonly shards?: ShardPlace;
  /** Where this service keeps a state that is too large for a bucket. */
  fileSnapshots(name: string): SnapshotStore;
  /**
   * Waits for the instruments of the engine, by the rules of their beginning; what changed since is told as
   * facts. *Errors*: InputError, ConfigError.
   */
  instruments(): Promise<InstrumentCatalog>;
  /** Opens the exchange that an account's orders go to; what it tells by itself is not open yet. */
  exchange(account: AccountId, settings: VenueSettings): Promise<OpenExchange>;
  /**
   * Does something again and again by the wall, for what told time can't wake when it stands still. Never
   * in a composition: there time is told, or nothing happens.
   */
  repeat(everyMs: number, run: () => void): void;
  addReadiness(reasons: () => readonly string[]): void;
  own<Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource;
  /** Opens the files of instruments, or what stands for them. */
  openRowStore(options: TickStoreOptions): Promise<RowStore>;
  /**
   * Drives a machine: restores it, gives it its inputs in order, says what it says, carries out what it
   * requests. The machine is the one that `restore` made.
   */
  drive<
    In extends Input,
    Out extends FactName,
    Request,
    Own extends OwnInput,
    Made extends Machine<In, Out, Request>,
  >(
    plan: DrivePlan<In, Out, Request, Own, Made>,
  ): Promise<{ readonly machine: Made; readonly driven: Driven<Own> }>;
}

/** What a process needs to have virtual shards for a while: each is driven under a name of its own. */
export interface ShardPlace {
  /** Waits for the right to speak for a shard alone; undefined when told to stop before. */
  lease(shard: number, signal: AbortSignal): Promise<Lease | undefined>;
  /**
   * Waits until nobody else moves what a shard has stored, and holds others off until it is given back;
   * undefined when told to stop before.
   */
  files(shard: number, signal: AbortSignal): Promise<Lease | undefined>;
  /** Does what `drive` does, for a shard, in the life that its lease numbers, until it is disposed. */
  drive<
    In extends Input,
    Out extends FactName,
    Request,
    Own extends OwnInput,
    Made extends Machine<In, Out, Request>,
  >(
    shard: number,
    epoch: number,
    plan: DrivePlan<In, Out, Request, Own, Made>,
  ): Promise<{ readonly machine: Made; readonly driven: Driven<Own> & AsyncDisposable }>;
}

/** A service: its name, what it is configured by, and how its parts are put together. */
export interface Service<Schema extends z.ZodObject<(typeof baseConfig)['shape']>> {
  readonly name: ServiceName;
  readonly config: Schema;
  /** What one process of it is for: its account, its feed, its ordinal. */
  purpose(config: Readonly<z.infer<Schema>>): string | number;
  /**
   * Looks at what the configuration names beside itself: files, keys, names. It opens no bus, no exchange and
   * nothing that a running process has. *Errors*: InputError, ConfigError.
   */
  check?(config: Readonly<z.infer<Schema>>): void | Promise<void>;
  start(context: ServiceContext<z.infer<Schema>>): Promise<RunningService>;
}

/** Returns the service as it was defined; gives `start` its types. */
export function defineService<Schema extends z.ZodObject<(typeof baseConfig)['shape']>>(
  service: Service<Schema>,
): Service<Schema> {
  return service;
}
