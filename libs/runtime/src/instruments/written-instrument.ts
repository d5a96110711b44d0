import {
  Decimal,
  InputError,
  type Instrument,
  type InstrumentId,
  instrumentId,
  instrumentParts,
  LISTINGS,
  MARKET_TRAITS,
  type Market,
} from '@algo/model';
import { z } from 'zod';

const decimal = (isWanted: (value: Decimal) => boolean, words: string) =>
  z.union([z.string(), z.number()]).transform((value, context) => {
    try {
      const parsed = Decimal.of(String(value));
      if (isWanted(parsed)) return parsed;
    } catch {
      // said below, with the field
    }
    context.addIssue({
      code: 'custom',
      message: `${JSON.stringify(value)} is not a ${words}; quote small ones: "0.00000001"`,
    });
    return z.NEVER;
  });
const positive = decimal((value) => value.isPositive(), 'positive decimal');
const notNegative = decimal((value) => !value.isNegative(), 'decimal from 0 on');

const assetClass = z.enum(['regular', 'meme']);
const rules = {
  price_tick: positive,
  quantity_step: positive,
  min_quantity: positive,
  min_notional: notNegative,
  min_notional_binds_exits: z.boolean().optional(),
};
const override = z.strictObject(rules).partial();

/** An instrument with all its rules, as files have it. */
const whole = z.strictObject({
  base: z.string().min(1),
  quote: z.string().min(1),
  asset_class: assetClass.default('regular'),
  ...rules,
  listing: z.enum(LISTINGS).optional(),
  override: override.optional(),
});
/** What shall hold of an instrument whose rules an exchange tells. */
const partial = z.strictObject({ asset_class: assetClass.optional(), override: override.optional() });

/** What holds of an instrument instead of the exchange's word. */
export type RuleOverride = Partial<
  Pick<
    Instrument,
    'assetClass' | 'priceTick' | 'quantityStep' | 'minQuantity' | 'minNotional' | 'minNotionalBindsExits'
  >
>;

/** What a file says of an instrument. *Shape*: `instrument` null where only overrides are written. */
export interface WrittenInstrument {
  readonly id: InstrumentId;
  readonly instrument: Instrument | null;
  readonly override: RuleOverride;
}

const MARKETS = Object.keys(MARKET_TRAITS);
const isMarket = (text: string): text is Market => MARKETS.includes(text);

/** Returns what is written of an instrument, or all that is wrong with it, in words. */
export function readWritten(name: string, value: unknown): WrittenInstrument | string[] {
  const isPartial = Object.keys(Object(value)).every((key) => key in partial.shape) && value !== null;
  const read = (isPartial ? partial : whole).safeParse(value);
  const problems = (read.error?.issues ?? []).map(
    ({ path, message }) => `${[name, ...path].join('.')}: ${message}`,
  );
  try {
    const id = instrumentId(name);
    const { venue, market, symbol } = instrumentParts(id);
    if (!isMarket(market)) problems.push(`${name}: ${market} is no market (${MARKETS.join(', ')})`);
    else if (read.success) return written({ id, venue, market, symbol }, read.data);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(`${name}: ${error.message}`);
  }
  return problems;
}

function written(
  of: Pick<Instrument, 'id' | 'venue' | 'market' | 'symbol'>,
  said: z.infer<typeof whole> | z.infer<typeof partial>,
): WrittenInstrument {
  const asset = said.asset_class === undefined ? {} : { assetClass: said.asset_class };
  const own = said.override ?? {};
  const told: RuleOverride = {
    ...asset,
    ...(own.price_tick && { priceTick: own.price_tick }),
    ...(own.quantity_step && { quantityStep: own.quantity_step }),
    ...(own.min_quantity && { minQuantity: own.min_quantity }),
    ...(own.min_notional && { minNotional: own.min_notional }),
    ...(own.min_notional_binds_exits !== undefined && {
      minNotionalBindsExits: own.min_notional_binds_exits,
    }),
  };
  return { id: of.id, override: told, instrument: 'base' in said ? instrumentOfRules(of, said) : null };
}

function instrumentOfRules(
  of: Pick<Instrument, 'id' | 'venue' | 'market' | 'symbol'>,
  said: z.infer<typeof whole>,
): Instrument {
  return {
    ...of,
    base: said.base,
    quote: said.quote,
    assetClass: said.asset_class,
    priceTick: said.price_tick,
    quantityStep: said.quantity_step,
    minQuantity: said.min_quantity,
    minNotional: said.min_notional,
    minNotionalBindsExits: said.min_notional_binds_exits ?? !MARKET_TRAITS[of.market].knowsReduceOnly,
    ...(said.listing && { listing: said.listing }),
  };
}

/** Returns an instrument as `readWritten` reads it. */
export function writtenOf(instrument: Instrument): Readonly<Record<string, string | boolean>> {
  const { base, quote, listing, minNotionalBindsExits } = instrument;
  return {
    ...{ base, quote, asset_class: instrument.assetClass },
    ...{ price_tick: `${instrument.priceTick}`, quantity_step: `${instrument.quantityStep}` },
    ...{ min_quantity: `${instrument.minQuantity}`, min_notional: `${instrument.minNotional}` },
    min_notional_binds_exits: minNotionalBindsExits,
    ...(listing && { listing }),
  };
}

/**
 * Returns the whole instruments of a document that `writtenOf` wrote. *Errors*: InputError naming the first
 * that can't be read.
 */
export function readWrittenDocument(field: string, document: unknown): Map<InstrumentId, Instrument> {
  const read = new Map<InstrumentId, Instrument>();
  for (const [name, value] of Object.entries(Object(document))) {
    const one = readWritten(name, value);
    const because = Array.isArray(one) ? one.join('; ') : `${name} has no rules`;
    if (Array.isArray(one) || one.instrument === null)
      throw new InputError({ field, value: name, because, remedy: 'Remove it: it is read anew.' });
    read.set(one.id, one.instrument);
  }
  return read;
}
