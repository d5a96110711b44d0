// Derives fast-check arbitraries from the codecs' tables: what the property tests send to the wire and back.
import { Decimal } from '@algo/model';
import fc from 'fast-check';
import type { TableCodec } from '../codec.ts';
import type { FieldShape, MessageShape } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import { tableCodecs } from '../generated/codecs.ts';
import { arbitraryState } from './arbitrary-state.ts';
import { tradeBatch } from './arbitrary-trade-batch.ts';

/** A message as the generated classes take and give it. */
export type WireObject = Record<string, unknown>;

/** The part of a generated class that tests use. */
export interface WireClass {
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): WireObject;
}

const FEW = 4;
const text = fc.string({ unit: 'grapheme' });
const classes: Readonly<Record<string, unknown>> = { ...algo.v1 };

/** Returns the generated class of a message that travels on its own. */
export function wireClass(name: string): WireClass {
  return classes[name] as WireClass;
}

/**
 * Returns values of a message, read from bytes that the generated class wrote: so they don't depend on what
 * the codec's own encoder can say.
 */
export function arbitraryOf<Value>(codec: TableCodec<Value>): fc.Arbitrary<Value> {
  const wire = wireClass(codec.shape.name);
  return arbitraryWire(codec.shape).map((raw) => codec.decode(wire.encode(raw).finish()));
}

/** Returns wire objects that a table accepts: optional fields are absent at times, a union has one arm. */
export function arbitraryWire(shape: MessageShape): fc.Arbitrary<WireObject> {
  if (shape.name === 'MarketState') return arbitraryState(shape, single);
  const fields = Object.entries(shape.fields).map(([name, field]) => ({ [name]: ruled(field) }));
  if (shape.oneof) return fc.oneof(...fields.map((arm) => fc.record<WireObject>(arm)));
  return fc.record<WireObject>(Object.assign({}, ...fields));
}

function ruled(shape: FieldShape): fc.Arbitrary<unknown> {
  const one = single(shape);
  switch (shape.rule) {
    case 'single':
      return one;
    case 'optional':
      return fc.option(one);
    case 'repeated':
      return fc.array(one, { maxLength: FEW });
    case 'map':
      return fc.dictionary(text, one, { maxKeys: FEW, noNullPrototype: true });
    default:
      return shape.rule satisfies never;
  }
}

function single({ type, required, form, words, message, hasNaN }: FieldShape): fc.Arbitrary<unknown> {
  if (message !== undefined) return arbitraryWire(message);
  if (words !== undefined) return fc.constantFrom(...Object.values(words));
  if (form === 'decimal') return decimal;
  if (form !== undefined) return fc.stringMatching(form);
  switch (type) {
    case 'string':
      return required ? fc.string({ minLength: 1, unit: 'grapheme' }) : text;
    case 'double':
      return fc.double({ noNaN: hasNaN !== true, noDefaultInfinity: true });
    case 'uint64':
      return fc.maxSafeNat();
    case 'bool':
      return fc.boolean();
    case 'bytes':
      return fc.uint8Array({ maxLength: 64 });
    default:
      throw new Error(`no arbitrary for a field of type ${type}`);
  }
}

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(18))
  .map(([units, scale]) => Decimal.scaled(units, scale).toString());

/** An arbitrary for each message that travels on its own, by its short name. */
export const arbitraryMessages: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  TradeBatch: tradeBatch,
  ...Object.fromEntries(
    Object.entries<TableCodec<unknown>>(tableCodecs).map(([name, codec]) => [name, arbitraryOf(codec)]),
  ),
};
