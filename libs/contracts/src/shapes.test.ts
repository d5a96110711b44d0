import type protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { codecs } from './codecs.ts';
import type { FieldShape, MessageShape } from './field.ts';
import { tableCodecs } from './generated/codecs.ts';
import {
  currentSources,
  enumsOf,
  isRequired,
  messagesOf,
  parseProtos,
  ruleOf,
  topMessages,
} from './testing/proto-files.ts';

const root = parseProtos(currentSources());
const messages = messagesOf(root);
const enums = enumsOf(root);

/** What a table says of a message, and what the proto says, in one form: they must be equal. */
interface Told {
  readonly [field: string]: { readonly type: string; readonly rule: string; readonly required: boolean };
}

function toldByTable(shape: MessageShape): Told {
  const told = ({ type, rule, required }: FieldShape) => ({ type, rule, required });
  return Object.fromEntries(Object.entries(shape.fields).map(([name, field]) => [name, told(field)]));
}

function toldByProto(message: protobuf.Type): Told {
  return Object.fromEntries(
    message.fieldsArray.map((field) => [
      field.name,
      { type: field.type, rule: ruleOf(field), required: isRequired(field) },
    ]),
  );
}

/** Holds a table and everything inside it against the proto; returns the messages and enums it has seen. */
function compare(shape: MessageShape, message: protobuf.Type, seen: Set<string>): void {
  seen.add(message.fullName);
  expect(message.name).toBe(shape.name);
  expect({ [message.fullName]: toldByTable(shape) }).toEqual({ [message.fullName]: toldByProto(message) });
  const oneofs = message.oneofsArray.filter((oneof) => !oneof.isProto3Optional);
  expect(oneofs.map((oneof) => oneof.oneof)).toEqual(shape.oneof ? [Object.keys(shape.fields)] : []);
  for (const [index, [name, field]] of Object.entries(shape.fields).entries()) {
    const declared = message.fields[name]!;
    expect([name, declared.id]).toEqual([name, index + 1]);
    if (field.message !== undefined) compare(field.message, declared.resolvedType as protobuf.Type, seen);
    if (field.words !== undefined) compareWords(field, declared.resolvedType as protobuf.Enum, seen);
  }
}

/**
 * `base-impulse` of ZoneOrigin must be ZONE_ORIGIN_BASE_IMPULSE,
 * number for number, and none may be left over.
 */
function compareWords(shape: FieldShape, declared: protobuf.Enum, seen: Set<string>): void {
  seen.add(declared.fullName);
  const prefix = declared.name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  const words = Object.entries(shape.words!).map(([word, number]): [string, number] => [
    `${prefix}_${word.replaceAll('-', '_').toUpperCase()}`,
    number,
  ]);
  expect(declared.values).toEqual({ [`${prefix}_UNSPECIFIED`]: 0, ...Object.fromEntries(words) });
}

test.each(Object.entries(tableCodecs))(
  'the table of %s and its proto name the same fields',
  (name, codec) => {
    compare(codec.shape, messages.get(name)!, new Set());
  },
);

test('a codec exists for each message that travels on its own, and for no other', () => {
  expect(Object.keys(codecs).sort()).toEqual(topMessages(messages).sort());
});

test('no message and no enum of the protos is left without a table', () => {
  const seen = new Set<string>();
  for (const [name, codec] of Object.entries(tableCodecs)) compare(codec.shape, messages.get(name)!, seen);
  const byHand = ['.algo.v1.TradeBatch', '.algo.v1.CountedTradeIds', '.algo.v1.NamedTradeIds'];
  const declared = [...messages.values(), ...enums.values()].map((item) => item.fullName);
  expect([...seen, ...byHand].sort()).toEqual(declared.sort());
});

describe('the protos explain themselves', () => {
  test.each([...messages])('%s says what it means, and so does each of its fields', (_name, message) => {
    const silent = message.fieldsArray.filter((field) => (field.comment ?? '').length < 5);
    expect(message.comment ?? '').toMatch(/\S{2}/);
    expect(silent.map((field) => field.name)).toEqual([]);
  });

  test.each([...messages])('%s numbers its fields from 1 without a hole', (_name, message) => {
    const numbers = message.fieldsArray.map((field) => field.id).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});
