import { join } from 'node:path';
import { type Bus, bucketSnapshots, type Clock, Driver, type SnapshotStore } from '@algo/bus';
import { AppendLog, bucketDocuments, fileSnapshots } from '@algo/state';
import { TickStore } from '@algo/tickstore';
import { openVenue } from '@algo/venues';
import { type BaseConfig, enginePlanOf } from './base-config.ts';
import type { HealthServer } from './health-server.ts';
import type { Logger } from './logger.ts';
import { plannedProducers } from './process-plan.ts';
import type { ServiceContext } from './service.ts';

/** The world as a process has it: NATS, the wall clock, the disk. */
export function processContext<Config extends BaseConfig>(parts: {
  readonly config: Readonly<Config>;
  readonly identity: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly health: HealthServer;
  readonly stack: AsyncDisposableStack;
}): ServiceContext<Config> {
  const { config, identity, bus, clock, log, signal, health, stack } = parts;
  const own = <Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource =>
    stack.use(resource);
  return {
    config,
    identity,
    bus,
    clock,
    log,
    signal,
    documents: bucketDocuments(bus.bucket('documents')),
    own,
    addReadiness: (reasons) => health.addReadiness(reasons),
    fileSnapshots: (name): SnapshotStore => fileSnapshots(join(config.dataDir, 'snapshots'), name),
    venue: (name, account) => own(openVenue(name, { account, ask: bus.request.bind(bus) })),
    openRowStore: (options) => TickStore.open(options),
    async drive(plan) {
      let machine: ReturnType<typeof plan.restore> | undefined;
      const driver = own(
        await Driver.start({
          bus,
          clock,
          identity,
          account: config.account,
          plan: {
            ...plan,
            restore: (snapshot) => {
              machine = plan.restore(snapshot);
              return machine;
            },
          },
          snapshots: plan.snapshots ?? bucketSnapshots(bus.bucket('snapshots'), identity),
          snapshotIntervalMs: config.snapshotIntervalMs,
          log: own(await AppendLog.open({ directory: join(config.dataDir, 'own', identity) })),
          knows: plannedProducers(enginePlanOf(config)),
          onDivergence: (where) =>
            log.error({ where }, 'this build says other words than were said; what was said stands'),
        }),
      );
      health.addReadiness(() => (driver.isRestored ? [] : ['takes again what it took before']));
      return { machine: machine!, driven: driver };
    },
  };
}
