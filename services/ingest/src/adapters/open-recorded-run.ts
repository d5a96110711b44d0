import { bucketSnapshots } from '@algo/bus';
import { InputError, type Instrument } from '@algo/model';
import { inboxPlan, type ServiceContext } from '@algo/runtime';
import type { Config } from '../config.ts';
import { FileFeed } from './file-feed.ts';
import { openFeedFiles } from './open-file-feed.ts';
import { RecordedRun, type RecordedRunOptions } from './recorded-run.ts';
import { SyntheticFeed } from './synthetic-feed.ts';

/**
 * Starts giving out the recorded or synthetic feed that the configuration names. *Errors*: InputError on
 * unusable input.
 */
export async function openRecordedRun(
  context: ServiceContext<Config>,
  catalog: readonly Instrument[],
  instruments: readonly Instrument[],
): Promise<RecordedRun> {
  const { bus, clock, config, identity } = context;
  return RecordedRun.open({
    bus,
    clock,
    snapshots: bucketSnapshots(bus.bucket('snapshots'), identity),
    snapshotIntervalMs: config.snapshotIntervalMs,
    waitFor: inboxPlan('ingest', config).feedback.map(({ name }) => name),
    window: config.window,
    speed: config.speed,
    makeFeed: await feedMaker(config, catalog, instruments),
  });
}

async function feedMaker(
  config: Config,
  catalog: readonly Instrument[],
  instruments: readonly Instrument[],
): Promise<RecordedRunOptions['makeFeed']> {
  const stepUs = config.stepMs * 1_000;
  if (config.feed.kind === 'file') {
    const files = await openFeedFiles(config.feed.paths, instruments, catalog);
    return (restored) => new FileFeed(files, stepUs, restored);
  }
  const made = instruments.length > 0 ? instruments : catalog.filter(({ venue }) => venue === 'synthetic');
  if (made.length === 0)
    throw new InputError({
      field: 'ALGO_INSTRUMENTS',
      value: '',
      because: 'the catalog has no instrument of the venue synthetic',
      remedy: 'Name the instruments to make up, or add synthetic.spot.ALGOUSD to config/instruments.yaml.',
    });
  const { seed, warmHistoryMinutes } = config;
  return (restored) => new SyntheticFeed({ instruments: made, seed, stepUs, warmHistoryMinutes }, restored);
}
