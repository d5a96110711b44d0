import { bucketSnapshots } from '@algo/bus';
import { BEST_EFFORT, completenessWords, InputError, type InstrumentId, instrumentId } from '@algo/model';
import {
  askersOf,
  defineService,
  FirstRules,
  followPause,
  instrumentOf,
  ListingCache,
  readInstrumentsFile,
} from '@algo/runtime';
import { MARKET_DATA } from '@algo/venues';
import { DialFile } from './adapters/dial-file.ts';
import { FeedRun } from './adapters/feed-run.ts';
import { openFeedSpeech } from './adapters/feed-speech.ts';
import { HeldInstruments } from './adapters/held-instruments.ts';
import { openRecordedFeed } from './adapters/open-recorded-feed.ts';
import { PacedRun } from './adapters/paced-run.ts';
import { RuleWatch } from './adapters/rule-watch.ts';
import { config as schema, speedOf } from './config.ts';

/** Brings the trades of one feed in and says what time it is there. */
export const service = defineService({
  name: 'ingest',
  config: schema,
  purpose: ({ feed }) => feed.name,
  check(config) {
    speedOf(config);
    for (const name of config.instruments) instrumentId(name);
  },
  async start(context) {
    const { bus, clock, config, identity, log } = context;
    const { feed, layout, seed, snapshotIntervalMs, warmHistoryMinutes } = config;
    const speed = speedOf(config);
    // Every service reads it; this one tells what is wrong with it.
    const file = readInstrumentsFile(config.instrumentsFile, (problem) => log.warn(problem));
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
      const { exchange, open, standardInstruments } = MARKET_DATA[feed.name]!;
      const pause = await followPause(context, askersOf(config, exchange));
      const dials = new DialFile(config.dataDir, feed.name, clock);
      const venue = open({ ...config, monotonicMs, random: Math.random, pause, dials });
      const warn = (words: string) => log.warn(words);
      const named = config.instruments.map((name) => instrumentId(name));
      const rules = context.own(
        await RuleWatch.open(
          {
            ...{ feed: venue, speech, clock, warn, overrides: file.overrides },
            cache: new ListingCache(config.dataDir, feed.name),
            firstRules: new FirstRules(context.documents, feed.name),
            wanted: named.length > 0 ? named : standardInstruments,
            everyMs: config.rulesEveryMs,
          },
          context.signal,
        ),
      );
      const { instruments } = rules;
      const ids = instruments.map(({ id }) => id);
      const held = context.own(await HeldInstruments.follow(bus, config.accounts, ids));
      const isHeld = (instrument: InstrumentId) => held.has(instrument);
      // A market at another speed has other times than its bars.
      const warmUp = speed === 1 ? { warn } : undefined;
      const run = context.own(
        await FeedRun.live({ ...options, areListed: true, isHeld, warn }, venue, instruments, warmUp),
      );
      context.addReadiness(() => run.reasons());
      const { completeness } = venue.traits ?? BEST_EFFORT;
      const notes = () => [completenessWords(completeness), ...rules.notes(), ...run.notes()];
      const counters = () => ({ ...run.counters(), ...rules.counters() });
      return { closed: run.closed, counters, notes };
    }
    const known = [...file.instruments.values()];
    const instruments = config.instruments.map((name) => instrumentOf(file.instruments, instrumentId(name)));
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
