import { systemClock } from '@algo/bus';
import type { Instrument, InstrumentId } from '@algo/model';
import {
  exchangeInstruments,
  instrumentOf,
  ListingCache,
  listedInstrument,
  marketDataSettings,
  readConfig,
  readInstrumentsFile,
} from '@algo/runtime';
import { MARKET_DATA } from '@algo/venues';
import { z } from 'zod';
import type { CliEnvironment } from '../config.ts';
import type { UpOptions } from './up-options.ts';

/**
 * Returns what is to be traded, as its exchange lists it, before anything starts; undefined where the
 * exchange can't be asked and never was: ingest asks on then. `say` hears of an exchange that does not
 * answer. *Errors*: InputError in the words that were typed, with the nearest name.
 */
export async function tradedInstruments(
  options: Pick<UpOptions, 'feedKind' | 'instruments'>,
  dataDir: string,
  { inherited, instrumentsFile }: Pick<CliEnvironment, 'inherited' | 'instrumentsFile'>,
  say: (line: string) => void,
): Promise<readonly Instrument[] | undefined> {
  const { feedKind, instruments } = options;
  const file = readInstrumentsFile(instrumentsFile);
  const live = MARKET_DATA[feedKind];
  if (live === undefined) return instruments.map((id) => instrumentOf(file.instruments, id, '--instruments'));
  const settings = readConfig('ingest', z.object(marketDataSettings), inherited);
  await using feed = live.open({
    ...settings,
    monotonicMs: () => systemClock.monotonicMs(),
    random: Math.random,
  });
  const cache = new ListingCache(dataDir, feedKind);
  const listed = await exchangeInstruments(feed, cache, file.overrides, systemClock.nowMs(), (problem) =>
    say(`what can be traded was not looked up: ${problem}; ingest asks on`),
  );
  if (listed === undefined) return undefined;
  if (listed.problem !== null) say(`${feedKind}: ${listed.problem}`);
  const wanted: readonly InstrumentId[] = instruments.length > 0 ? instruments : live.standardInstruments;
  const found = wanted.map((id) => listedInstrument(listed, id, feedKind, '--instruments'));
  for (const { id, listing } of found)
    if (listing !== undefined && listing !== 'trading')
      say(`${id} is ${listing} at its exchange: nothing is entered there, exits are sent`);
  return found;
}
