import { codecs, subjects } from '@algo/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InboundMessage } from './bus.ts';
import { FactMessage } from './fact-message.ts';
import { LaneHoleError, LaneReader, StreamLanes } from './lanes.ts';

const SUBJECT = 'md.trades.3.x.y.Z';
let sequence = 0;

function numbered(count: number, epoch = 1, subject = SUBJECT, producer = 'ingest.x'): InboundMessage {
  return FactMessage.ofBytes(
    { subject, type: 'algo.v1.Test', id: `${epoch}:${count}`, timeUs: 1, lane: { producer, epoch, count } },
    new Uint8Array(),
    { stream: 'MARKET', sequence: ++sequence, deliveries: 1 },
  );
}

function fence(epoch: number, producer = 'ingest.x'): InboundMessage {
  return FactMessage.ofBytes(
    { subject: subjects.fence('MARKET', producer), type: codecs.LaneFenced.type, id: `f${epoch}`, timeUs: 0 },
    codecs.LaneFenced.encode({ producer, epoch }),
    { stream: 'MARKET', sequence: ++sequence, deliveries: 1 },
  );
}

function command(id: string, subject = 'ctl.mode.a'): InboundMessage {
  return FactMessage.ofBytes({ subject, type: 'algo.v1.Test', id, timeUs: 1 }, new Uint8Array(), {
    ...{ stream: 'CONTROL', sequence: ++sequence, deliveries: 1 },
  });
}

/** What comes out when these go in, by epoch and count. */
function passed(
  reader: Pick<StreamLanes, 'admit'> | LaneReader,
  messages: readonly InboundMessage[],
): string[] {
  const out: string[] = [];
  for (const message of messages) reader.admit(message, (next) => out.push(next.id));
  return out;
}

const market = (isPruned = false, state?: ReturnType<StreamLanes['state']>) =>
  new StreamLanes('MARKET', isPruned, state);

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
        const lanes = market();
        const out = passed(
          lanes,
          [...shuffled, ...repeats].map((count) => numbered(count)),
        );
        expect(out).toEqual(Array.from({ length: n }, (_, i) => `1:${i + 1}`));
        expect(lanes.waitsFrom).toBeUndefined();
      },
    ),
  );
});

test('wherever a reader stops, the next one passes on the rest from its state', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 20 }).chain((n) =>
        fc.tuple(
          fc.shuffledSubarray(
            Array.from({ length: n }, (_, i) => i + 1),
            { minLength: n },
          ),
          fc.integer({ min: 0, max: n }),
        ),
      ),
      ([shuffled, cut]) => {
        const messages = shuffled.map((count) => numbered(count));
        const first = market();
        const before = passed(first, messages.slice(0, cut));
        const from = first.waitsFrom ?? messages[cut - 1]?.sequence ?? 0;
        const second = market(false, first.state());
        const after = passed(
          second,
          messages.filter((message) => message.sequence > from),
        );
        expect([...before, ...after]).toEqual(shuffled.map((_, i) => `1:${i + 1}`));
      },
    ),
  );
});

test('a new life goes on counting; what the old one left behind a hole is void, whenever it comes', () => {
  const out = passed(market(), [
    ...[numbered(1), numbered(3), numbered(4), fence(2)],
    ...[numbered(2), numbered(2, 2), numbered(3), numbered(3, 2)],
  ]);
  expect(out).toEqual(['1:1', '2:2', '2:3']);
});

test('an old process that wakes up behind the fence is not heard', () => {
  expect(passed(market(), [fence(1), numbered(1), fence(2), numbered(2), numbered(2, 2)])).toEqual([
    '1:1',
    '2:2',
  ]);
});

test('a fence is of one producer, in all its lanes of the stream', () => {
  const other = 'md.feed.3.x.y.Z';
  const out = passed(market(), [
    ...[numbered(2), numbered(2, 1, other), numbered(2, 1, SUBJECT, 'ingest.y'), fence(2)],
    ...[numbered(1, 2), numbered(1, 2, other), numbered(1, 1, SUBJECT, 'ingest.y')],
  ]);
  expect(out).toEqual(['2:1', '2:1', '1:1', '1:2']);
});

test('a fence that was pruned is told by the words behind it', () => {
  expect(passed(market(), [numbered(1), numbered(3), numbered(2, 2), numbered(2)])).toEqual(['1:1', '2:2']);
});

test('a lane met first in a stream that lost its beginning begins where it is met', () => {
  expect(passed(market(true), [numbered(7), numbered(9), numbered(8)])).toEqual(['1:7', '1:8', '1:9']);
  expect(passed(market(false), [numbered(7), numbered(9), numbered(8)])).toEqual([]);
  const known = { producers: { 'ingest.x': { epoch: 1, lanes: { 'md.trades.3': 5 } } }, ids: {} };
  expect(passed(market(true, known), [numbered(7), numbered(6)])).toEqual(['1:6', '1:7']);
});

test('what has no lane passes as it comes, once, in each family', () => {
  const lanes = new StreamLanes('CONTROL', false);
  const again = [command('a'), command('b'), command('a'), command('a', 'ctl.config.a'), command('b')];
  expect(passed(lanes, again)).toEqual(['a', 'b', 'a']);
  const restored = new StreamLanes('CONTROL', false, lanes.state());
  expect(passed(restored, [command('b'), command('c')])).toEqual(['c']);
});

test('of what has no lane the last 4,096 ids of a family are known, and no more are kept', () => {
  const lanes = new StreamLanes('CONTROL', false);
  const ids = Array.from({ length: 10_000 }, (_, n) => `c${n}`);
  expect(
    passed(
      lanes,
      ids.map((id) => command(id)),
    ),
  ).toHaveLength(ids.length);
  expect(lanes.state().ids['ctl.mode']).toEqual(ids.slice(-4_096));
  const again = ids.slice(-4_096).map((id) => command(id));
  expect(passed(new StreamLanes('CONTROL', false, lanes.state()), again)).toEqual([]);
});

test('a hole is told when ten thousand wait behind it, with the message that is missing', () => {
  const reader = new LaneReader(7);
  for (let count = 9; count < 9 + 10_000; count++) expect(passed(reader, [numbered(count)])).toEqual([]);
  expect(() => passed(reader, [numbered(9 + 10_000)])).toThrow(LaneHoleError);
  expect(() => passed(reader, [numbered(9 + 10_001)])).toThrow(/MARKET: message 8 of ingest.x .* is missing/);
});
