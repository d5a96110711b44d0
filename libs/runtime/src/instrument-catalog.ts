import {
  Decimal,
  InputError,
  type Instrument,
  type InstrumentId,
  instrumentId,
  instrumentParts,
  MARKET_TRAITS,
  type Market,
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
 * Reads the catalog of instruments. *Errors*: InputError
 * when unreadable, ConfigError listing every violation.
 */
export function readInstrumentCatalog(path: string): InstrumentCatalog {
  const result = z.record(z.string(), entry).safeParse(readYaml('ALGO_INSTRUMENTS_FILE', path));
  if (!result.success)
    throw new ConfigError(
      path,
      result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    );
  const catalog = new Map<InstrumentId, Instrument>();
  for (const [name, rules] of Object.entries(result.data)) {
    const id = instrumentId(name);
    const { venue, market, symbol } = instrumentParts(id);
    catalog.set(id, {
      id,
      venue,
      market: market as Market,
      symbol,
      base: rules.base,
      quote: rules.quote,
      assetClass: rules.asset_class,
      priceTick: rules.price_tick,
      quantityStep: rules.quantity_step,
      minQuantity: rules.min_quantity,
      minNotional: rules.min_notional,
      minNotionalBindsExits:
        rules.min_notional_binds_exits ?? !MARKET_TRAITS[market as Market].knowsReduceOnly,
    });
  }
  return catalog;
}

/** Returns one instrument of the catalog. *Errors*: InputError that lists what is known. */
export function instrumentOf(catalog: InstrumentCatalog, id: InstrumentId): Instrument {
  const found = catalog.get(id);
  if (found === undefined)
    throw new InputError({
      field: 'instrument',
      value: id,
      because: `not in the catalog (${[...catalog.keys()].join(', ')})`,
      remedy: 'Add it to config/instruments.yaml with its tick, step and minimums.',
    });
  return found;
}
