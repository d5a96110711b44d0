import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareRatios, decimalDifference, Grid, wholeSteps } from './grid.ts';
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

test.each([
  [0.01, 0.125, 0.001],
  [0.01, 0.0000123, 1e-7],
  [0.25, 0.3, 0.01],
  [10, 15, 1],
  [1, 2.5e-8, 1e-9],
])('a grid of %p refines to hold %p: steps of %p', (step, value, finer) => {
  const grid = new Grid(step, 'price');
  const refined = grid.finerFor(value)!;
  expect(refined.step).toBe(finer);
  expect(refined.holds(value)).toBe(true);
  expect(refined.holds(step)).toBe(true);
});

test.each([
  ['it holds the number', 0.01, 82.39],
  ['the number is that of arithmetic', 0.01, 82.39999999999999],
  ['the number has no end', 0.01, 1 / 3],
  ['there would be too many steps to add up', 0.001, 123_456_789.123_456],
])('a grid stays as it is where %s', (_, step, value) => {
  expect(new Grid(step, 'price').finerFor(value)).toBeNull();
});

test.each([
  [82.83, 82.39, 0.44],
  [83.27, 83.26, 0.01],
  [1.3e-7, 1.1e-7, 2e-8],
])('%d − %d is %d', (a, b, difference) => {
  expect(decimalDifference(a, b)).toBe(difference);
});
