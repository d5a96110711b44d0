import { US_PER_MS } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CATCH_UP_MAX_MS, Pace } from './pace.ts';

const T0 = 1_750_507_467_000_000;

test('event time goes on as many times as fast as the wall', () => {
  const pace = new Pace(20, T0, 1_000);
  expect(pace.at(1_000)).toBe(T0);
  expect(pace.at(1_020)).toBe(T0 + 400 * US_PER_MS);
  expect(pace.at(1_050)).toBe(T0 + 1_000 * US_PER_MS);
});

test('a pause is not made up for', () => {
  const pace = new Pace(20, T0, 0);
  expect(pace.at(60_000)).toBe(T0 + 20 * CATCH_UP_MAX_MS * US_PER_MS);
  expect(pace.at(60_020)).toBe(T0 + 20 * (CATCH_UP_MAX_MS + 20) * US_PER_MS);
});

test('it never goes back nor faster than its speed, whatever the wall does', () => {
  const walls = fc.array(fc.double({ min: -50, max: 500, noNaN: true }), { maxLength: 50 });
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1_000, noNaN: true }), walls, (speed, steps) => {
      const pace = new Pace(speed, T0, 0);
      let ms = 0;
      let highestMs = 0;
      let lastUs = T0;
      for (const step of steps) {
        ms += step;
        highestMs = Math.max(highestMs, ms);
        const nowUs = pace.at(ms);
        expect(nowUs).toBeGreaterThanOrEqual(lastUs);
        expect(nowUs).toBeLessThanOrEqual(T0 + highestMs * speed * US_PER_MS + 1);
        lastUs = nowUs;
      }
    }),
  );
});
