import { instrumentId, US_PER_SECOND } from '@algo/model';
import { expect, test } from '@jest/globals';
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

test('before the first trade of a life only the wall can tell, and only at speed 1', () => {
  expect(clock('live', 1).latestUs(1_000, T0)).toBe(T0 + 60 * US_PER_SECOND);
  expect(clock('live', 20).latestUs(1_000, T0)).toBe(Number.POSITIVE_INFINITY);
  expect(clock('given', 1).latestUs(1_000, T0)).toBe(Number.POSITIVE_INFINITY);
});
