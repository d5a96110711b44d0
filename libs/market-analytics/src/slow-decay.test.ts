import fc from 'fast-check';
import { expect, test } from 'vitest';
import { knownLog } from './known-log.ts';
import { SLOW_US, slowDecay } from './slow-decay.ts';

test('a decay is the exponential to its last digits, however long it takes', () => {
  const us = fc.oneof(
    fc.integer({ min: 1, max: 1e6 }),
    fc.integer({ min: 1, max: 400e6 }),
    fc.integer({ min: 1 }),
  );
  fc.assert(
    fc.property(us, (elapsed) => {
      const exact = Math.exp(-elapsed / SLOW_US);
      expect(Math.abs(slowDecay(elapsed) - exact)).toBeLessThanOrEqual(5e-16 * exact);
    }),
    { numRuns: 2_000 },
  );
  expect(slowDecay(Number.POSITIVE_INFINITY)).toBe(0);
});

test('a logarithm that is known is the logarithm', () => {
  const value = fc.oneof(fc.double({ min: 1e-12, noNaN: true }), fc.integer({ min: 1, max: 9_000 }));
  fc.assert(
    fc.property(value, (x) => {
      expect(knownLog(x)).toBe(Math.log(x));
    }),
    { numRuns: 5_000 },
  );
  expect(knownLog(Number.NaN)).toBeNaN();
});
