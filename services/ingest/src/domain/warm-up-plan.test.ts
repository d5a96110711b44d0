import { TIMEFRAME_US, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND, type WarmBar } from '@algo/model';
import { expect, test } from 'vitest';
import { barFault, barsOfPart, WARM_BARS, type WarmUpPart, warmUpPlan } from './warm-up-plan.ts';

const T0_US = 1_750_507_200_000_000;
const SPOT_US = [1, 60, 300, 900, 3_600].map((seconds) => seconds * US_PER_SECOND);

function bar(openTimeUs: number, more: Partial<WarmBar> = {}): WarmBar {
  const prices = { open: 10, high: 12, low: 9, close: 11 };
  return { openTimeUs, ...prices, volume: 2, takerBuyVolume: 0.5, trades: 3, ...more };
}

test('all timeframes are read up to the last end of 15 s that is 5 s old', () => {
  const plan = warmUpPlan(SPOT_US, T0_US + 49 * US_PER_SECOND);
  expect(plan.map(({ timeframe, readUs }) => [timeframe, readUs / US_PER_SECOND])).toEqual([
    ...([['15s', 1]] as const),
    ...(['1m', '5m', '15m', '1h'] as const).map((each) => [each, TIMEFRAME_US[each] / US_PER_SECOND]),
  ]);
  for (const { timeframe, fromUs, untilUs } of plan) {
    expect(untilUs).toBe(T0_US + 30 * US_PER_SECOND);
    expect(fromUs % TIMEFRAME_US[timeframe]).toBe(0);
    expect(Math.floor((untilUs - fromUs) / TIMEFRAME_US[timeframe])).toBe(WARM_BARS);
  }
});

test('a venue without bars of a second has none of 15 s, and all end with a minute', () => {
  const plan = warmUpPlan(SPOT_US.slice(1), T0_US + 4 * US_PER_SECOND);
  expect(plan.map(({ timeframe }) => timeframe)).toEqual(['1m', '5m', '15m', '1h']);
  expect(plan[0]!.untilUs).toBe(T0_US - US_PER_MINUTE);
});

test('a venue without any bars that fit gives nothing to read', () => {
  expect(warmUpPlan([7 * US_PER_SECOND], T0_US)).toEqual([]);
});

test.each([
  ['off the grid', { openTimeUs: T0_US + 1 }, 'its time is off the grid'],
  ['with a high below its low', { high: 8 }, 'its range is none'],
  ['with a price that is no number', { low: Number.NaN }, 'its range is none'],
  ['that opens above its high', { open: 13 }, 'it opens or closes outside its range'],
  ['with a negative volume', { volume: -1 }, 'its volume is none'],
  ['with a count that is no number', { trades: Number.NaN }, 'its volume is none'],
  ['whose takers bought more than was traded', { takerBuyVolume: 3 }, 'takers bought more'],
])('a bar %s is refused in words', (_, wrong, words) => {
  expect(barFault(bar(T0_US, wrong), US_PER_SECOND)).toContain(words);
});

test('a whole bar has no fault, with the taker’s volume or without', () => {
  expect(barFault(bar(T0_US), US_PER_SECOND)).toBeUndefined();
  expect(barFault(bar(T0_US, { takerBuyVolume: null }), US_PER_SECOND)).toBeUndefined();
});

const part = (seconds: number): WarmUpPart => ({
  ...{ timeframe: '15s', readUs: US_PER_SECOND, fromUs: T0_US, untilUs: T0_US + seconds * US_PER_SECOND },
});

test('bars of a second are added up to bars of 15 s, from the first whole one on', () => {
  const seconds = Array.from({ length: 40 }, (_, i) => T0_US + (i + 5) * US_PER_SECOND);
  const read = seconds.map((openTimeUs, i) =>
    bar(openTimeUs, { open: 10 + i / 100, high: 12 + i, close: 11 }),
  );
  expect(barsOfPart(read, part(45))).toEqual([
    bar(T0_US + 15 * US_PER_SECOND, {
      ...{ open: 10.1, high: 36, low: 9, volume: 30, takerBuyVolume: 7.5, trades: 45 },
    }),
    bar(T0_US + 30 * US_PER_SECOND, {
      ...{ open: 10.25, high: 51, low: 9, volume: 30, takerBuyVolume: 7.5, trades: 45 },
    }),
  ]);
});

test('where the venue has no bar the close before stands, and a bar that runs is left out', () => {
  const read = [0, 14, 44, 45].map((i) => bar(T0_US + i * US_PER_SECOND));
  const flat = { open: 11, high: 11, low: 11, close: 11, volume: 0, takerBuyVolume: 0, trades: 0 };
  const bars = barsOfPart(read, part(45));
  expect(bars).toHaveLength(3);
  expect(bars[1]).toEqual({ openTimeUs: T0_US + 15 * US_PER_SECOND, ...flat });
});

test('an empty bar within a longer one is no price of it', () => {
  const flat = (i: number, price: number) =>
    bar(T0_US + i * US_PER_SECOND, {
      ...{ open: price, high: price, low: price, close: price },
      ...{ volume: 0, takerBuyVolume: 0, trades: 0 },
    });
  const read = Array.from({ length: 30 }, (_, i) => (i < 15 ? flat(i, 20) : flat(i, i === 29 ? 11 : 20)));
  read[28] = bar(T0_US + 28 * US_PER_SECOND);
  expect(barsOfPart(read, part(30))).toMatchObject([
    { open: 20, high: 20, low: 20, close: 20, volume: 0, trades: 0 },
    { open: 10, high: 12, low: 9, close: 11, volume: 2, trades: 3 },
  ]);
});

test('bars that do not reach the end are not taken', () => {
  expect(barsOfPart([bar(T0_US)], part(45))).toBe('they end 44 s too early');
});

test('one bar without the taker’s volume leaves its sum without it', () => {
  const read = [0, 1, 14].map((i) => bar(T0_US + i * US_PER_SECOND, i === 1 ? { takerBuyVolume: null } : {}));
  expect(barsOfPart(read, part(15))).toMatchObject([{ takerBuyVolume: null, volume: 6 }]);
});

test('an instrument that is younger than an hour has no bars of one', () => {
  const hour: WarmUpPart = {
    ...{ timeframe: '1h', readUs: US_PER_HOUR, fromUs: T0_US, untilUs: T0_US + US_PER_MINUTE },
  };
  expect(barsOfPart([bar(T0_US)], hour)).toEqual([]);
});
