import { InputError, type Instrument, type InstrumentId, nearestName, refuseSameFolders } from '@algo/model';
import { z } from 'zod';
import { ConfigError, readYaml } from '../read-config.ts';
import { type RuleOverride, readWritten } from './written-instrument.ts';

/** Instruments that the engine knows, by id. */
export type InstrumentCatalog = ReadonlyMap<InstrumentId, Instrument>;

/**
 * What a file of instruments says: whole rules of those that no exchange can be asked about, and what shall
 * hold of the others instead of the exchange's word.
 */
export interface InstrumentsFile {
  readonly instruments: InstrumentCatalog;
  readonly overrides: ReadonlyMap<InstrumentId, RuleOverride>;
}

/**
 * Reads a file of instruments. What can't be read of one never stops the others: it is left out, and
 * `tell` hears why, in words. *Errors*: InputError when the file is unreadable or two instruments share a
 * folder, ConfigError listing every violation when no instrument is left.
 */
export function readInstrumentsFile(
  path: string,
  tell: (problem: string) => void = () => undefined,
): InstrumentsFile {
  const entries = z.record(z.string(), z.unknown()).safeParse(readYaml('ALGO_INSTRUMENTS_FILE', path));
  const instruments = new Map<InstrumentId, Instrument>();
  const overrides = new Map<InstrumentId, RuleOverride>();
  const problems: string[] = [];
  for (const [name, rules] of Object.entries(entries.data ?? {})) {
    const read = readWritten(name, rules);
    if (Array.isArray(read)) problems.push(...read);
    else {
      overrides.set(read.id, read.override);
      if (read.instrument !== null) instruments.set(read.id, read.instrument);
    }
  }
  if (overrides.size === 0)
    throw new ConfigError(path, problems.length > 0 ? problems : ['it lists no instrument']);
  refuseSameFolders(overrides.keys());
  for (const problem of problems) tell(`${path}: left out: ${problem}`);
  return { instruments, overrides };
}

/** Returns the instruments of a file that has whole rules of them. *Errors*: as `readInstrumentsFile`. */
export function readInstrumentCatalog(path: string): InstrumentCatalog {
  return readInstrumentsFile(path).instruments;
}

/** Returns one instrument of the catalog. *Errors*: InputError that names the nearest one. */
export function instrumentOf(catalog: InstrumentCatalog, id: InstrumentId, field = 'instrument'): Instrument {
  const found = catalog.get(id);
  if (found === undefined) {
    const nearest = nearestName(id, catalog.keys());
    throw new InputError({
      field,
      value: id,
      because: `not among the ${catalog.size} of the catalog; its nearest is ${nearest}`,
      remedy: 'Correct the name, or add it to config/instruments.yaml with its tick, step and minimums.',
    });
  }
  return found;
}
