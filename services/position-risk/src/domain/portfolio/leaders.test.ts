import type { Direction } from '@algo/model';
import { expect, test } from 'vitest';
import { correlationOf, isLeaderExit } from './leaders.ts';
import { OWNER_RULES } from './portfolio-rules.ts';

test.each<[Direction, number, number | null, boolean]>([
  ['long', -0.015, 0.7, true],
  ['long', -0.0149999, 0.95, false],
  ['long', -0.03, 0.69999, false],
  ['long', -0.03, -0.9, false],
  ['long', -0.03, null, false],
  ['long', 0.03, 0.95, false],
  ['short', 0.015, 0.7, true],
  ['short', -0.03, 0.95, false],
])('a %s is left by a move of %d with correlation %d: %s', (direction, change, correlation, leaves) => {
  expect(isLeaderExit(direction, change, correlation, OWNER_RULES.leaders)).toBe(leaves);
});

test.each<[string, readonly number[], readonly number[], number | null]>([
  ['in step', [100, 101, 99, 102], [50, 50.5, 49.5, 51], 1],
  ['against each other', [100, 110, 100, 110], [110, 100, 110, 100], -1],
  ['one that never moves', [100, 101, 99], [5, 5, 5], null],
  ['one return', [100, 101], [50, 51], null],
  ['lists of two lengths', [100, 101, 102], [50, 51], null],
  ['nothing', [], [], null],
])('two prices %s correlate as they should', (_, a, b, correlation) => {
  const found = correlationOf(a, b);
  if (correlation === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(correlation, 12);
});
