import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  InputError,
  type InstrumentId,
  instrumentId,
  instrumentIdOf,
  instrumentParts,
  symbolOfToken,
  symbolToken,
} from '@algo/model';

export const STORE_FILE = 'trading.duckdb';

/**
 * Returns where an instrument's file lies: `<dataDir>/<venue>/<market>/<symbol>/trading.duckdb`, for a DEX
 * `<dataDir>/dex/<chain>/<symbol>/trading.duckdb`; the chain stands in the venue's place of the id, the
 * symbol as `symbolToken` writes it.
 * *Errors*: InputError for an id that is not venue.market.SYMBOL,
 * or a venue called `dex` (its folder is the DEX folder).
 */
export function storePath(dataDir: string, id: InstrumentId): string {
  const { venue, market, symbol } = instrumentParts(instrumentId(id));
  const folder = symbolToken(symbol);
  if (venue === 'dex')
    throw new InputError({
      field: 'instrument',
      value: id,
      because: 'a venue cannot be called dex, its files would lie among those of the chains',
      remedy: 'Write <chain>.dex.<symbol> for an instrument of a DEX.',
    });
  return market === 'dex'
    ? join(dataDir, 'dex', venue, folder, STORE_FILE)
    : join(dataDir, venue, market, folder, STORE_FILE);
}

/**
 * Returns the instruments that have a file under the data
 * directory, sorted; folders that are not ours are passed over.
 */
export function storedInstruments(dataDir: string): InstrumentId[] {
  return instrumentsWith(dataDir, STORE_FILE);
}

/** Returns the instruments that an archive holds trades of, sorted. */
export function archivedInstruments(archiveDir: string): InstrumentId[] {
  return instrumentsWith(archiveDir, 'ticks');
}

function instrumentsWith(dataDir: string, entry: string): InstrumentId[] {
  const found: InstrumentId[] = [];
  for (const first of foldersIn(dataDir))
    for (const second of foldersIn(join(dataDir, first)))
      for (const folder of foldersIn(join(dataDir, first, second))) {
        if (!existsSync(join(dataDir, first, second, folder, entry))) continue;
        const id = idOfFolders(first, second, folder);
        if (id !== null) found.push(id);
      }
  return found.sort();
}

function idOfFolders(first: string, second: string, folder: string): InstrumentId | null {
  const symbol = symbolOfToken(folder);
  if (symbol === undefined) return null;
  try {
    return first === 'dex' ? instrumentIdOf(second, 'dex', symbol) : instrumentIdOf(first, second, symbol);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
