import { join } from 'node:path';
import {
  bucketSnapshots,
  type Clock,
  type Lease,
  MemoryLog,
  type SnapshotStore,
  storeFences,
} from '@algo/bus';
import { FAMILIES } from '@algo/contracts';
import { bucketDocuments, FileLog, fileSnapshots } from '@algo/state';
import { openExchange, realExchange } from '@algo/venues';
import { acquireLease } from './acquire-lease.ts';
import { type BaseConfig, enginePlanOf, exchangeOf } from './base-config.ts';
import { askersOf, followPause } from './follow-pause.ts';
import type { HealthServer } from './health-server.ts';
import { engineInstruments } from './instruments/engine-instruments.ts';
import { followRules } from './instruments/follow-rules.ts';
import { lifeAmongOthers } from './own-life.ts';
import { filesOfShard, identityOf, plannedProducers, shardIdentity } from './process-plan.ts';
import { quietCollector } from './quiet-collector.ts';
import type { ServiceContext, ShardPlace } from './service.ts';
import { startDriver } from './start-driver.ts';
import { venueAccess } from './venue-access.ts';

/** A segment of a process's own log: what is read anew by each start, at least, and trimmed at once. */
const SEGMENT_BYTES = 2_000_000;

/** How often it is looked whether ingest has told of the instruments. */
const LOOK_EVERY_MS = 100;
/** So many looks without success are said in the log. */
const SAID_AFTER = 50;

/** The world as a process has it: NATS, the wall clock, the disk. */
export function processContext<Config extends BaseConfig>(
  parts: Pick<
    ServiceContext<Config>,
    'config' | 'identity' | 'lease' | 'bus' | 'clock' | 'log' | 'signal'
  > & {
    readonly health: HealthServer;
    readonly stack: AsyncDisposableStack;
    /** The lease, where an older process may stand still with the same log open. */
    readonly takenOver: Lease | undefined;
  },
): ServiceContext<Config> {
  const { config, identity, lease, bus, clock, log, signal, health, stack, takenOver } = parts;
  const own = <Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource =>
    stack.use(resource);
  const ask = bus.request.bind(bus);
  const documents = bucketDocuments(bus.bucket('documents'));
  let waitsFor: readonly string[] = [];
  health.addReadiness(() =>
    waitsFor.map((feed) => `waits for ${identityOf('ingest', feed)} to say what its exchange lists`),
  );
  return {
    config,
    identity,
    lease,
    bus,
    clock,
    isTimed: true,
    log,
    signal,
    documents,
    own,
    repeat: (everyMs, run) => own(repeatedly(clock, everyMs, run)),
    addReadiness: (reasons) => health.addReadiness(reasons),
    shards: shardPlace(parts),
    fileSnapshots: (name): SnapshotStore => fileSnapshots(join(config.dataDir, 'snapshots'), name),
    async instruments() {
      for (let looks = 0; ; looks++) {
        const { instruments, waits } = await engineInstruments(config, documents);
        waitsFor = waits;
        if (waits.length === 0) return instruments;
        signal.throwIfAborted();
        if (looks === SAID_AFTER)
          log.warn({ feeds: waits }, 'nobody trades before ingest has said what its exchange lists');
        await clock.sleep(LOOK_EVERY_MS);
      }
    },
    async exchange(account, settings) {
      const name = exchangeOf(config, account);
      const pause = await followPause(this, askersOf(config, name));
      const rules = () => this.instruments().then((known) => followRules(this, known.values()));
      const instruments = realExchange(name) === undefined ? [] : [...(await rules()).instruments.values()];
      const access = venueAccess(name, settings, instruments, pause);
      const parts = { account, ask, clock, ...(access === undefined ? {} : { access }) };
      const { venue, accountStream } = openExchange(name, parts);
      return { venue: own(venue), accountStream: own(accountStream) };
    },
    async openRowStore(options) {
      // DuckDB takes as long to load as all the rest together, and one service of eight stores rows.
      const { TickStore } = await import('@algo/tickstore');
      return TickStore.open(options);
    },
    async drive(plan) {
      if (takenOver !== undefined) {
        // The log is read behind the fences, so no word in front of them rests on a record behind its end.
        const streams = [...new Set(plan.says.map((family) => FAMILIES[family].stream))];
        await storeFences(bus, identity, takenOver.epoch, streams);
      }
      const numbered = takenOver === undefined ? plan : { ...plan, epoch: takenOver.epoch };
      const { machine, driver } = await startDriver(numbered, {
        ...{ bus, clock, identity, account: config.account },
        snapshots: plan.snapshots ?? bucketSnapshots(bus.bucket('snapshots'), identity),
        snapshotIntervalMs: config.snapshotIntervalMs,
        log: own(
          await FileLog.open({
            directory: ownDirectory(config, identity),
            segmentBytes: SEGMENT_BYTES,
            fenceOff: takenOver !== undefined,
          }),
        ),
        knows: plannedProducers(enginePlanOf(config)),
        onQuiet: quietCollector(),
        onDivergence: (where) =>
          log.error({ where }, 'this build says other words than were said; what was said stands'),
      });
      own(driver);
      let isRestored = false;
      void driver.restored.then(() => {
        isRestored = true;
      });
      health.addReadiness(() => (isRestored ? [] : ['takes again what it took before']));
      return { machine, driven: driver };
    },
  };
}

/** A shard takes nothing but its stream, so that it has no log of its own. */
function shardPlace({
  config,
  identity: process,
  bus,
  clock,
  log,
}: Pick<ServiceContext<BaseConfig>, 'config' | 'identity' | 'bus' | 'clock' | 'log'>): ShardPlace {
  const life = lifeAmongOthers(process);
  const right = (identity: string, signal: AbortSignal) =>
    acquireLease({ config, identity, bus, life, clock, signal, mayBeLate: true });
  return {
    lease: (shard, signal) => right(shardIdentity(shard), signal),
    files: (shard, signal) => right(filesOfShard(shard), signal),
    async drive(shard, epoch, plan) {
      const identity = shardIdentity(shard);
      const { machine, driver } = await startDriver(
        { ...plan, epoch },
        {
          ...{ bus, clock, identity, account: config.account, log: new MemoryLog() },
          snapshots: plan.snapshots ?? bucketSnapshots(bus.bucket('snapshots'), identity),
          snapshotIntervalMs: config.snapshotIntervalMs,
          knows: plannedProducers(enginePlanOf(config)),
          onDivergence: (where) =>
            log.error(
              { identity, where },
              'this build says other words than were said; what was said stands',
            ),
        },
      );
      return { machine, driven: driver };
    },
  };
}

/** Returns where a process keeps its own log, and nobody else writes. */
export function ownDirectory({ dataDir }: Pick<BaseConfig, 'dataDir'>, identity: string): string {
  return join(dataDir, 'own', identity);
}

function repeatedly(clock: Clock, everyMs: number, run: () => void): Disposable {
  let cancel = clock.after(everyMs, again);
  function again(): void {
    run();
    cancel = clock.after(everyMs, again);
  }
  return { [Symbol.dispose]: () => cancel() };
}
