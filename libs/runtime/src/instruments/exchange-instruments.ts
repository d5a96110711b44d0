import { InputError, type Instrument, type InstrumentId, instrumentParts, nearestName } from '@algo/model';
import { type MarketDataFeed, ReadFailure, type VenueListing } from '@algo/venues';
import type { KeptListing, ListingCache } from './listing-cache.ts';
import type { RuleOverride } from './written-instrument.ts';

/**
 * What an exchange lists, by the best word that there is. *Shape*: `problem` says why the exchange itself
 * did not answer, and how old what holds then is; null when it did.
 */
export interface ExchangeInstruments extends KeptListing {
  readonly problem: string | null;
  /** When the exchange answered, by its clock; NaN where it did not. *Units*: µs. */
  readonly timeUs: number;
}

/**
 * Returns what the exchange of a feed lists: as it says now, else as it was kept last; undefined where there
 * is neither, and `problem` hears why. Overrides hold over all. *Units*: `nowMs` wall ms.
 */
export async function exchangeInstruments(
  feed: Pick<MarketDataFeed, 'listing' | 'name'>,
  cache: ListingCache,
  overrides: ReadonlyMap<InstrumentId, RuleOverride>,
  nowMs: number,
  tell: (problem: string) => void,
): Promise<ExchangeInstruments | undefined> {
  const asked = await ask(feed);
  const kept =
    'problem' in asked ? cache.read() : cache.keep(asked.listing.instruments.values(), Math.floor(nowMs));
  if (kept === undefined) {
    if ('problem' in asked) tell(asked.problem);
    return undefined;
  }
  const instruments = new Map(
    [...kept.instruments].map(([id, one]) => [id, { ...one, ...overrides.get(id) }]),
  );
  const { readMs } = kept;
  if (!('problem' in asked)) return { readMs, instruments, problem: null, timeUs: asked.listing.timeUs };
  const problem = `${asked.problem}; what it listed ${ageWords(nowMs - readMs)} ago holds`;
  return { readMs, instruments, problem, timeUs: Number.NaN };
}

type Answer = { readonly listing: VenueListing } | { readonly problem: string };

async function ask(feed: Pick<MarketDataFeed, 'listing' | 'name'>): Promise<Answer> {
  try {
    const listing = await feed.listing?.();
    if (listing === undefined) return { problem: `${feed.name} lists no rules` };
    if (listing.instruments.size > 0) return { listing };
    return { problem: `${feed.name} lists no instrument whose rules can be read` };
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error;
    return { problem: error.message };
  }
}

/** Returns how long a time is, in words. *Units*: ms. */
export function ageWords(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes === 0) return 'less than a minute';
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1_440)} days`;
}

/**
 * Returns an instrument that an exchange lists. *Errors*: InputError in the words that were typed, with the
 * nearest that it lists.
 */
export function listedInstrument(
  { instruments }: Pick<ExchangeInstruments, 'instruments'>,
  id: InstrumentId,
  feed: string,
  field: string,
): Instrument {
  const found = instruments.get(id);
  if (found !== undefined) return found;
  const { venue, market } = instrumentParts(id);
  const nearest = nearestName(id, instruments.keys());
  const beside = [...instruments.keys()].some((known) => known.startsWith(`${venue}.${market}.`))
    ? `the exchange of the feed ${feed} lists no such instrument`
    : `the feed ${feed} brings none of ${venue}.${market}`;
  throw new InputError({
    field,
    value: id,
    because: `${beside}; its nearest is ${nearest}`,
    remedy: 'Correct the name.',
  });
}
