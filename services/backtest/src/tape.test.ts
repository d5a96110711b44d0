import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MergedTape } from './tape.ts';
import { SyntheticLane, TEST_INSTRUMENTS } from './testing/synthetic-lane.ts';

/** Reads a tape whole: each instrument's times, and the rows behind holes. */
async function readWhole(rowsPerRead: number) {
  const tape = new MergedTape(TEST_INSTRUMENTS.map((id) => new SyntheticLane(id, 0.6, rowsPerRead)));
  const times: number[][] = TEST_INSTRUMENTS.map(() => []);
  const holes: number[][] = TEST_INSTRUMENTS.map(() => []);
  let beforeUs = 0;
  let inside = true;
  for (let stretch = await tape.next(); stretch !== undefined; stretch = await tape.next()) {
    const { untilUs } = stretch;
    for (const [i, { trades, holes: behind }] of stretch.lanes.entries()) {
      holes[i]!.push(...behind.map((row) => row + times[i]!.length));
      const within = trades.timeUs.subarray(0, trades.count);
      inside &&= within.every((timeUs) => timeUs > beforeUs && timeUs <= untilUs);
      times[i]!.push(...within);
    }
    beforeUs = untilUs;
  }
  return { times: times.map(String), holes, inside };
}

describe('a merged tape', () => {
  test('brings all trades by time, in stretches that never overlap, however it is read', async () => {
    const whole = await readWhole(1_000_000);
    expect(whole.holes.map((rows) => rows.length)).toEqual([3, 3]);
    expect(whole.inside).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: 3_000 }), async (rowsPerRead) => {
        expect(await readWhole(rowsPerRead)).toEqual(whole);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });
});
