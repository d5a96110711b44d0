import {
  Decimal,
  InputError,
  type Instrument,
  type InstrumentId,
  instrumentId,
  instrumentParts,
  MARKET_TRAITS,
  type Market,
  nearestName,
  refuseSameFolders,
} from '@algo/model';
import { z } from 'zod';
import { ConfigError, readYaml } from './read-config.ts';

const decimal = z.union([z.string(), z.number()]).transform((value, context) => {
  try {
    const parsed = Decimal.of(String(value));
    if (parsed.isPositive()) return parsed;
  } catch {
    // said below, with the field
  }
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(value)} is not a positive decimal; quote small ones: "0.00000001"`,
  });
  return z.NEVER;
});

const entry = z.strictObject({
  base: z.string().min(1),
  quote: z.string().min(1),
  asset_class: z.enum(['regular', 'meme']).default('regular'),
  price_tick: decimal,
  quantity_step: decimal,
  min_quantity: decimal,
  min_notional: decimal,
  min_notional_binds_exits: z.boolean().optional(),
});

/** Every instrument the engine may trade, by id. */
export type InstrumentCatalog = ReadonlyMap<InstrumentId, Instrument>;

/**
 * Reads the catalog of instruments. What can't be read of one never stops the others: it is left out, and
 * `tell` hears why, in words. *Errors*: InputError when the file is unreadable or two instruments share a
 * folder, ConfigError listing every violation when no instrument is left.
 */
export function readInstrumentCatalog(
  path: string,
  tell: (problem: string) => void = () => undefined,
): InstrumentCatalog {
  const entries = z.record(z.string(), z.unknown()).safeParse(readYaml('ALGO_INSTRUMENTS_FILE', path));
  const catalog = new Map<InstrumentId, Instrument>();
  const problems: string[] = [];
  for (const [name, rules] of Object.entries(entries.data ?? {})) {
    const read = instrumentIn(name, rules);
    if (Array.isArray(read)) problems.push(...read);
    else catalog.set(read.id, read);
  }
  if (catalog.size === 0)
    throw new ConfigError(path, problems.length > 0 ? problems : ['it lists no instrument']);
  refuseSameFolders(catalog.keys());
  for (const problem of problems) tell(`${path}: left out: ${problem}`);
  return catalog;
}

/** Returns the instrument of an entry, or all that is wrong with it. */
function instrumentIn(name: string, value: unknown): Instrument | string[] {
  const read = entry.safeParse(value);
  const problems = (read.error?.issues ?? []).map(
    ({ path, message }) => `${[name, ...path].join('.')}: ${message}`,
  );
  try {
    const id = instrumentId(name);
    const { venue, market, symbol } = instrumentParts(id);
    if (!isMarket(market)) problems.push(`${name}: ${market} is no market (${MARKETS.join(', ')})`);
    else if (read.success) return instrumentOfRules({ id, venue, market, symbol }, read.data);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(`${name}: ${error.message}`);
  }
  return problems;
}

const MARKETS = Object.keys(MARKET_TRAITS);
const isMarket = (text: string): text is Market => MARKETS.includes(text);

function instrumentOfRules(
  of: Pick<Instrument, 'id' | 'venue' | 'market' | 'symbol'>,
  rules: z.infer<typeof entry>,
): Instrument {
  return {
    ...of,
    base: rules.base,
    quote: rules.quote,
    assetClass: rules.asset_class,
    priceTick: rules.price_tick,
    quantityStep: rules.quantity_step,
    minQuantity: rules.min_quantity,
    minNotional: rules.min_notional,
    minNotionalBindsExits: rules.min_notional_binds_exits ?? !MARKET_TRAITS[of.market].knowsReduceOnly,
  };
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
