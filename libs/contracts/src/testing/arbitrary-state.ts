// States as they travel: columns of zones and gaps are equally long, and steps lead back to themselves.
import fc from 'fast-check';
import type { FieldShape, MessageShape } from '../field.ts';

type Wire = Record<string, unknown>;
/** Says how one field may be, by its shape; how often it may be there is not looked at. */
type OneOf = (shape: FieldShape) => fc.Arbitrary<unknown>;

/** Steps of a grid that numbers of steps come back from, some of them by a product. */
const GRID_STEPS = [0.01, 0.001, 1e-8, 0.25, 1, 5, 0.3];
const FEW = 4;
const WINDOWS = 4;
const FLOW_NUMBERS = 4;
/** Stands for the next of `exact`. */
const NO_STEPS = Number.MAX_SAFE_INTEGER;
const steps = fc.nat(2 ** 31 - 1);
/** A number that no grid here holds. */
const unstepped = fc.constantFrom(-1.5, -0, 1 / 3e9, 1e300);

/** Returns wire objects of a MarketState. */
export function arbitraryState({ fields }: MessageShape, one: OneOf): fc.Arbitrary<Wire> {
  const few = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: FEW });
  const inside = (name: string) => fields[name]!.message!;
  const single = (name: string) => one({ ...fields[name]!, rule: 'single' });
  const { features, otherFeatures: _, ...others } = fields;
  const { other, ...words } = features!.words!;
  const known = Object.values(words);
  const usual = Object.keys(others).filter((name) => ['single', 'optional'].includes(fields[name]!.rule));
  const parts = Object.fromEntries(
    usual.map((name) => [name, fields[name]!.rule === 'optional' ? fc.option(single(name)) : single(name)]),
  );
  const state = fc.record<Wire>({
    ...parts,
    // Later than what its parts tell of.
    ...{ timeUs: fc.integer({ min: 2 ** 32, max: 2 ** 51 }), priceSteps: steps },
    ...{ priceStep: fc.constantFrom(...GRID_STEPS), quantityStep: fc.constantFrom(...GRID_STEPS) },
    flow: fc.nat(WINDOWS).chain((windows) => rowsOf(steps, windows * FLOW_NUMBERS)),
    bars: few(barsOf(inside('bars'), one)),
    structures: few(structureOf(inside('structures'), one, few)),
  });
  const names = few(
    fc.oneof(fc.constantFrom(...known), fc.string({ minLength: 1 }).filter(isOther(features!))),
  );
  return fc.tuple(state, names, fc.option(unstepped)).map(([wire, all, exact]) => ({
    ...wire,
    features: all.map((name) => (typeof name === 'number' ? name : other)),
    otherFeatures: all.filter((name) => typeof name === 'string'),
    ...(exact === null ? { exact: [] } : { priceSteps: NO_STEPS, exact: [exact] }),
  }));
}

/** A name that has no number. */
function isOther({ words }: FieldShape): (name: string) => boolean {
  return (name) => name === 'other' || !Object.hasOwn(words!, name);
}

function rowsOf<Value>(value: fc.Arbitrary<Value>, rows: number): fc.Arbitrary<Value[]> {
  return fc.array(value, { minLength: rows, maxLength: rows });
}

/** Returns wire objects whose whole numbers are steps, or so many µs ago. */
function stepped({ fields }: MessageShape, one: OneOf): fc.Arbitrary<Wire> {
  const each = Object.entries(fields).map(([name, field]) => {
    const value = field.type === 'uint64' ? steps : one({ ...field, rule: 'single' });
    return [name, field.rule === 'optional' ? fc.option(value) : value] as const;
  });
  return fc.record<Wire>(Object.fromEntries(each));
}

function barsOf(shape: MessageShape, one: OneOf): fc.Arbitrary<Wire> {
  const { timeframe, bars, last, values } = shape.fields;
  return fc.record<Wire>({
    ...{ timeframe: one(timeframe!), bars: one(bars!) },
    last: fc.option(stepped(last!.message!, one)),
    values: fc.array(one({ ...values!, rule: 'single' }), { maxLength: FEW }),
  });
}

function structureOf(
  { fields }: MessageShape,
  one: OneOf,
  few: <Value>(value: fc.Arbitrary<Value>) => fc.Arbitrary<Value[]>,
): fc.Arbitrary<Wire> {
  const { rules, zones, gaps, profiles } = fields;
  const columns = (field: FieldShape) => fc.nat(FEW).chain((rows) => columnsOf(field.message!, one, rows));
  // An area has both edges or none.
  const profile = stepped(profiles!.message!, one).map(({ areaLow, areaHigh, ...wire }) => {
    const isKnown = areaLow !== null && areaHigh !== null;
    return { ...wire, ...(isKnown ? { areaLow, areaHigh } : { areaLow: null, areaHigh: null }) };
  });
  return fc.record<Wire>({
    ...{ rules: one(rules!), zones: columns(zones!), gaps: columns(gaps!) },
    profiles: few(profile),
  });
}

function columnsOf({ fields }: MessageShape, one: OneOf, rows: number): fc.Arbitrary<Wire> {
  const columns = Object.entries(fields).map(([name, field]) => {
    const value = field.type === 'uint64' ? steps : one({ ...field, rule: 'single' });
    return [name, rowsOf(value, rows)] as const;
  });
  // Shares that are all 0 are not said.
  return fc.record<Wire>(Object.fromEntries(columns)).map((wire) => {
    const { filled } = wire;
    const saysNothing = Array.isArray(filled) && filled.every((share) => Object.is(share, 0));
    return saysNothing ? { ...wire, filled: [] } : wire;
  });
}
