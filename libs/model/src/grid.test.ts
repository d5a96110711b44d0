import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareRatios, wholeSteps } from './grid.ts';
import { imbalanceOf } from './market-state.ts';

test.each([
  [0, 0, 1],
  [5, 0, Number.POSITIVE_INFINITY],
  [500, 1, 500],
  [5, 2, 2.5],
  [0, 3, 0],
])('buy %d against sell %d is an imbalance of %d', (buyVolume, sellVolume, ratio) => {
  expect(imbalanceOf({ buyVolume, sellVolume })).toBe(ratio);
});

test('a price that is a multiple of its step is that many steps', () => {
  const steps = fc.constantFrom(0.01, 0.001, 1e-8, 0.5, 0.25, 5, 1);
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 1e7 }), (step, count) => {
      const value = step < 1 ? count / Math.round(1 / step) : count * step;
      expect(wholeSteps(value, step)).toBe(count);
    }),
  );
});

test('two ratios compare as fractions do, however near they are', () => {
  const whole = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1e14, max: 9e15 }));
  fc.assert(
    fc.property(whole, whole, whole, whole, (a, b, c, d) => {
      fc.pre(b > 0 && d > 0);
      const exact = BigInt(a) * BigInt(d) - BigInt(c) * BigInt(b);
      expect(compareRatios(a, b, c, d)).toBe(exact === 0n ? 0 : exact < 0n ? -1 : 1);
    }),
  );
});

test.each([
  [5, 0, 9, 0, 0],
  [5, 0, 9, 1, 1],
  [0, 0, 1, 1, 0],
  [0, 0, 2, 1, -1],
])('%i to %i against %i to %i is %i', (a, b, c, d, sign) => {
  expect(compareRatios(a, b, c, d)).toBe(sign);
});
