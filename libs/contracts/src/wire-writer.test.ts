import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { expect, test } from 'vitest';
import { WireWriter } from './wire-writer.ts';

type Item =
  | { readonly whole: number }
  | { readonly double: number }
  | { readonly text: string }
  | { readonly run: readonly number[] }
  | { readonly field: number }
  | Item[];
const { item } = fc.letrec<{ item: Item }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4 },
    fc.record({ whole: fc.maxSafeNat() }),
    fc.record({ double: fc.double() }),
    fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
    fc.record({ run: fc.array(fc.oneof(fc.nat(300), fc.maxSafeNat()), { maxLength: 40 }) }),
    fc.record({ field: fc.oneof(fc.nat(300), fc.maxSafeNat(), fc.double()) }),
    fc.array(tie('item'), { maxLength: 20 }),
  ),
}));

function write(to: WireWriter, value: Item): void {
  if ('whole' in value) to.whole(value.whole);
  else if ('double' in value) to.double(value.double);
  else if ('text' in value) to.text(value.text);
  else if ('run' in value) to.run(Float64Array.from([0.5, ...value.run]), 1, value.run.length + 1);
  else if ('field' in value) writeField(to, value.field);
  else {
    const place = to.begin();
    for (const each of value) write(to, each);
    to.end(place);
  }
}

/** Writes a field of a list, behind one that is taken back. */
function writeField(to: WireWriter, value: number): void {
  const values = Float64Array.of(7, value);
  const mark = to.written;
  to.raw(Uint8Array.of(1, 2, 3));
  to.wholeOf(1, values, 0);
  to.takeBack(mark);
  if (Number.isSafeInteger(value) && !Object.is(value, -0) && value >= 0) to.wholeOf(20, values, 1);
  else if (Number.isFinite(value)) to.doubleOf(20, values, 1);
  else expect(() => to.doubleOf(20, values, 1)).toThrow('not finite');
  if (Number.isNaN(value) || Number.isFinite(value)) to.knownOf(21, values, 1);
}

function writePlainly(to: protobuf.Writer, value: Item): protobuf.Writer {
  if ('whole' in value) return to.uint64(value.whole);
  if ('double' in value) return to.double(value.double);
  if ('text' in value) return to.string(value.text);
  if ('run' in value) {
    to.fork();
    for (const each of value.run) to.uint64(each);
    return to.ldelim();
  }
  if ('field' in value) {
    const { field } = value;
    const isNothing = !Number.isFinite(field) || Object.is(field, 0);
    if (Number.isSafeInteger(field) && field > 0) to.uint32(20 * 8).uint64(field);
    else if (!isNothing) to.uint32(20 * 8 + 1).double(field);
    return Number.isFinite(field) ? to.uint32(21 * 8 + 1).double(field) : to;
  }
  to.fork();
  for (const each of value) writePlainly(to, each);
  return to.ldelim();
}

test.each([Number.NaN, -1, 0.5, 2 ** 53])('refuses a whole number of %p', (wrong) => {
  const writer = new WireWriter();
  writer.start();
  expect(() => writer.run(Float64Array.of(1, wrong), 0, 2)).toThrow('not a whole number');
  expect(() => writer.wholeOf(1, Float64Array.of(wrong), 0)).toThrow('not a whole number');
});

test('gives the bytes of the writer of protobufjs, and those of earlier messages stay', () => {
  const writer = new WireWriter();
  fc.assert(
    fc.property(fc.array(fc.array(item, { maxLength: 40 }), { maxLength: 5 }), (messages) => {
      const written = messages.map((message) => {
        writer.start();
        for (const each of message) write(writer, each);
        return writer.finish();
      });
      const plainly = messages.map((message) => {
        const to = protobuf.Writer.create();
        for (const each of message) writePlainly(to, each);
        return to.finish();
      });
      expect(written.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
        plainly.map((bytes) => Buffer.from(bytes).toString('hex')),
      );
    }),
  );
});
