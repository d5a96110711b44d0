import { service as analytics } from '@algo/analytics/service';
import {
  type Bus,
  type Clock,
  type KeyValue,
  MemoryBus,
  MemoryLog,
  MemoryServer,
  type Subscription,
  VirtualClock,
} from '@algo/bus';
import type { BucketName } from '@algo/contracts';
import type { InstrumentId } from '@algo/model';
import {
  acquireLease,
  filesOfShard,
  identityOf,
  plannedProducers,
  type RunningService,
  readConfig,
  readInstrumentCatalog,
  type ServiceContext,
  shardIdentity,
  startDriver,
} from '@algo/runtime';
import { bucketDocuments } from '@algo/state';
import type { RowStore } from '@algo/tickstore';
import { silentLogger } from './silent-logger.ts';

/** A process's clock, which stands still while the process does; what became due meanwhile is done then. */
class HaltingClock implements Clock {
  readonly #clock: VirtualClock;
  #waiting: (() => void)[] | undefined;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.after(ms, wake));
  }

  after(ms: number, run: () => void): () => void {
    let isOver = false;
    const cancel = this.#clock.after(ms, () => {
      const due = () => isOver || run();
      if (this.#waiting === undefined) due();
      else this.#waiting.push(due);
    });
    return () => {
      isOver = true;
      cancel();
    };
  }

  halt(): void {
    this.#waiting ??= [];
  }

  goOn(): void {
    const due = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of due) run();
  }
}

/** The bus of such a process: it hears of a new plan when it goes on, and of nothing when it is over. */
class BusOfLife extends MemoryBus {
  readonly #life: Pick<Life, 'clock' | 'isOver'>;

  constructor(server: MemoryServer, identity: string, life: Pick<Life, 'clock' | 'isOver'>) {
    super(server, identity);
    this.#life = life;
  }

