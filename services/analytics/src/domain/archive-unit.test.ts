import { expect, test } from 'vitest';
import { archiveUnitFor } from './archive-unit.ts';

const HOUR_MS = 3_600_000;
const filled = (share: number, hours: number) => ({
  ...{ bytes: share * 8e9, bytesMax: 8e9 },
  ...{ oldestMs: 1e12, newestMs: 1e12 + hours * HOUR_MS },
});

test.each([
  ['full with twelve hours', filled(1, 12), 'hour'],
  ['a tenth full after an hour: ten hours in all', filled(0.1, 1), 'hour'],
  ['a hundredth full after an hour: four days', filled(0.01, 1), 'day'],
  ['full with a day', filled(1, 24), 'day'],
  ['a tenth full after a minute, which says nothing yet', filled(0.1, 1 / 60), 'day'],
  ['empty', { bytes: 0, bytesMax: 8e9, oldestMs: Number.NaN, newestMs: Number.NaN }, 'day'],
])('%s', (_, fill, unit) => expect(archiveUnitFor(fill)).toBe(unit));
