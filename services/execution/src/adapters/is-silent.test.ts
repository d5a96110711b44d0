import { expect, test } from 'vitest';
import { isSilent } from './is-silent.ts';

test.each<[number, boolean]>([
  [20_000_000, false],
  [10_000_000, false],
  [9_999_000, true],
  [0, true],
])('at 20 s by the wall, with the last word at %s µs, silent is %s', (sinceWallUs, silent) => {
  expect(isSilent({ nowMs: () => 20_000 }, sinceWallUs)).toBe(silent);
});
