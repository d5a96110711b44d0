import type { Fact } from '@algo/contracts';
import { type Completeness, completenessWords, type InstrumentId } from '@algo/model';

/** How the feed of an instrument stands. *Shape*: `reason` of a feed that is lost; null while it is heard. */
export interface ListedFeed {
  readonly instrument: InstrumentId;
  readonly source: string;
  readonly completeness: Completeness;
  readonly reason: string | null;
}

/** Folds facts into what is heard of each instrument. */
export class FeedList {
  readonly #feeds = new Map<InstrumentId, ListedFeed>();

  /** Facts about anything else are passed over. */
  take({ name, body }: Fact): void {
    if (name === 'FeedConnected') {
      const { instrument, source, completeness } = body;
      this.#feeds.set(instrument, { instrument, source, completeness, reason: null });
    } else if (name === 'FeedDisconnected') {
      const known = this.#feeds.get(body.instrument);
      if (known !== undefined) this.#feeds.set(body.instrument, { ...known, reason: body.reason });
    }
  }

  /** Returns every feed that was heard of, each instrument once. */
  all(): readonly ListedFeed[] {
    return [...this.#feeds.values()];
  }
}

/** Returns a row for each source and what can be proven of it, and one for each feed that is lost. */
export function feedRows(feeds: readonly ListedFeed[]): string[][] {
  const groups = new Map<string, number>();
  for (const { source, completeness } of feeds) {
    const words = `${source}: ${completenessWords(completeness)}`;
    groups.set(words, (groups.get(words) ?? 0) + 1);
  }
  return [
    ...[...groups].map(([words, count]) => [
      'feed',
      `${words}, ${count} ${count === 1 ? 'instrument' : 'instruments'}`,
    ]),
    ...feeds
      .filter(({ reason }) => reason !== null)
      .map(({ instrument, reason }) => ['feed lost', `${instrument}: ${reason}`]),
  ];
}
