import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SnapshotReader, SnapshotWriter } from './snapshot.ts';

const whole = fc.oneof(
  fc.integer({ min: -200, max: 200 }),
  fc.integer(),
  fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
);

test('whole numbers and times come back as they were, and what stands behind them too', () => {
  fc.assert(
    fc.property(
      fc.array(whole),
      fc.array(fc.nat({ max: 2 ** 32 })),
      fc.constantFrom(1, 1_000),
      fc.nat({ max: 2 ** 50 }),
      (wholes, gaps, unit, baseUs) => {
        let behind = 0;
        const times = gaps.map((gap) => {
          behind += gap * unit;
          return behind;
        });
        const to = new SnapshotWriter();
        to.wholes(Float64Array.from(wholes));
        to.times(Float64Array.from(times), baseUs);
        to.number(7);
        const from = new SnapshotReader(to.bytes());
        expect([...from.wholes()]).toEqual(wholes);
        const [firstUs, behindUs] = from.times();
        expect(Array.from(behindUs, (us) => firstUs + us)).toEqual(times.map((us) => baseUs + us));
        expect(from.number()).toBe(7);
        from.end();
      },
    ),
  );
});

test('a time, a step of price and a volume of a trade take a few bytes', () => {
  const to = new SnapshotWriter();
  to.times(
    Float64Array.from({ length: 1_000 }, (_, i) => i * 15_000),
    1_750_000_000_000_000,
  );
  to.wholes(Float64Array.from({ length: 1_000 }, (_, i) => 8_000 + (i % 3)));
  to.wholes(Float64Array.from({ length: 1_000 }, (_, i) => 500 + 7 * (i % 11)));
  expect(to.bytes().length / 1_000).toBeLessThan(5);
});
