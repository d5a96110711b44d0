import { service as analytics } from '@algo/analytics/service';
import {
  type AppendLog,
  type Bus,
  type Divergence,
  fencedEpoch,
  MemoryLog,
  RecordedBus,
  systemClock,
} from '@algo/bus';
import { service as decision } from '@algo/decision/service';
import { service as execution } from '@algo/execution/service';
import { VIRTUAL_SHARDS } from '@algo/model';
import { service as paperVenue } from '@algo/paper-venue/service';
import { service as positionRisk } from '@algo/position-risk/service';
import { service as reconcile } from '@algo/reconcile/service';
import {
  acquireLease,
  type baseConfig,
  createLogger,
  type EnginePlan,
  engineInstruments,
  identityOf,
  type PlannedProcess,
  plannedProducers,
  processesOf,
  readConfig,
  type Service,
  type ServiceContext,
  shardIdentity,
  startDriver,
} from '@algo/runtime';
import { bucketDocuments } from '@algo/state';
import { type AccountStream, openExchange } from '@algo/venues';
import type { z } from 'zod';
import { DISCARDED_ROWS } from './discarded-rows.ts';

/** A run whose engine has stopped. */
export interface RecordedRun {
  /** Over its streams. */
  readonly bus: Bus;
  readonly plan: EnginePlan;
  /** What its services were configured by. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Opens a process's own log. */
  openLog(identity: string): Promise<AppendLog & AsyncDisposable>;
}

/** What came of going through one process's life again. `difference` is the first one. */
export interface ReplayedProcess {
  readonly identity: string;
  readonly inputs: number;
  readonly difference: Divergence | undefined;
}

/** Nothing taken for so long means that what should come next isn't there. */
const PATIENCE_MS = 60_000;

/**
 * Goes through a run again from its beginning, process by process: each takes the recorded inputs in the
 * recorded order, and each word and request is compared with what was said then. Yields what came of
 * each.
 * *Errors*: when streams or logs no longer hold what was taken.
 */
export async function* replay(run: RecordedRun): AsyncGenerator<ReplayedProcess> {
  for (const planned of processesOf(run.plan)) {
    const replayed = await replayProcess(run, planned);
    if (replayed !== undefined) yield replayed;
  }
  // Whichever process had a shard, and when, its words are its own.
  for (let shard = 0; shard < VIRTUAL_SHARDS; shard++)
    if ((await fencedEpoch(run.bus, shardIdentity(shard), 'CANDLES')) > 0)
      yield await replayed({ ...run, openLog: nothingLogged }, analytics, { ALGO_SHARD: String(shard) });
}

/** A shard takes nothing but its stream. */
const nothingLogged = async () => Object.assign(new MemoryLog(), { async [Symbol.asyncDispose]() {} });

async function replayProcess(
  run: RecordedRun,
  planned: PlannedProcess,
): Promise<ReplayedProcess | undefined> {
  const { purpose } = planned;
  switch (planned.service) {
    case 'decision':
      return replayed(run, decision, { ALGO_ACCOUNT: purpose });
    case 'execution':
      return replayed(run, execution, { ALGO_ACCOUNT: purpose });
    case 'position-risk':
      return replayed(run, positionRisk, { ALGO_ACCOUNT: purpose });
    case 'reconcile':
      return replayed(run, reconcile, { ALGO_ACCOUNT: purpose });
    case 'paper-venue':
      return replayed(run, paperVenue, { ALGO_ACCOUNT: purpose });
    case 'analytics': {
      // Where shards move, each speaks for itself, below.
      const speaks = (await fencedEpoch(run.bus, planned.identity, 'CANDLES')) > 0;
      return speaks ? replayed(run, analytics, { ALGO_ORDINAL: purpose }) : undefined;
    }
    case 'ingest':
    case 'notifier':
    case 'cli':
      return undefined; // takes nothing by the recorded order
    default:
      return planned.service satisfies never;
  }
}

