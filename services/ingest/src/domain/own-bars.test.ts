// Which bars of our own are used, and what is left to be asked of the venue.
import { TIMEFRAME_US, US_PER_MINUTE } from '@algo/model';
import { expect, test } from 'vitest';
import { beside, inPieces, newestRun, type OwnBar } from './own-bars.ts';
import type { WarmUpPart } from './warm-up-plan.ts';

const T0_US = 29_175_120 * US_PER_MINUTE;
const at = (minute: number) => T0_US + minute * US_PER_MINUTE;
const PART: WarmUpPart = { timeframe: '1m', readUs: TIMEFRAME_US['1m'], fromUs: at(0), untilUs: at(10) };

function own(source: string, ...minutes: readonly number[]): OwnBar[] {
  const prices = { open: 1, high: 1, low: 1, close: 1, volume: 0, takerBuyVolume: 0, trades: 0 };
  return minutes.map((minute) => ({ source, bar: { openTimeUs: at(minute), ...prices } }));
}

const minutesOf = (run: readonly OwnBar[]) => run.map(({ bar }) => (bar.openTimeUs - T0_US) / US_PER_MINUTE);
const rangesOf = (parts: readonly WarmUpPart[]) =>
  parts.map(({ fromUs, untilUs }) => [fromUs, untilUs].map((us) => (us - T0_US) / US_PER_MINUTE));

test('the newest bars without a hole are used, what is before and behind them is asked for', () => {
  const run = newestRun(own('a', 1, 2, 6, 4, 5, -1, 10), PART);
  expect(minutesOf(run)).toEqual([4, 5, 6]);
  expect(beside(PART, run).map(rangesOf)).toEqual([[[0, 4]], [[7, 10]]]);
});

test('without a bar of ours all is asked for, with all of them nothing', () => {
  expect(beside(PART, newestRun([], PART))).toEqual([[PART], []]);
  const all = newestRun(own('a', ...Array.from({ length: 10 }, (_, i) => i)), PART);
  expect(beside(PART, all)).toEqual([[], []]);
});

test('what came later stands for the same bar, and each piece is of one source', () => {
  const run = newestRun([...own('warm', 5, 6, 7, 8), ...own('ours', 7, 8, 9)], PART);
  expect(inPieces(run).map(({ source, of }) => [source, of.length])).toEqual([
    ['warm', 2],
    ['ours', 3],
  ]);
});

test('no piece has more bars than a message', () => {
  const many = own('a', ...Array.from({ length: 2_300 }, (_, i) => i));
  expect(inPieces(many).map(({ of }) => of.length)).toEqual([1_000, 1_000, 300]);
});
