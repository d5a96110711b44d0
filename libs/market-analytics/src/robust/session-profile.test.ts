import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Resolution } from '../resolution.ts';
import { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { uniform } from '../testing/synthetic-tape.ts';
import { profileShape } from './profile-shape.ts';
import { SessionProfile } from './session-profile.ts';
import { pointOfControl, runnerUp, valueArea } from './value-area.ts';

/** A profile of a day whose range is usually so many steps, 0 where nobody knows. */
const profileOf = (tick = 1, usualRange = 0) => new SessionProfile(new Resolution(tick, 1), () => usualRange);

const volumes = fc
  .array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 60 })
  .filter((rows) => rows.some((v) => v > 0));
const sum = (rows: readonly number[]) => rows.reduce((a, b) => a + b, 0);

test('the value area holds the POC and 70 %, and its last pair was needed', () => {
  fc.assert(
    fc.property(volumes, (rows) => {
      const poc = pointOfControl(rows);
      const { low, high } = valueArea(rows, poc);
      expect(low <= poc && poc <= high).toBe(true);
      const held = sum(rows.slice(low, high + 1));
      expect(held).toBeGreaterThanOrEqual(0.7 * sum(rows));
      if (low < poc || high > poc) {
        const narrower = Math.min(
          high > poc ? sum(rows.slice(low, Math.max(poc, high - 2) + 1)) : held,
          low < poc ? sum(rows.slice(Math.min(poc, low + 2), high + 1)) : held,
        );
        expect(narrower).toBeLessThan(0.7 * sum(rows) + 1e-9);
      }
    }),
  );
});

test('scaling all volumes moves nothing', () => {
  fc.assert(
    fc.property(volumes, (rows) => {
      const scaled = rows.map((v) => v * 7);
      const poc = pointOfControl(rows);
      expect(pointOfControl(scaled)).toBe(poc);
      expect(valueArea(scaled, poc)).toEqual(valueArea(rows, poc));
    }),
  );
});

test.each([
  ['all volume in one row is that row', [0, 9, 0], 1, { low: 1, high: 1 }],
  ['the heavier pair is taken first', [1, 1, 10, 5, 5], 2, { low: 2, high: 4 }],
  ['a tie goes up', [4, 4, 12, 4, 4], 2, { low: 2, high: 4 }],
  ['a pair cut off by the edge is one row', [25, 30, 20, 1], 1, { low: 0, high: 1 }],
])('%s', (_, rows, poc, area) => {
  expect(pointOfControl(rows)).toBe(poc);
  expect(valueArea(rows, poc)).toEqual(area);
});

test.each([
  ['of equal rows the POC is the one nearest the middle', [9, 1, 1, 9, 1], 3],
  ['then the one on the heavier side', [1, 9, 1, 9, 5], 3],
  ['then the lower one', [1, 9, 1, 9, 1], 1],
])('%s', (_, rows, poc) => {
  expect(pointOfControl(rows)).toBe(poc);
});

test('the runner-up is the best peak that is not the POC or beside it', () => {
  expect(runnerUp([1, 8, 2, 9, 10, 3], 4)).toBe(0.8);
  expect(runnerUp([0, 10, 0], 1)).toBe(0);
});

test.each([1, 0.01, 1e-8])(
  'volumes land in their rows for a tick of %d, restored or not, and none is lost',
  (tick) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const next = uniform(seed);
        const { price: grid } = new Resolution(tick, 1);
        let profile = profileOf(tick, 2_500);
        const ticks: number[] = [];
        let at = 50_000;
        for (let i = 0; i < 2000; i++) {
          at = Math.max(10, at + Math.round((next() - 0.5) * 600));
          ticks.push(at);
          profile.add(at, 1 + (i % 5));
          if (i === 1000) {
            const to = new SnapshotWriter();
            profile.save(to);
            profile = profileOf(tick, 2_500);
            profile.load(new SnapshotReader(to.bytes()));
          }
        }
        const row = profile.row(0, 'developing', 2000)!;
        const size = 20; // 2,500 steps in about 100 rows, and the nearest of 1, 2, 5, 10, …
        const expected = new Map<number, number>();
        ticks.forEach((t, i) => {
          const price = grid.toValue(Math.floor(t / size) * size);
          expected.set(price, (expected.get(price) ?? 0) + 1 + (i % 5));
        });
        const { prices, volumes: rows } = row.profileData;
        expect(prices).toEqual([...expected.keys()].sort((x, y) => x - y));
        expect(rows).toEqual(prices.map((price) => expected.get(price)));
        expect(expected.get(row.pocPrice)).toBe(Math.max(...rows));
      }),
      { numRuns: 8 },
    );
  },
);

test('a session that spans more rows than are kept has them merged, exactly', () => {
  const profile = profileOf(1, 100);
  for (let i = 0; i < 100_000; i++) profile.add(20 + i, 1);
  const { prices, volumes: rows } = profile.row(0, 'developing', 2000)!.profileData;
  expect(rows.length).toBeLessThanOrEqual(1 << 14);
  expect(sum(rows)).toBe(100_000);
  expect(rows.slice(1, -1).every((v) => v === prices[1]! - prices[0]!)).toBe(true);
});

test.each([
  ['a coin that hardly moves', 12, 12],
  ['a day of 2 % at a tick of a ten-thousandth of a percent', 200_000, 256],
])('rows follow the range of a first session that nobody knows: %s', (_, range, rowsMax) => {
  const profile = profileOf();
  const next = uniform(3);
  for (let i = 0; i < 5_000; i++) profile.add(1_000_000 + Math.floor(next() * range), 1);
  const { volumes: rows } = profile.row(0, 'developing', 2000)!.profileData;
  expect(rows.length).toBeLessThanOrEqual(rowsMax);
  expect(rows.length).toBeGreaterThanOrEqual(Math.min(range, rowsMax / 2));
  expect(sum(rows)).toBe(5_000);
});

test('rows of a first session are a hundredth of what the true range says of a day', () => {
  const profile = profileOf(1, 200_000);
  for (let i = 0; i < 200_000; i += 10) profile.add(1_000_000 + i, 1);
  expect(profile.row(0, 'developing', 2000)!.profileData.prices.length).toBe(100);
});

test('a profile of too few orders is not read', () => {
  const profile = profileOf();
  profile.add(100, 1);
  expect(profile.developing(299)).toBeNull();
  expect(profile.row(0, 'session', 299)).toBeNull();
  expect(profile.row(0, 'session', 300)!.profileShape).toBeNull();
});

const bell = (n: number, centre: number, width: number, height = 1000) =>
  Array.from({ length: n }, (_, i) => height * Math.exp(-(((i - centre) / width) ** 2) / 2));
const plus = (a: readonly number[], b: readonly number[]) => a.map((v, i) => v + b[i]!);

test.each([
  ['D', bell(60, 30, 9)],
  ['P', plus(bell(60, 46, 5), bell(60, 20, 15, 100))],
  ['b', plus(bell(60, 13, 5), bell(60, 40, 15, 100))],
  ['B', plus(bell(60, 14, 5), bell(60, 45, 5, 800))],
  ['T', Array.from({ length: 60 }, () => 10)],
] as const)('a planted %s is seen as one', (shape, rows) => {
  const area = valueArea(rows, pointOfControl(rows));
  expect(profileShape(rows, area.high - area.low + 1)).toBe(shape);
});

test('the shape does not depend on how fine the rows are', () => {
  const fine = plus(bell(6000, 1400, 500), bell(6000, 4500, 500, 800));
  expect(profileShape(fine, 4000)).toBe('B');
});
