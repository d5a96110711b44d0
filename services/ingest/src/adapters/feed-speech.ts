import { bucketSnapshots, LaneSpeaker } from '@algo/bus';
import { type Family, type MessageOf, subjects } from '@algo/contracts';
import type {
  FeedEvent,
  InstrumentChanged,
  InstrumentId,
  InstrumentRules,
  TimeAdvanced,
  Timeframe,
  TimeUs,
  TradeColumns,
} from '@algo/model';
import type { ServiceContext } from '@algo/runtime';
import type { Config } from '../config.ts';
import type { OwnBar } from '../domain/own-bars.ts';
import { ownBarsOn } from './own-bars-on.ts';

export type FeedEventName = FeedEvent['type'];

/**
 * A trade that is stored. *Shape*: `names` of it and those said with it where ids are names, `id` is NaN
 * then.
 */
export interface StoredTrade {
  readonly id: number;
  readonly timeUs: TimeUs;
  readonly names?: readonly string[];
}

/** Returns the newest trade of a batch. */
export function lastTradeIn({ count, ids, timeUs }: TradeColumns): StoredTrade {
  const last = { id: Number.NaN, timeUs: timeUs[count - 1]! };
  return ids.kind === 'named' ? { ...last, names: ids.values } : { ...last, id: ids.values[count - 1]! };
}

/** How ingest says facts, and what it asks about those that are stored. */
export interface FeedSpeech {
  /** Resolves when it is stored; what is said is stored in the order of the calls. */
  say<Name extends 'TradeBatch' | 'WarmBars' | FeedEventName | 'TimeAdvanced'>(
    name: Name,
    body: MessageOf<Name>,
  ): Promise<void>;
  /** Resolves when there is room to say more. */
  ready(): Promise<void>;
  /** Resolves when everything said so far is stored. */
  flush(): Promise<void>;
  /** Returns the newest stored trade of an instrument. */
  lastTrade(instrument: InstrumentId): Promise<StoredTrade | undefined>;
  /**
   * Returns the bars of an instrument from a time on that are ours already: what analytics closed of whole
   * bars, and what was warmed up by before. In no order; where both are there, the last is ours.
   */
  ownBars(instrument: InstrumentId, timeframe: Timeframe, fromUs: TimeUs): Promise<readonly OwnBar[]>;
  /** Returns the time of a feed that was told last. */
  lastTime(feed: string): Promise<TimeAdvanced | undefined>;
}

/** How ingest says that an exchange changed its rules, and asks what was said last of them. */
export interface RuleSpeech {
  /** Resolves when it is stored. */
  sayChange(change: InstrumentChanged): Promise<void>;
  /** Returns the rules of an instrument that were told last; undefined where none were. */
  lastRules(feed: string, instrument: InstrumentId): Promise<InstrumentRules | undefined>;
}

const SAYS: readonly Family[] = ['md.trades', 'md.bars', 'md.feed', 'md.time', 'md.rules'];

/** Begins to speak as this process, over its bus; what its older lives said goes on. */
export async function openFeedSpeech(context: ServiceContext<Config>): Promise<FeedSpeech & RuleSpeech> {
  const { bus, clock, config, identity, log } = context;
  const speaker = context.own(
    await LaneSpeaker.open({
      ...{ bus, clock, says: SAYS, speaker: { identity, account: '' } },
      snapshots: bucketSnapshots(bus.bucket('snapshots'), `${identity}.lanes`),
      snapshotIntervalMs: config.snapshotIntervalMs,
      onError: (error) =>
        log.warn({ err: error }, 'how far the feed has come was not saved; it is tried again'),
    }),
  );
  const underWay = new Set<Promise<void>>();
  return {
    say(name, body) {
      // Time vouches for all before it: a batch that had to be sent again would else be stored behind it.
      if (name === 'TimeAdvanced') return Promise.all(underWay).then(() => speaker.say(name, body));
      const said = speaker.say(name, body);
      underWay.add(said);
      const isOver = () => underWay.delete(said);
      said.then(isOver, isOver);
      return said;
    },
    sayChange: (change) => speaker.say('InstrumentChanged', change),
    ready: () => bus.ready(),
    flush: () => bus.flush(),
    lastTrade: async (instrument) => {
      const fact = (await speaker.last(subjects.trades(instrument)))?.fact;
      return fact?.name === 'TradeBatch' ? lastTradeIn(fact.body.trades) : undefined;
    },
    ownBars: (...asked) => ownBarsOn(bus, ...asked),
    lastRules: async (feed, instrument) => {
      const fact = (await speaker.last(subjects.rules(feed, instrument)))?.fact;
      return fact?.name === 'InstrumentChanged' ? fact.body.after : undefined;
    },
    lastTime: async (feed) => {
      const fact = (await speaker.last(subjects.time(feed)))?.fact;
      return fact?.name === 'TimeAdvanced' ? fact.body : undefined;
    },
  };
}
