import { expect, test } from 'vitest';
import { FIRST_TRADE_MS, StreamRhythm } from './stream-rhythm.ts';

test('a stream without a first trade is looked at twice, and is mute if trades happened in between', () => {
  const rhythm = new StreamRhythm(0);
  expect(rhythm.overdueMs(FIRST_TRADE_MS)).toBe(0);
  expect(rhythm.overdueMs(FIRST_TRADE_MS + 1)).toBe(1);
  rhythm.checked(500, FIRST_TRADE_MS);
  expect(rhythm.overdueMs(FIRST_TRADE_MS + 1)).toBeLessThan(0);
  expect(rhythm.overdueMs(2 * FIRST_TRADE_MS + 1)).toBe(1);
  rhythm.checked(501, 2 * FIRST_TRADE_MS);
  expect(rhythm.isMute(2 * FIRST_TRADE_MS + 1_999)).toBe(false);
  expect(rhythm.isMute(2 * FIRST_TRADE_MS + 2_000)).toBe(true);
});

test('a quiet market is no mute stream', () => {
  const rhythm = new StreamRhythm(0);
  for (let at = FIRST_TRADE_MS; at < 600_000; at += FIRST_TRADE_MS) {
    expect(rhythm.overdueMs(at + 1)).toBe(1);
    rhythm.checked(500, at);
    expect(rhythm.isMute(at + 10_000)).toBe(false);
  }
});

test('how long a stream may be silent follows from its own gaps, with a floor and a ceiling', () => {
  const steady = (gapMs: number) => {
    const rhythm = new StreamRhythm(0);
    for (let i = 1; i <= 200; i++) rhythm.heard(i, i * gapMs);
    return rhythm;
  };
  expect(steady(10).silenceMaxMs).toBe(5_000);
  expect(steady(2_000).silenceMaxMs).toBeCloseTo(18_421, 0);
  expect(steady(600_000).silenceMaxMs).toBe(300_000);
  const rhythm = steady(2_000);
  expect(rhythm.overdueMs(400_000 + 18_420)).toBeLessThan(0);
  expect(rhythm.overdueMs(400_000 + 18_422)).toBeGreaterThan(0);
});

test('a trade that was only on its way clears the stream', () => {
  const rhythm = new StreamRhythm(0);
  rhythm.heard(1, 1_000);
  rhythm.checked(2, 20_000);
  rhythm.heard(2, 21_000);
  expect(rhythm.isMute(30_000)).toBe(false);
  rhythm.checked(3, 40_000);
  rhythm.connected(41_000);
  expect(rhythm.isMute(50_000)).toBe(false);
});
