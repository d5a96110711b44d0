import { join } from 'node:path';
import { hostService, readInstrumentCatalog, startStepLoop } from '@algo/runtime';
import { fileSnapshots } from '@algo/state';
import { TickStore } from '@algo/tickstore';
import { ShardMachine } from './adapters/shard-machine.ts';
import { config as schema } from './config.ts';

await hostService('analytics', schema, async (context) => {
  const { config, identity, log } = context;
  const catalog = readInstrumentCatalog(config.instrumentsFile);
  const store = context.own(
    await TickStore.open({
      dataDir: join(config.dataDir, 'ticks'),
      maxOpenFiles: config.openFilesMax,
      flushRows: config.flushRows,
      flushIntervalMs: config.flushIntervalMs,
      onError: (error) =>
        log.error({ err: error }, 'store: a write failed; its rows are kept and tried again'),
    }),
  );
  const files = fileSnapshots(join(config.dataDir, 'snapshots'), identity);
  let machine!: ShardMachine;
  const loop = context.own(
    await startStepLoop('analytics', context, {
      snapshots: {
        load: files.load,
        // The store must never be behind the snapshot: rows between the two would be in neither.
        save: async (...parts) => {
          await store.flush();
          await files.save(...parts);
        },
      },
      restore: async (state) => {
        machine = new ShardMachine(catalog, store, state);
        await machine.openRestored();
        return machine;
      },
    }),
  );
  return { closed: loop.closed, counters: () => ({ ...machine.counters(), step: loop.step }) };
});
