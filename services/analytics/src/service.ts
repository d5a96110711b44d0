import { join } from 'node:path';
import { bucketSnapshots, type SnapshotStore } from '@algo/bus';
import { tellStates } from '@algo/contracts';
import { InputError, type InstrumentId, ownedShards, virtualShard, type Wanted } from '@algo/model';
import {
  defineService,
  followShardPlan,
  type InstrumentCatalog,
  planShards,
  readShardPlan,
  type ServiceContext,
  type ShardPlace,
  shardIdentity,
} from '@algo/runtime';
import { PacedSaves } from './adapters/paced-saves.ts';
import { pastRowsOn } from './adapters/past-rows.ts';
import { RollCalling } from './adapters/roll-calling.ts';
import { RowStoring } from './adapters/row-storing.ts';
import { ShardHost } from './adapters/shard-host.ts';
import { shardSnapshots } from './adapters/shard-snapshots.ts';
import type { PlanOfShard } from './adapters/shard-stay.ts';
import { type Config, config } from './config.ts';
import { archiveUnitFor, ShardMachine } from './domain/index.ts';

const LOOK_AT_STREAM_MS = 300_000;
/** How often is judged who is there. */
const JUDGE_MS = 500;
/** Words of a shard that may wait for their stream: all sixty-four together are held in memory. */
const UNSTORED_MAX = 256;

type Context = ServiceContext<Config>;
interface Parts {
  readonly context: Context;
  readonly catalog: InstrumentCatalog;
  readonly storing: RowStoring;
  /** Of shards that are here for a while: when their files may be opened. */
  readonly filesFree: Map<number, Promise<boolean>>;
}

/**
 * Reads the trades of its share of the instruments; says candles, states, patterns and signals, and
 * stores all.
 */
export const service = defineService({
  name: 'analytics',
  config,
  purpose: ({ ordinal, shard }) => (shard === undefined ? ordinal : `shard-${shard}`),
  check(config) {
    instancesOf(config);
    archiveDirOf(config);
  },
  async start(context) {
    const filesFree = new Map<number, Promise<boolean>>();
    const storing = await openFiles(context, filesFree);
    const parts = { context, catalog: await context.instruments(), storing, filesFree };
    return context.shards === undefined ? inOne(parts) : asPlanned(parts, context.shards);
  },
});

/** All instruments of this process in one machine, for good. */
async function inOne(parts: Parts) {
  const { context, storing } = parts;
  const { shard, ordinal, analyticsInstances = 1 } = context.config;
  const share = analyticsInstances === 1 ? undefined : ownedShards(ordinal, analyticsInstances);
  const plan = planOf(parts, shard === undefined ? share : [shard]);
  const { machine, driven } = await context.drive(plan);
  return {
    closed: Promise.race([driven.closed, storing.failed]),
    counters: () => ({ ...machine.counters(), ...storing.counters(), taken: driven.taken }),
  };
}

/** A machine for each virtual shard that the plan gives to this process, for as long as it does. */
async function asPlanned(parts: Parts, place: ShardPlace) {
  const { context, storing, filesFree } = parts;
  const { bus, clock, config, log } = context;
  const { ordinal, ownDisk } = config;
  const instances = instancesOf(config);
  if (instances !== undefined)
    await planShards(bus, () => ({ members: Array.from({ length: instances }, (_, member) => member) }));
  const paced = new PacedSaves(clock);
  const host: ShardHost = context.own(
    await ShardHost.start({
      ...{ bus, clock, ordinal, place, ownDisk },
      readPlan: () => readShardPlan(bus),
      followPlan: (onPlan) => followShardPlan(bus, onPlan),
      planOf(shard, { isLast, leaves, filesFree: free }) {
        filesFree.set(shard, free);
        const identity = shardIdentity(shard);
        const states = shardSnapshots({
          ...{ clock, isLast, sharedIntervalMs: config.sharedSnapshotIntervalMs },
          files: context.fileSnapshots(identity),
          shared: ownDisk ? bucketSnapshots(bus.bucket('snapshots'), identity) : undefined,
        });
        const plan = planOf(parts, [shard], { states, isStale: states.isFromElsewhere, leaves });
        const { load, save } = plan.snapshots!;
        const mayBegin = () => paced.mayBegin(shard);
        const inTurn: typeof save = (...parts) => paced.run(shard, () => save(...parts));
        return { ...plan, unstoredMax: UNSTORED_MAX, snapshots: { load, save: inTurn, mayBegin } };
      },
      canStore: (instruments) => storing.canStore(instruments),
      store: (instruments) => storing.flush(instruments),
      // What could not go stays on this disk; whoever goes on fills what is missing from the stream.
      close: (instruments, leaves) =>
        storing
          .close(instruments, leaves && ownDisk ? 'all' : 'nothing')
          .catch((error: unknown) =>
            log.error({ err: error }, 'store: a file was not handed on as it should'),
          ),
    }),
  );
  context.addReadiness(() => host.reasons());
  const failures = [host.failed, storing.failed];
  if (config.sharesAmongPresent) {
    const calling = context.own(await RollCalling.start({ bus, clock, log, config, plan: () => host.plan }));
    context.repeat(JUDGE_MS, () => calling.judge());
    failures.push(calling.failed);
  }
  return {
    closed: Promise.race(failures),
    counters: () => ({ ...host.counters(), ...storing.counters() }),
    notes: () => [...host.notes(), ...waitingWords([...storing.troubles.values()])],
  };
}

