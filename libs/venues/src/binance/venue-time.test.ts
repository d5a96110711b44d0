import { expect, test } from 'vitest';
import { VenueTime } from './venue-time.ts';

/** A venue whose clock is 700 ms before our wall, and whose answers take so long. */
function venueTime(tripsMs: readonly number[]) {
  const clock = { monotonicMs: 1_000, wallMs: 1_750_000_000_000, fails: '' };
  const left = [...tripsMs];
  const pass = (ms: number) => {
    clock.monotonicMs += ms;
    clock.wallMs += ms;
  };
  const truth = () => 1_750_000_000_700 + clock.monotonicMs - 1_000;
  const time = new VenueTime({
    monotonicMs: () => clock.monotonicMs,
    wallMs: () => clock.wallMs,
    ask: async () => {
      if (clock.fails !== '') throw new Error(clock.fails);
      const tookMs = left.shift() ?? 2;
      // The way there is the long one.
      pass(tookMs * 0.75);
      const server = truth();
      pass(tookMs * 0.25);
      return server;
    },
  });
  return { time, clock, pass, truth };
}

test('of five round trips the quickest tells the time, and a clock that never jumps goes on', async () => {
  using parts = disposable(venueTime([400, 8, 300, 4, 90]));
  const { time, pass, truth } = parts;
  expect(time.nowMs()).toBeUndefined();
  await time.ready();
  expect(Math.abs(time.nowMs()! - truth())).toBeLessThanOrEqual(1);
  pass(30_000);
  expect(Math.abs(time.nowMs()! - truth())).toBeLessThanOrEqual(1);
  expect(time.trouble()).toBeUndefined();
});

test('a wall that jumps by more than 250 ms is trouble until the time is measured again', async () => {
  using parts = disposable(venueTime([]));
  const { time, clock, truth } = parts;
  await time.ready();
  clock.wallMs += 250;
  expect(time.trouble()).toBeUndefined();
  clock.wallMs += 50;
  expect(time.trouble()).toContain('the wall clock here jumped by 300 ms');
  // What is signed meanwhile has the venue's time all the same.
  expect(Math.abs(time.nowMs()! - truth())).toBeLessThanOrEqual(1);
  await time.measure();
  expect(time.trouble()).toBeUndefined();
});

test('a venue that tells no time is trouble, and so is a time of ten minutes ago', async () => {
  using parts = disposable(venueTime([]));
  const { time, clock, pass } = parts;
  clock.fails = 'nobody listens there';
  await expect(time.ready()).rejects.toThrow("the venue's time is not known: nobody listens there");
  clock.fails = '';
  await time.ready();
  clock.fails = 'no answer';
  pass(660_000);
  await time.measure();
  expect(time.trouble()).toBe("the venue's time was measured 11 min ago: no answer");
});

function disposable<Parts extends { readonly time: VenueTime }>(parts: Parts): Parts & Disposable {
  return { ...parts, [Symbol.dispose]: () => parts.time[Symbol.dispose]() };
}
