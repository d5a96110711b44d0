import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { InboundMessage } from './bus.ts';
import { LaneHoleError, LaneReader } from './lane-reader.ts';

function numbered(count: number, epoch = 1): InboundMessage {
  return {
    stream: 'MARKET',
    subject: 'md.trades.3.x.y.Z',
    sequence: count,
    deliveries: 1,
    type: 'algo.v1.Test',
    id: `${epoch}:${count}`,
    timeUs: 1,
    data: new Uint8Array(),
    lane: { producer: 'ingest-0', epoch, count },
  };
}

/** What comes out when these go in, by epoch and count. */
function passed(reader: LaneReader, messages: readonly InboundMessage[]): string[] {
  const out: string[] = [];
  for (const message of messages) reader.admit(message, (next) => out.push(next.id));
  return out;
}

test('whatever the order and however often they come, each leaves once and in order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }).chain((n) => {
        const counts = Array.from({ length: n }, (_, i) => i + 1);
        return fc.tuple(
          fc.constant(n),
          fc.shuffledSubarray(counts, { minLength: n }),
          fc.array(fc.integer({ min: 1, max: n }), { maxLength: 40 }),
        );
      }),
      ([n, shuffled, repeats]) => {
        const reader = new LaneReader();
        const out = passed(
          reader,
          [...shuffled, ...repeats].map((count) => numbered(count)),
        );
        expect(out).toEqual(Array.from({ length: n }, (_, i) => `1:${i + 1}`));
        expect(reader.held.size).toBe(0);
        expect(reader.snapshot()).toEqual({ epoch: 1, count: n });
      },
    ),
  );
});

test('one that comes early is held until its predecessor is there', () => {
  const reader = new LaneReader({ epoch: 1, count: 4 });
  expect(passed(reader, [numbered(6), numbered(7)])).toEqual([]);
  expect(reader.snapshot()).toEqual({ epoch: 1, count: 4 });
  expect(passed(reader, [numbered(5)])).toEqual(['1:5', '1:6', '1:7']);
});

test('one that was published again under another id is dropped by its place in the lane', () => {
  const reader = new LaneReader();
  const again = { ...numbered(2), id: 'same fact, other id', sequence: 900 };
  expect(passed(reader, [numbered(1), numbered(2), again, numbered(3)])).toEqual(['1:1', '1:2', '1:3']);
});

test('a new epoch lets go of what the old one left out of order; what the old one still sends is dropped', () => {
  const reader = new LaneReader();
  expect(
    passed(reader, [numbered(1), numbered(3), numbered(1, 2), numbered(2), numbered(4), numbered(2, 2)]),
  ).toEqual(['1:1', '1:3', '2:1', '2:2']);
});

test('a hole is told when ten thousand wait behind it, with the message that is missing', () => {
  const reader = new LaneReader({ epoch: 1, count: 7 });
  for (let count = 9; count < 9 + 10_000; count++) expect(passed(reader, [numbered(count)])).toEqual([]);
  expect(() => passed(reader, [numbered(9 + 10_000)])).toThrow(LaneHoleError);
  expect(() => passed(reader, [numbered(9 + 10_001)])).toThrow(/MARKET: message 8 of ingest-0 .* is missing/);
});
