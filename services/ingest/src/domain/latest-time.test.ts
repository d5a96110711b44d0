import { instrumentId, US_PER_SECOND } from '@algo/model';
import { expect, test } from 'vitest';
import { FeedClock } from './feed-clock.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const T0 = 1_750_507_467_000_000;
const clock = (kind: 'live' | 'given', speed: number) =>
  new FeedClock(
    {
      ...{ feed: 'binance', kind, completeness: 'complete-by-id', speed, startMs: 0 },
      instruments: new Map([[LTC, T0 - US_PER_SECOND]]),
    },
    { toldUs: T0, sureUs: T0 },
  );

test.each([1, 20])(
  'at speed %d a trade may be a minute ahead of what the feed must have reached',
  (speed) => {
    const time = clock('live', speed);
    time.heard(LTC, T0 + 1, 1_000);
    expect(time.latestUs(3_000, 0)).toBe(T0 + 1 + (2 + 60) * speed * US_PER_SECOND);
  },
);

test('a trade that waits tells the time too, unless it is alone ahead of all time', () => {
  const time = clock('live', 1);
  time.seen(T0 + 5, 1_000, T0);
  expect(time.venueUs(3_000, 0)).toBe(T0 + 5 + 2 * US_PER_SECOND);
  time.seen(T0 + 100 * US_PER_SECOND, 3_000, T0);
  expect(time.venueUs(3_000, 0)).toBe(T0 + 5 + 2 * US_PER_SECOND);
  time.seen(T0 + 101 * US_PER_SECOND, 3_000, T0);
  expect(time.venueUs(3_000, 0)).toBe(T0 + 101 * US_PER_SECOND);
  time.seen(Number.NaN, 4_000, T0);
  expect(time.venueUs(4_000, 0)).toBe(T0 + 102 * US_PER_SECOND);
});

test("the venue's clock tells the time until a trade does, ours only before", () => {
  const time = clock('live', 1);
  expect(time.venueUs(0, T0)).toBe(T0);
  time.venueClock(T0 + 300 * US_PER_SECOND, 0);
  expect(time.venueUs(1_000, T0)).toBe(T0 + 301 * US_PER_SECOND);
  expect(time.latestUs(1_000, T0)).toBe(T0 + 361 * US_PER_SECOND);
  time.venueClock(Number.NaN, 0);
  time.venueClock(1, 0);
  expect(time.venueUs(1_000, T0)).toBe(T0 + 301 * US_PER_SECOND);
  time.seen(T0 + 290 * US_PER_SECOND, 1_000, T0);
  expect(time.venueUs(1_000, T0)).toBe(T0 + 290 * US_PER_SECOND);
  time.venueClock(T0 + 300 * US_PER_SECOND, 1_000);
  expect(time.venueUs(1_000, T0)).toBe(T0 + 290 * US_PER_SECOND);
});

test('before the first trade of a life only the wall can tell, and only at speed 1', () => {
  expect(clock('live', 1).latestUs(1_000, T0)).toBe(T0 + 60 * US_PER_SECOND);
  expect(clock('live', 20).latestUs(1_000, T0)).toBe(Number.POSITIVE_INFINITY);
  expect(clock('given', 1).latestUs(1_000, T0)).toBe(Number.POSITIVE_INFINITY);
});
