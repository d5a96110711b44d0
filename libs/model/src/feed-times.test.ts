import { expect, test } from 'vitest';
import type { TimeAdvanced } from './feed.ts';
import { FeedTimes } from './feed-times.ts';

const told = (feed: string, toldUs: number, change: Partial<TimeAdvanced> = {}): TimeAdvanced => ({
  ...{ type: 'TimeAdvanced', feed, toldUs, sureUs: toldUs, behind: [], wallUs: toldUs },
  ...{ speed: 1, warm: false, ...change },
});

test('an instrument has the time of its own venue’s feed, or of the first one where it has none', () => {
  const times = new FeedTimes();
  expect([times.feedOf('binance'), times.of('binance').toldUs, times.speed]).toEqual([null, 0, 1]);
  times.take(told('synthetic', 5, { speed: 20 }));
  expect([times.feedOf('binance'), times.nowUs('binance')]).toEqual(['synthetic', 5]);
  times.take(told('binance', 900));
  expect([times.feedOf('binance'), times.nowUs('binance'), times.nowUs('synthetic')]).toEqual([
    'binance',
    900,
    5,
  ]);
  expect([times.newestUs(), times.speed]).toEqual([900, 20]);
});

test('time never goes back, and history that is only given moves no clock', () => {
  const times = new FeedTimes();
  times.take(told('binance', 10));
  times.take(told('binance', 7));
  times.take(told('binance', 50, { warm: true }));
  times.hear('binance', 12);
  times.hear('binance', 11);
  expect([times.of('binance').toldUs, times.of('binance').warmUs, times.nowUs('binance')]).toEqual([
    10, 50, 12,
  ]);
  expect(new FeedTimes(times.state()).state()).toEqual(times.state());
});
