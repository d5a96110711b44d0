import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hurstRescaledRange, lagOneAutocorrelation, meanAndDeviation } from './index.ts';

/** Uniform noise from a 32-bit generator (mulberry32), so that the expectations below are fixed numbers. */
function noise(seed: number, length: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296 - 0.5;
  });
}

function meanHurst(make: (returns: Float64Array) => Float64Array): number {
  const values: number[] = [];
  for (let seed = 1; seed <= 400; seed++) values.push(hurstRescaledRange(make(noise(seed, 100)))!);
  return meanAndDeviation(Float64Array.from(values)).mean;
}

test('independent returns score the known small-sample bias, about 0.585 at 100 returns', () => {
  expect(Math.abs(meanHurst((r) => r) - 0.585)).toBeLessThan(0.02);
});

test('smoothed returns score higher than independent ones, alternating ones lower', () => {
  const trending = meanHurst((r) => r.map((x, i) => x + (r[i - 1] ?? 0) + (r[i - 2] ?? 0)));
  const reverting = meanHurst((r) => r.map((x, i) => x - 0.8 * (r[i - 1] ?? 0)));
  expect(trending).toBeGreaterThan(0.65);
  expect(reverting).toBeLessThan(0.5);
});

test('Hurst does not depend on scale, offset or sign of the returns', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 50 }), (seed, scale) => {
      const returns = noise(seed, 100);
      const h = hurstRescaledRange(returns)!;
      for (const moved of [
        returns.map((r) => r * scale),
        returns.map((r) => r + 3),
        returns.map((r) => -r),
      ]) {
        expect(hurstRescaledRange(moved)!).toBeCloseTo(h, 9);
      }
    }),
  );
});

test('returns that never vary, or too few of them, have no Hurst exponent', () => {
  expect(hurstRescaledRange(new Float64Array(100))).toBeNull();
  expect(hurstRescaledRange(noise(1, 49))).toBeNull();
});

test('lag-one autocorrelation finds the sign of the memory', () => {
  const r = noise(7, 4000);
  const memory = (phi: number) => {
    let x = 0;
    return r.map((e) => {
      x = phi * x + e;
      return x;
    });
  };
  expect(lagOneAutocorrelation(memory(0.5))!).toBeCloseTo(0.5, 1);
  expect(lagOneAutocorrelation(memory(-0.5))!).toBeCloseTo(-0.5, 1);
  expect(Math.abs(lagOneAutocorrelation(r)!)).toBeLessThan(0.05);
  expect(lagOneAutocorrelation(Float64Array.of(1, 1, 1, 1))).toBeNull();
});
