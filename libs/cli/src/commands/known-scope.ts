import type { Bus } from '@algo/bus';
import { subjects } from '@algo/contracts';
import {
  type HaltScope,
  InputError,
  type Instrument,
  type InstrumentId,
  instrumentId,
  NO_STRATEGY,
  nearestName,
} from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { NAMED_STRATEGIES } from '@algo/strategy';
import type { CliEnvironment } from '../config.ts';

/**
 * Returns a scope that exists; an instrument may be named by its symbol alone. *Errors*: InputError for what
 * no catalogue has and nobody has traded, and for a strategy that the engine doesn't know: a halt of it would
 * bind nothing, and whoever gave it would sleep.
 */
export async function knownScope(
  bus: Bus,
  scope: HaltScope,
  { instrumentsFile }: CliEnvironment,
): Promise<HaltScope> {
  switch (scope.kind) {
    case 'account':
      return scope;
    case 'strategy': {
      const names = [...NAMED_STRATEGIES.map(({ name }) => name), NO_STRATEGY];
      if (names.some((name) => name === scope.strategy)) return scope;
      throw unknown('strategy', scope.strategy, 'not a strategy of this engine', names);
    }
    case 'venue': {
      const names = new Set([...readInstrumentCatalog(instrumentsFile).values()].map(({ venue }) => venue));
      if (names.has(scope.venue) || (await isTold(bus, `md.trades.*.${scope.venue}.>`))) return scope;
      throw unknown('venue', scope.venue, 'no instrument is traded there', [...names]);
    }
    case 'instrument':
      return knownInstrument(bus, scope, readInstrumentCatalog(instrumentsFile));
    default:
      return scope satisfies never;
  }
}

async function knownInstrument(
  bus: Bus,
  scope: Extract<HaltScope, { readonly kind: 'instrument' }>,
  catalog: ReadonlyMap<InstrumentId, Instrument>,
): Promise<HaltScope> {
  const { instrument: name } = scope;
  if (catalog.has(name as InstrumentId)) return scope;
  const bySymbol = [...catalog.values()].filter(({ symbol }) => symbol === name.toUpperCase());
  const [found, ...others] = bySymbol;
  if (found !== undefined && others.length === 0) return { ...scope, instrument: found.id };
  // The engine may run with another catalogue than lies here.
  if (name.split('.').length === 3 && (await isTold(bus, subjects.trades(instrumentId(name))))) return scope;
  if (bySymbol.length > 1)
    throw unknown(
      'instrument',
      name,
      'names several instruments',
      bySymbol.map(({ id }) => id),
    );
  throw unknown('instrument', name, 'not an instrument of this engine', [nearestName(name, catalog.keys())!]);
}

async function isTold(bus: Bus, subject: string): Promise<boolean> {
  return (await bus.last('MARKET', subject)) !== undefined;
}

function unknown(kind: string, value: string, because: string, names: readonly string[]): InputError {
  return new InputError({
    ...{ field: '--scope', value: `${kind}:${value}`, because },
    remedy: `Use ${names.map((each) => `${kind}:${each}`).join(' or ')}; account stops all of them.`,
  });
}
