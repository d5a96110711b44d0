import { InputError, type Instrument } from '@algo/model';
import type { TradeLayout } from '@algo/tradefiles';
import { retoldAs, tradePaths } from '@algo/tradefiles/paths';
import type { RecordedFeed } from '../domain/recorded-feed.ts';
import { FileFeed } from './file-feed.ts';
import { type FeedFiles, type FilesSetting, openFeedFiles } from './open-file-feed.ts';
import { SyntheticFeed } from './synthetic-feed.ts';

/**
 * What a feed that runs free is made of. `instruments` are those that were asked for; none means that it
 * chooses.
 */
export interface RecordedFeedSetting {
  readonly feed: { readonly kind: 'synthetic' } | { readonly kind: 'file'; readonly list: string };
  /** How the rows of files are written where no header says it. */
  readonly layout: TradeLayout | undefined;
  readonly instruments: readonly Instrument[];
  readonly catalog: readonly Instrument[];
  readonly seed: number;
  readonly warmHistoryMinutes: number;
}

/**
 * Returns what makes the feed, anew or from its snapshot; says what is unusual in its files. *Errors*:
 * InputError on files that can't be used, or when there is nothing to make up.
 */
export async function openRecordedFeed(
  setting: RecordedFeedSetting,
  say: (word: string) => void,
): Promise<(restored: string | undefined) => RecordedFeed> {
  const { feed, instruments, catalog, layout, seed, warmHistoryMinutes } = setting;
  switch (feed.kind) {
    case 'file': {
      const opened = await openList(feed.list, { instruments, catalog, layout });
      for (const word of opened.words) say(word);
      const close = async () => opened[Symbol.asyncDispose]();
      return (restored) => new FileFeed(opened.files, restored, close);
    }
    case 'synthetic': {
      const made =
        instruments.length > 0 ? instruments : catalog.filter(({ venue }) => venue === 'synthetic');
      if (made.length === 0)
        throw new InputError({
          field: '--instruments',
          value: '',
          because: 'the catalog has no instrument of the venue synthetic',
          remedy:
            'Name the instruments to make up, or add synthetic.spot.ALGOUSD to config/instruments.yaml.',
        });
      return (restored) => new SyntheticFeed({ instruments: made, seed, warmHistoryMinutes }, restored);
    }
    default:
      return feed satisfies never;
  }
}

async function openList(list: string, about: Omit<FilesSetting, 'paths'>): Promise<FeedFiles> {
  try {
    return await openFeedFiles({ paths: tradePaths(list), ...about });
  } catch (error) {
    throw retoldAs(error, '--feed', 'file:');
  }
}
