import { bucketSnapshots } from '@algo/bus';
import { BEST_EFFORT, completenessWords, InputError, instrumentId } from '@algo/model';
import { defineService, instrumentOf, readInstrumentCatalog } from '@algo/runtime';
import { MARKET_DATA } from '@algo/venues';
import { FeedRun } from './adapters/feed-run.ts';
import { openFeedSpeech } from './adapters/feed-speech.ts';
import { openRecordedFeed } from './adapters/open-recorded-feed.ts';
import { PacedRun } from './adapters/paced-run.ts';
import { config as schema, speedOf } from './config.ts';

/** Brings the trades of one feed in and says what time it is there. */
export const service = defineService({
  name: 'ingest',
  config: schema,
  purpose: ({ feed }) => feed.name,
  async start(context) {
    const { bus, clock, config, identity, log } = context;
    const { feed, layout, seed, snapshotIntervalMs, warmHistoryMinutes } = config;
    const speed = speedOf(config);
    // Every service reads it; this one tells what is wrong with it.
    const catalog = readInstrumentCatalog(config.instrumentsFile, (problem) => log.warn(problem));
    const instruments = config.instruments.map((name) => instrumentOf(catalog, instrumentId(name)));
    const speech = await openFeedSpeech(context);
    const monotonicMs = () => clock.monotonicMs();
    const options = { name: feed.name, speech, clock, monotonicMs, speed };
    if (feed.kind === 'live') {
      if (speed === 'max')
        throw new InputError({
          field: '--speed',
          value: speed,
          because: 'a live feed has the speed of the market',
          remedy: 'Leave --speed out.',
        });
      const venue = MARKET_DATA[feed.name]!({ ...config, monotonicMs, random: Math.random });
      // A market at another speed has other times than its bars.
      const warmUp = speed === 1 ? { warn: (problem: string) => log.warn(problem) } : undefined;
      const run = context.own(await FeedRun.live(options, venue, instruments, warmUp));
      context.addReadiness(() => run.reasons());
      const { completeness } = venue.traits ?? BEST_EFFORT;
      const notes = () => [completenessWords(completeness), ...run.notes()];
      return { closed: run.closed, counters: () => run.counters(), notes };
    }
    const known = [...catalog.values()];
    const setting = { feed, instruments, catalog: known, layout, seed, warmHistoryMinutes };
    const run = context.own(
      await PacedRun.open({
        ...options,
        snapshots: bucketSnapshots(bus.bucket('snapshots'), identity),
        snapshotIntervalMs,
        instruments: known,
        makeFeed: await openRecordedFeed(setting, (word) => log.warn(word)),
      }),
    );
    return { closed: run.closed, counters: () => run.counters() };
  },
});