async function replayed<Schema extends z.ZodObject<(typeof baseConfig)['shape']>>(
  run: RecordedRun,
  service: Service<Schema>,
  own: Readonly<Record<string, string>>,
): Promise<ReplayedProcess> {
  const config = readConfig(service.name, service.config, { ...run.environment, ...own }) as z.infer<Schema>;
  const identity = identityOf(service.name, service.purpose(config));
  await using stack = new AsyncDisposableStack();
  const stop = new AbortController();
  stack.defer(() => stop.abort());
  const outcome = Promise.withResolvers<ReplayedProcess>();
  const context = recordedContext<z.infer<Schema>>(run, {
    config,
    identity,
    stack,
    signal: stop.signal,
    outcome,
  });
  const running = await service.start(context);
  const ended = running.closed.then((error) => {
    throw error ?? new Error(`${identity} ended before it had taken its inputs again`);
  });
  return await Promise.race([outcome.promise, ended]);
}

/** What was told then is in the process's own log. */
const SILENT_STREAM: AccountStream = { open() {}, async [Symbol.asyncDispose]() {} };

/**
 * The world of a service that goes through its past: it reads, and nothing that it does leaves this
 * process.
 */
function recordedContext<Config extends z.infer<typeof baseConfig>>(
  run: RecordedRun,
  parts: {
    readonly config: Readonly<Config>;
    readonly identity: string;
    readonly stack: AsyncDisposableStack;
    readonly signal: AbortSignal;
    readonly outcome: PromiseWithResolvers<ReplayedProcess>;
  },
): ServiceContext<Config> {
  const { config, identity, stack, signal, outcome } = parts;
  const bus = new RecordedBus(run.bus, identity);
  const documents = bucketDocuments(bus.bucket('documents'));
  const own = <Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource =>
    stack.use(resource);
  return {
    ...{ config, identity, bus, signal, own, clock: systemClock },
    lease: () => {
      const life = { name: `replay of ${identity}`, isOver: () => true };
      return acquireLease({ config, identity, bus, life, clock: systemClock, signal });
    },
    log: createLogger(identity, 'silent'),
    documents,
    repeat() {},
    addReadiness() {},
    fileSnapshots: () => NOTHING_SAVED,
    // A feed that told of none brought no trade either.
    instruments: async () => (await engineInstruments(config, documents)).instruments,
    exchange: async (account) => {
      // Whichever it was, nobody asks it again.
      const { venue } = openExchange('paper', { account, ask: bus.request.bind(bus), clock: systemClock });
      return { venue: own(venue), accountStream: SILENT_STREAM };
    },
    openRowStore: async () => DISCARDED_ROWS,
    async drive(plan) {
      let difference: Divergence | undefined;
      const { machine, driver } = await startDriver(plan, {
        ...{ bus, identity, clock: systemClock, account: config.account, snapshots: NOTHING_SAVED },
        snapshotIntervalMs: config.snapshotIntervalMs,
        log: readOnly(own(await run.openLog(identity))),
        knows: plannedProducers(run.plan),
        onDivergence: (where) => {
          difference ??= where;
        },
      });
      stack.defer(() => driver.abandon());
      void driver.restored.then(() => {
        outcome.resolve({ identity, inputs: driver.taken, difference });
        driver.abandon();
      });
      watchProgress(driver, identity, signal, outcome);
      return { machine, driven: driver };
    },
  };
}

const NOTHING_SAVED = { load: async () => undefined, save: async () => {} };

/** Nothing more is appended: who waits for it to be on disk waits for ever. */
function readOnly(log: AppendLog): AppendLog {
  return {
    get last() {
      return log.last;
    },
    append() {},
    read: (after) => log.read(after),
    trim: async () => {},
  };
}

function watchProgress(
  driver: { readonly taken: number },
  identity: string,
  signal: AbortSignal,
  outcome: PromiseWithResolvers<ReplayedProcess>,
): void {
  let before = -1;
  const timer = setInterval(() => {
    if (driver.taken === before)
      outcome.reject(
        new Error(
          `${identity}: what it took behind input ${driver.taken} is not in the streams any more. ` +
            'Only a run whose streams still begin at their beginning can be gone through again.',
        ),
      );
    before = driver.taken;
  }, PATIENCE_MS);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
