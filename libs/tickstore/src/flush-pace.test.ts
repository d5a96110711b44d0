import { expect, test } from '@jest/globals';
import { FlushPace } from './flush-pace.ts';

test.each([
  [1, 100, 1_000],
  [100, 100, 1_000],
  [250, 250, 2_500],
  [1_000, 1_000, 10_000],
])('of %d files each is written with %d rows or after %d ms', (files, rows, waitMs) => {
  const pace = new FlushPace({ dataDir: '' });
  pace.files = files;
  expect([pace.rows, pace.waitMs, pace.intervalMs]).toEqual([rows, waitMs, 1_000]);
});