/** Returns that rows wait in memory for files that can't be opened, and why the first can't. */
function waitingWords([first, ...others]: readonly string[]): string[] {
  if (first === undefined) return [];
  const files = others.length === 0 ? 'rows wait for a file' : `rows wait for ${others.length + 1} files`;
  return [`${files}: ${first}`];
}

/** Returns how some shards, or all, are driven by one machine. */
function planOf(
  { context, catalog, storing }: Parts,
  shards: readonly number[] | undefined,
  {
    states = context.fileSnapshots(context.identity),
    isStale = () => false,
    leaves = () => false,
  }: { states?: SnapshotStore; isStale?: () => boolean; leaves?: () => boolean } = {},
): PlanOfShard {
  const { config, isHeardAtOnce } = context;
  const { features, profiles, ruleSets, storesFlow, timeframes } = config;
  const wanted: Wanted = { rules: ruleSets, timeframes, features, profiles, rows: storesFlow };
  const own = shards === undefined ? {} : { only: shards };
  let instruments: () => readonly InstrumentId[] = () => [];
  return {
    reads: [
      { family: 'md.trades', ...own },
      { family: 'md.bars', ...own },
      { family: 'md.feed', ...own },
      { family: 'md.time' },
    ],
    says: ['md.candles', 'an.state', 'an.signal', 'an.pattern'],
    ...(shards === undefined ? {} : { shards }),
    restore(snapshot) {
      const machine = new ShardMachine(catalog, snapshot, isHeardAtOnce ? null : tellStates, wanted);
      instruments = () => machine.instruments;
      // Before rows come: by those alone nobody could tell a lost file from a new instrument.
      for (const instrument of machine.instruments) storing.open(instrument, isStale());
      return machine;
    },
    requests: storing,
    snapshots: {
      load: states.load,
      // The store must never be behind the snapshot: rows between the two would be in neither. Those of a
      // shard that leaves are in hand, and the next owner goes on while they are stored.
      async save(...parts) {
        const those = instruments();
        if (leaves() ? storing.canStore(those) : await storing.flush(those)) await states.save(...parts);
      },
    },
  };
}

/** Opens the store in which every instrument has its file. */
async function openFiles(context: Context, filesFree: Parts['filesFree']): Promise<RowStoring> {
  const { bus, config, log } = context;
  const { archiveUnit, dataDir, flushIntervalMs, flushRows, openFilesMax } = config;
  const store = context.own(
    await context.openRowStore({
      dataDir: join(dataDir, 'ticks'),
      archive: { dir: archiveDirOf(config), unit: archiveUnit === 'hour' ? 'hour' : 'day' },
      maxOpenFiles: openFilesMax,
      flushRows,
      flushIntervalMs,
      onError: (error) => {
        log.error({ err: error }, 'store: not everything went well; see what it says');
        if (error instanceof Error && 'isPassing' in error && error.isPassing === false) storing.fail(error);
      },
    }),
  );
  const storing = new RowStoring(store, {
    past: pastRowsOn(bus),
    mayOpen: async (instrument) => filesFree.get(virtualShard(instrument)) ?? true,
    onWaiting: (error) => log.warn({ err: error }, 'store: rows wait, analytics goes on; it is tried again'),
    onRefilled: (words) => log.warn(words),
  });
  if (archiveUnit === 'auto') {
    const look = async () => store.rollBy(archiveUnitFor(await bus.use('MARKET')));
    context.repeat(LOOK_AT_STREAM_MS, () => {
      look().catch((error: unknown) => log.warn({ err: error }, 'how full the stream is was not seen'));
    });
  }
  return storing;
}

/** *Errors*: InputError where both the number of processes and their presence are to say who has a share. */
function instancesOf({ analyticsInstances, sharesAmongPresent }: Config): number | undefined {
  if (analyticsInstances === undefined || !sharesAmongPresent) return analyticsInstances;
  throw new InputError({
    field: 'ALGO_ANALYTICS_INSTANCES',
    value: analyticsInstances,
    because: 'with ALGO_SHARES_AMONG_PRESENT the processes that are there share the shards, however many',
    remedy: 'Leave one of the two out.',
  });
}

/** *Errors*: InputError where what a shard leaves behind would lie where the next process can't reach it. */
function archiveDirOf({ archiveDir, dataDir, ownDisk }: Config): string {
  if (archiveDir !== undefined || !ownDisk) return archiveDir ?? join(dataDir, 'archive');
  throw new InputError({
    field: 'ALGO_ARCHIVE_DIR',
    value: 'not set',
    because: 'with ALGO_OWN_DISK a shard that moves leaves its rows there for the next process',
    remedy: 'Name a directory that every process of analytics reaches.',
  });
}
