import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timedIds } from './timed-ids.ts';

test('ids tell causes, times and counts apart, and are the same each time', () => {
  const [demand, supply] = [
    timedIds('zone', 'test.spot.ABC', 'demand'),
    timedIds('zone', 'test.spot.ABC', 'supply'),
  ];
  const time = fc.oneof(
    fc.integer({ min: 1, max: 2 ** 51 }),
    fc.nat({ max: 2 ** 31 }).map((s) => s * 1e6),
  );
  const one = fc.tuple(fc.boolean(), time, fc.option(fc.nat({ max: 2 ** 20 - 1 }), { nil: undefined }));
  const named = ([isDemand, timeUs, count]: readonly [boolean, number, number | undefined]) =>
    (isDemand ? demand : supply)(timeUs, count);
  fc.assert(
    fc.property(one, one, (a, b) => {
      expect(named(a)).toBe(named([...a]));
      expect(named(a)).toMatch(/^[a-z2-7]{18,26}$/);
      if (a.some((part, i) => part !== b[i])) expect(named(a)).not.toBe(named(b));
    }),
    { numRuns: 2_000 },
  );
  expect(demand(1.75e15)).toHaveLength(18);
});