  override watch(...[name, key, handler]: Parameters<Bus['watch']>): Promise<Subscription> {
    return super.watch(name, key, (entry) => void this.#life.clock.after(0, () => handler(entry)));
  }

  override bucket(name: BucketName): KeyValue {
    const bucket = super.bucket(name);
    const { compareAndSet } = bucket;
    return {
      ...bucket,
      compareAndSet: (...set) => (this.#life.isOver ? new Promise(() => {}) : compareAndSet(...set)),
    };
  }
}

interface Life {
  readonly clock: HaltingClock;
  readonly drivers: { abandon(): void }[];
  readonly owned: (AsyncDisposable | Disposable)[];
  running: RunningService | undefined;
  isOver: boolean;
}

/** Processes of analytics on one disk and one server, in this process and on virtual time. */
export class ShardsWorld {
  readonly clock = new VirtualClock(1_000);
  readonly server: MemoryServer;
  /** Trades that the files hold, by instrument. */
  readonly stored = new Map<InstrumentId, { position: number; trades: number }>();
  /** What ended a process by itself. */
  readonly failures: Error[] = [];
  readonly divergences: unknown[] = [];
  readonly #catalog: string;
  readonly #files = new Map<string, Uint8Array>();
  readonly #lives = new Map<number, Life>();
  readonly #names = new Map<string, Life>();
  #count = 0;

  constructor(instrumentsFile: string, random: () => number) {
    this.#catalog = instrumentsFile;
    const wire = { storeMs: () => Math.floor(random() * 6), ackMs: () => Math.floor(random() * 4) };
    this.server = new MemoryServer(this.clock, { wire });
  }

  bus(identity: string): MemoryBus {
    return new MemoryBus(this.server, identity);
  }

  /** Begins a life of a process that has none. */
  async start(ordinal: number): Promise<void> {
    if (this.#lives.has(ordinal)) return;
    const clock = new HaltingClock(this.clock);
    const life: Life = { clock, drivers: [], owned: [], running: undefined, isOver: false };
    this.#lives.set(ordinal, life);
    life.running = await this.passing(analytics.start(this.#context(ordinal, life)));
    void life.running.closed.then((error) => {
      if (error !== undefined && !life.isOver) this.failures.push(error);
      if (this.#lives.get(ordinal) === life) this.kill(ordinal);
    });
  }

  /** As kill -9: what is on its way to the server is lost. */
  kill(ordinal: number): void {
    const life = this.#lives.get(ordinal);
    if (life === undefined) return;
    this.#lives.delete(ordinal);
    life.isOver = true;
    life.clock.halt();
    for (const driver of life.drivers) driver.abandon();
    this.server.lose(identityOf('analytics', ordinal));
  }

  /**
   * Its clock stands still, so that it neither looks at the plan nor renews a lease; what is worse than in a
   * process that stands still, it takes and says all the while.
   */
  halt(ordinal: number): void {
    this.#lives.get(ordinal)?.clock.halt();
  }

  goOn(ordinal: number): void {
    this.#lives.get(ordinal)?.clock.goOn();
  }

  /** Whether all of a plan's members run and nothing moves. */
  isSettled(members: readonly number[], revision: number): boolean {
    return members.every((member) => {
      const counters = this.#lives.get(member)?.running?.counters();
      return counters !== undefined && counters.moving === 0 && counters.revision === revision;
    });
  }

  /** Lets time pass until a promise settles. */
  async passing<Result>(promise: Promise<Result>): Promise<Result> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    for (let ms = 0; !settled; ms++) {
      if (ms > 20_000) throw new Error('it never comes to its end');
      await this.clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return promise;
  }

  #context(ordinal: number, life: Life): Parameters<typeof analytics.start>[0] {
    const identity = identityOf('analytics', ordinal);
    const config = readConfig('analytics', analytics.config, {
      ...{ ALGO_ORDINAL: String(ordinal), ALGO_INSTRUMENTS_FILE: this.#catalog, ALGO_FEEDS: 'binance' },
      ...{ ALGO_SNAPSHOT_INTERVAL_MS: '40', ALGO_LEASE_TTL_MS: '1000' },
    });
    const bus = new BusOfLife(this.server, identity, life);
    const { clock } = life;
    const name = `${identity}#${++this.#count}`;
    this.#names.set(name, life);
    const isOver = (other: string) => this.#names.get(other)?.isOver === true;
    const right = (identity: string, signal: AbortSignal) =>
      acquireLease({
        ...{ config, identity, bus, clock, signal, mayBeLate: true },
        life: { name, isOver },
      });
    const never = () => Promise.reject(new Error('nobody asks for that'));
    const context: ServiceContext<typeof config> = {
      ...{ config, identity, bus, clock, log: silentLogger(identity) },
      ...{ signal: new AbortController().signal, documents: bucketDocuments(bus.bucket('documents')) },
      own: (resource) => {
        life.owned.push(resource);
        return resource;
      },
      ...{ repeat() {}, addReadiness() {}, lease: never, exchange: never, drive: never },
      instruments: async () => readInstrumentCatalog(config.instrumentsFile),
      fileSnapshots: (file) => ({
        load: async () => this.#files.get(file),
        save: async (...parts) => void (life.isOver || this.#files.set(file, Buffer.concat(parts))),
      }),
      openRowStore: async () => this.#rows(life),
      shards: {
        lease: (shard, signal) => right(shardIdentity(shard), signal),
        files: (shard, signal) => right(filesOfShard(shard), signal),
        drive: async (shard, epoch, plan) => {
          const { machine, driver } = await startDriver(
            { ...plan, epoch },
            {
              ...{ bus, clock, identity: shardIdentity(shard), account: config.account },
              ...{ log: new MemoryLog(), snapshots: plan.snapshots!, snapshotIntervalMs: 40 },
              knows: plannedProducers({
                ...{ accounts: [], live: [], feeds: ['binance'], analytics: 1, standby: [] },
              }),
              onDivergence: (where) => void this.divergences.push(where),
            },
          );
          if (life.isOver) driver.abandon();
          else life.drivers.push(driver);
          return { machine, driven: driver };
        },
      },
    };
    return context;
  }

  /** Files that pass over what they have, as real ones do. */
  #rows(life: Life): RowStore {
    const at = (instrument: InstrumentId) => {
      const file = this.stored.get(instrument) ?? { position: 0, trades: 0 };
      this.stored.set(instrument, file);
      return { ...file, lastTradeId: file.trades === 0 ? null : String(file.trades), rolledToUs: 0 };
    };
    const appended = new Map<InstrumentId, { position: number; trades: number }[]>();
    return {
      openInstrument: async (instrument) => at(instrument),
      closeInstrument: async (instrument) => at(instrument),
      append({ instrument, position, trades }) {
        const waiting = appended.get(instrument) ?? [];
        appended.set(instrument, [...waiting, { position, trades: trades?.count ?? 0 }]);
      },
      commitUpTo: (instrument, position) => {
        const file = this.stored.get(instrument)!;
        for (const rows of appended.get(instrument) ?? [])
          if (rows.position > file.position && !life.isOver)
            Object.assign(file, { position: rows.position, trades: file.trades + rows.trades });
        appended.set(instrument, []);
        if (!life.isOver) file.position = Math.max(file.position, position);
      },
      ...{ rollBy() {}, flush: async () => {}, ready: async () => {}, backlog: 0, isBehind: false },
      async [Symbol.asyncDispose]() {},
      stats: () => ({
        ...{ storedTrades: 0, storedRows: 0, pendingRows: 0, commits: 0, failedCommits: 0 },
        ...{ lastCommitMs: 0, openFiles: 0, checkpoints: 0 },
      }),
    };
  }
}
