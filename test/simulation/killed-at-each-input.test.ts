// Execution is killed at every input of an order's life, over the real adapter of Binance spot and the real
// stand-in on the loopback: before it takes an input, before a record of its own is on disk, and behind that.
import { expect, test } from 'vitest';
import { soak } from '../acceptance/support/config.ts';
import { type KillPoint, SpotLife } from './spot-life.ts';

/** So many of them outside of a soak. */
const SAMPLE = 8;

test('what is bought once is guarded and sold once, at whatever input execution dies', async () => {
  const { points, wrong } = await SpotLife.play();
  expect(wrong).toEqual([]);
  const words = points.map((point) => point.words);
  expect(words).toContain('behind left  on disk');
  expect(words.filter((each) => each === 'before input VenueFilled is on disk').length).toBeGreaterThan(2);
  const found: string[] = [];
  for (const { number, words: at } of soak ? points : sampleOf(points)) {
    const life = await SpotLife.play(number);
    for (const each of life.wrong) found.push(`killed ${at} (${number}): ${each}`);
  }
  expect(found).toEqual([]);
}, 3_600_000);

/** Of an order's own records, evenly spread: ticks of the feed are the most, and the least of interest. */
function sampleOf(points: readonly KillPoint[]): readonly KillPoint[] {
  const own = points.filter(({ words }) => !words.startsWith('before md.'));
  return Array.from({ length: SAMPLE }, (_, i) => own[Math.floor((i * own.length) / SAMPLE)]!);
}
