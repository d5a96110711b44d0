import type { MessageOf } from '@algo/contracts';
import type { FeedEvent, InstrumentId, TimeAdvanced, TimeUs } from '@algo/model';
import type { ServiceContext } from '@algo/runtime';
import type { Config } from '../config.ts';

export type FeedEventName = FeedEvent['type'];

/** How ingest says facts, and what it asks about those that are stored. */
export interface FeedSpeech {
  /** Resolves when it is stored; what is said is stored in the order of the calls. */
  say<Name extends 'TradeBatch' | FeedEventName | 'TimeAdvanced'>(
    name: Name,
    body: MessageOf<Name>,
  ): Promise<void>;
  /** Resolves when there is room to say more. */
  ready(): Promise<void>;
  /** Resolves when everything said so far is stored. */
  flush(): Promise<void>;
  /** Returns the newest stored trade of an instrument. */
  lastTrade(instrument: InstrumentId): Promise<{ readonly id: number; readonly timeUs: TimeUs } | undefined>;
  /** Returns the time of a feed that was told last. */
  lastTime(feed: string): Promise<TimeAdvanced | undefined>;
}

/** Returns how this process says facts, over its bus. */
export function openFeedSpeech(context: ServiceContext<Config>): FeedSpeech {
  throw new Error(`${context.identity} has no speech yet`);
}
