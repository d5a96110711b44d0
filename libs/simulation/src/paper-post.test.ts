import {
  clientOrderId,
  Decimal,
  openSnapshot,
  sealSnapshot,
  type VenueEvent,
  venueOrderId,
} from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PaperLetter, PaperPost } from './paper-post.ts';
import { NO_VICES, type PaperVices } from './paper-vices.ts';
import { LTC, MAIN } from './testing/paper-fixture.ts';

function event(n: number): VenueEvent {
  const about = { clientOrderId: clientOrderId(`o${n}`), account: MAIN, instrument: LTC.id };
  return { type: 'VenueCanceled', ...about, cumulative: Decimal.zero, reason: 'requested', timeUs: n };
}

function numbers(letters: readonly (PaperLetter | VenueEvent)[]): number[] {
  return letters
    .map((one) => ('timeUs' in one ? one : (one as { event: VenueEvent }).event) as VenueEvent)
    .map((one) => (one.type === 'VenueFilled' ? one.fill.timeUs : one.timeUs));
}

/** Sends an event with each of so many inputs; returns which came out after which input. */
function course(post: PaperPost, from: number, to: number): number[][] {
  return Array.from({ length: to - from }, (_, i) => {
    post.next();
    return [...numbers(post.send(event(from + i))), ...numbers(post.due())];
  });
}

function quiet(post: PaperPost): number[] {
  post.next();
  return numbers(post.due());
}

const share = fc.constantFrom(0, 0.1, 0.5, 1);
const ways = fc.record({
  ...{ eventLate: share, eventTwice: share, lateInputs: fc.nat(6) },
});

test('without vices all goes out at once, in order', () => {
  const post = new PaperPost(NO_VICES, 1);
  expect(course(post, 0, 5)).toEqual([[0], [1], [2], [3], [4]]);
  expect(post.request()).toEqual({ arrives: 1, answer: 'now' });
});

test('late and twice: each event comes within its bound, and none is lost', () => {
  fc.assert(
    fc.property(ways, fc.nat(), (some, seed) => {
      const post = new PaperPost({ ...NO_VICES, ...some }, seed);
      const out = [...course(post, 0, 40), ...Array.from({ length: 20 }, () => quiet(post))];
      const longest = Math.max(1, some.lateInputs);
      for (let n = 0; n < 40; n++) {
        const came = out.flatMap((list, at) => list.filter((m) => m === n).map(() => at));
        expect(came.length === 1 || (came.length === 2 && some.eventTwice > 0)).toBe(true);
        expect(Math.max(...came) - n).toBeLessThanOrEqual(longest);
      }
    }),
  );
});

test('what happens while the socket is broken is told to nobody', () => {
  const post = new PaperPost({ ...NO_VICES, streamBreaks: 1, brokenInputs: 3, inputsMax: 2 }, 1);
  expect(course(post, 0, 7)).toEqual([[], [], [], [], [4], [5], [6]]);
});

test('an event that is late lets what happened after it go before', () => {
  const post = new PaperPost({ ...NO_VICES, eventLate: 0.5, lateInputs: 1 }, 1);
  const out = course(post, 0, 20).flat();
  expect(out).not.toEqual(out.toSorted((a, b) => a - b));
});

test('a lost event never comes', () => {
  const post = new PaperPost({ ...NO_VICES, eventLost: 1 }, 1);
  expect(course(post, 0, 20).flat()).toEqual([]);
});

test('after so many inputs the exchange behaves well, and gives back what it held', () => {
  const vices: PaperVices = { ...NO_VICES, inputsMax: 3, eventLost: 0.5, eventLate: 1, lateInputs: 4 };
  const post = new PaperPost({ ...vices, requestLost: 1 }, 3);
  expect(post.request()).toEqual({ arrives: 0, answer: 'never' });
  const out = course(post, 0, 12);
  expect(post.request()).toEqual({ arrives: 1, answer: 'now' });
  for (let n = 7; n < 12; n++) expect(out[n]).toEqual([n]);
});

test('restored at any point it goes on as if it had never stopped', () => {
  fc.assert(
    fc.property(ways, fc.nat(30), (some, at) => {
      const vices = {
        ...NO_VICES,
        ...some,
        ...{ eventLost: 0.1, streamBreaks: 0.1, brokenInputs: 4 },
        answerLost: 0.3,
        answerLate: 0.5,
        requestTwice: 0.2,
      };
      const ask = (post: PaperPost, n: number) => {
        const fate = post.request();
        const about = { clientOrderId: clientOrderId(`o${n}`), venueOrderId: venueOrderId('v') };
        if (fate.answer === 'late') post.keep(`${n}`, { type: 'confirmed', ...about, timeUs: n });
        return fate;
      };
      const run = (post: PaperPost, from: number, to: number) =>
        Array.from({ length: to - from }, (_, i) => [
          ask(post, from + i),
          post.next(),
          post.send(event(from + i)),
          post.due(),
        ]);
      const never = new PaperPost(vices, 5);
      const before = new PaperPost(vices, 5);
      expect(run(before, 0, at)).toEqual(run(never, 0, at));
      const after = new PaperPost(vices, 5);
      after.restore(openSnapshot('post', 1, sealSnapshot('post', 1, before.snapshot())));
      expect(run(after, at, 40)).toEqual(run(never, at, 40));
    }),
  );
});
