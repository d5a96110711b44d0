import { join } from 'node:path';
import { ownedShards } from '@algo/model';
import { defineService } from '@algo/runtime';
import { pastRowsOn } from './adapters/past-rows.ts';
import { RowStoring } from './adapters/row-storing.ts';
import { config } from './config.ts';
import { archiveUnitFor, ShardMachine } from './domain/index.ts';

const LOOK_AT_STREAM_MS = 300_000;

/**
 * Reads the trades of its share of the instruments; says candles, states, patterns and signals, and
 * stores all.
 */
export const service = defineService({
  name: 'analytics',
  config,
  purpose: ({ ordinal }) => ordinal,
  async start(context) {
    const { config, identity, log } = context;
    const { ordinal, analyticsInstances, dataDir, openFilesMax, flushRows, flushIntervalMs } = config;
    const { archiveUnit, features, profiles, ruleSets, storesFlow, timeframes } = config;
    const wanted = { rules: ruleSets, timeframes, features, profiles, rows: storesFlow };
    const catalog = await context.instruments();
    const store = context.own(
      await context.openRowStore({
        dataDir: join(dataDir, 'ticks'),
        archive: { dir: join(dataDir, 'archive'), unit: archiveUnit === 'hour' ? 'hour' : 'day' },
        maxOpenFiles: openFilesMax,
        flushRows,
        flushIntervalMs,
        onError: (error) => {
          log.error({ err: error }, 'store: not everything went well; see what it says');
          if (error instanceof Error && 'isPassing' in error && error.isPassing === false)
            storing.fail(error);
        },
      }),
    );
    const storing = new RowStoring(store, {
      past: pastRowsOn(context.bus),
      onWaiting: (error) =>
        log.warn({ err: error }, 'store: rows wait, analytics goes on; it is tried again'),
      onRefilled: (words) => log.warn(words),
    });
    if (archiveUnit === 'auto') {
      const look = async () => store.rollBy(archiveUnitFor(await context.bus.use('MARKET')));
      context.repeat(LOOK_AT_STREAM_MS, () => {
        look().catch((error: unknown) => log.warn({ err: error }, 'how full the stream is was not seen'));
      });
    }
    const files = context.fileSnapshots(identity);
    const shards = analyticsInstances === 1 ? undefined : ownedShards(ordinal, analyticsInstances);
    const own = shards === undefined ? {} : { only: shards };
    const { machine, driven } = await context.drive({
      reads: [
        { family: 'md.trades', ...own },
        { family: 'md.bars', ...own },
        { family: 'md.feed', ...own },
        { family: 'md.time' },
      ],
      says: ['md.candles', 'an.state', 'an.signal', 'an.pattern'],
      restore: (snapshot) => new ShardMachine(catalog, snapshot, context.isHeardAtOnce, wanted),
      requests: storing,
      snapshots: {
        load: files.load,
        // The store must never be behind the snapshot: rows between the two would be in neither.
        save: async (...parts) => {
          await store.flush();
          await files.save(...parts);
        },
      },
    });
    for (const instrument of machine.instruments) storing.open(instrument);
    return {
      closed: Promise.race([driven.closed, storing.failed]),
      counters: () => ({ ...machine.counters(), ...storing.counters(), taken: driven.taken }),
    };
  },
});
