import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VolumeRows } from './volume-rows.ts';

/** The same by the rule's own words, from all rows at once. */
function plainly(volumes: ReadonlyMap<number, number>) {
  const rows = [...volumes].filter(([, volume]) => volume > 0);
  const total = rows.reduce((sum, [, volume]) => sum + volume, 0);
  const most = Math.max(...rows.map(([, volume]) => volume));
  const poc = Math.min(...rows.filter(([, volume]) => volume === most).map(([price]) => price));
  let inside: number[] = [];
  for (const least of [...new Set(rows.map(([, volume]) => volume))].sort((a, b) => b - a)) {
    const larger = rows.filter(([, volume]) => volume >= least);
    if (10 * larger.reduce((sum, [, volume]) => sum + volume, 0) > 7 * total) break;
    inside = larger.map(([price]) => price);
  }
  return { poc, total, area: inside.length === 0 ? null : [Math.min(...inside), Math.max(...inside)] };
}

const change = fc.record({
  row: fc.nat({ max: 60 }),
  volume: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 500 })),
  takes: fc.boolean(),
  isRead: fc.boolean(),
});

test('whatever comes and goes, it says what the rule says of all rows', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 300 }), (changes) => {
      const rows = new VolumeRows();
      const prices = Float64Array.from({ length: 61 }, (_, row) => ((row * 37) % 61) + 100);
      const volumes = new Map<number, number>();
      for (const { row, volume, takes, isRead } of changes) {
        const price = prices[row]!;
        const held = volumes.get(price) ?? 0;
        const by = takes ? -Math.min(held, volume) : volume;
        if (by === 0) continue;
        rows.change(price, by);
        volumes.set(price, held + by);
        if (!isRead || rows.total === 0) continue;
        rows.findMost();
        rows.judge();
        const area = rows.hasArea ? [rows.low, rows.high] : null;
        expect({ poc: rows.poc, total: rows.total, area }).toEqual(plainly(volumes));
      }
    }),
    { numRuns: 300 },
  );
});
