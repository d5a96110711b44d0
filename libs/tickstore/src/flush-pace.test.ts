import { expect, test } from 'vitest';
import { FlushPace } from './flush-pace.ts';

test.each([
  [1, 100, 1_000],
  [100, 100, 1_000],
  [101, 606, 6_060],
  [1_000, 6_000, 60_000],
  [5_000, 20_000, 300_000],
  [100_000, 20_000, 3_600_000],
])('of %d files each is written with %d rows or after %d ms', (files, rows, waitMs) => {
  const pace = new FlushPace({ dataDir: '' });
  pace.files = files;
  expect([pace.rows, pace.waitMs, pace.intervalMs]).toEqual([rows, waitMs, 1_000]);
  expect(pace.takesTurns).toBe(files > 100);
});

test('rows of all files find room for as long as they gather, and a rest ends before there is none', () => {
  const pace = new FlushPace({ dataDir: '' });
  for (const files of [1, 100, 101, 1_000]) {
    pace.files = files;
    expect(pace.roomRows).toBeGreaterThan((files * 20 * pace.waitMs) / 1_000);
    expect(pace.rowsEndRest).toBeLessThan(pace.roomRows);
    expect(pace.roomRows).toBeLessThan(pace.mostRows);
  }
});
