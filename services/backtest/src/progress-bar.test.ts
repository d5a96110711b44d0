import { US_PER_HOUR } from '@algo/model';
import { expect, test } from 'vitest';
import { ProgressBar } from './progress-bar.ts';

test('the bar grows with the time reached, and never falls', () => {
  const drawn: string[] = [];
  let nowMs = 0;
  const span = { fromUs: 0, toUs: 24 * US_PER_HOUR };
  const bar = new ProgressBar(
    (text) => drawn.push(text),
    () => nowMs,
    span,
  );
  for (const hour of [1, 6, 12, 24]) {
    nowMs += 3_000;
    bar.show({ trades: hour * 1_000, timeUs: hour * US_PER_HOUR });
  }
  expect(drawn.map((text) => text.split('=').length - 1)).toEqual([1, 6, 12, 24]);
  bar.clear();
  expect(drawn.at(-1)).toBe('\r\u001b[K');
});
