import { InputError, type Instrument } from '@algo/model';
import type { RecordedFeed } from '../domain/recorded-feed.ts';
import { FileFeed } from './file-feed.ts';
import { openFeedFiles } from './open-file-feed.ts';
import { SyntheticFeed } from './synthetic-feed.ts';

/**
 * What a feed that runs free is made of. `instruments` are those that were asked for; none means that it
 * chooses.
 */
export interface RecordedFeedSetting {
  readonly feed:
    | { readonly kind: 'synthetic' }
    | { readonly kind: 'file'; readonly paths: readonly string[] };
  readonly instruments: readonly Instrument[];
  readonly catalog: readonly Instrument[];
  readonly seed: number;
  readonly warmHistoryMinutes: number;
}

/**
 * Returns what makes the feed, anew or from its snapshot. *Errors*: InputError on files that can't be used,
 * or when there is nothing to make up.
 */
export async function openRecordedFeed(
  setting: RecordedFeedSetting,
): Promise<(restored: string | undefined) => RecordedFeed> {
  const { feed, instruments, catalog, seed, warmHistoryMinutes } = setting;
  switch (feed.kind) {
    case 'file': {
      const files = await openFeedFiles(feed.paths, instruments, catalog);
      return (restored) => new FileFeed(files, restored);
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
