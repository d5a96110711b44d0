import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { expect, test } from 'vitest';
import { WireWriter } from './wire-writer.ts';

type Item = { readonly whole: number } | { readonly double: number } | { readonly text: string } | Item[];
const { item } = fc.letrec<{ item: Item }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4 },
    fc.record({ whole: fc.maxSafeNat() }),
    fc.record({ double: fc.double() }),
    fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
    fc.array(tie('item'), { maxLength: 20 }),
  ),
}));

function write(to: WireWriter, value: Item): void {
  if ('whole' in value) to.whole(value.whole);
  else if ('double' in value) to.double(value.double);
  else if ('text' in value) to.text(value.text);
  else {
    const place = to.begin();
    for (const each of value) write(to, each);
    to.end(place);
  }
}

function writePlainly(to: protobuf.Writer, value: Item): protobuf.Writer {
  if ('whole' in value) return to.uint64(value.whole);
  if ('double' in value) return to.double(value.double);
  if ('text' in value) return to.string(value.text);
  to.fork();
  for (const each of value) writePlainly(to, each);
  return to.ldelim();
}

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
