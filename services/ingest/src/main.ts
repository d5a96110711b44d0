import { bucketSnapshots } from '@algo/bus';
import { InputError, instrumentId } from '@algo/model';
import { hostService, instrumentOf, nextLife, readInstrumentCatalog } from '@algo/runtime';
import { BINANCE_TIMINGS } from './adapters/binance-connection.ts';
import { LiveRun } from './adapters/live-run.ts';
import { openRecordedRun } from './adapters/open-recorded-run.ts';
import { config as schema } from './config.ts';

await hostService('ingest', schema, async (context) => {
  const { bus, clock, config, identity } = context;
  const pacing = config.feed.kind === 'binance' ? 'live' : 'steps';
  if (config.pacing !== pacing)
    throw new InputError({
      field: 'ALGO_PACING',
      value: config.pacing,
      because: `with the feed ${config.feed.kind} the others would wait for what never comes`,
      remedy: `Set ALGO_PACING=${pacing} for every service.`,
    });
  const catalog = readInstrumentCatalog(config.instrumentsFile);
  const instruments = config.instruments.map((name) => instrumentOf(catalog, instrumentId(name)));
  if (config.feed.kind !== 'binance') {
    const run = context.own(await openRecordedRun(context, [...catalog.values()], instruments));
    return { closed: run.closed, counters: () => run.counters() };
  }
  const run = context.own(
    await LiveRun.open({
      bus,
      clock,
      monotonicMs: () => performance.now(),
      random: Math.random,
      snapshots: bucketSnapshots(bus.bucket('snapshots'), `${identity}-live`),
      snapshotIntervalMs: config.snapshotIntervalMs,
      url: config.binanceUrl,
      timings: BINANCE_TIMINGS,
      instruments,
      epoch: await nextLife(context),
    }),
  );
  context.health.addReadiness(() => run.reasons());
  return { closed: run.closed, counters: () => run.counters(), notes: () => run.reasons() };
});
