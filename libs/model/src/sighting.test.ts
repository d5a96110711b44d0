import { expect, test } from 'vitest';
import { type Sighting, sightingOf } from './sighting.ts';

const S = 1_000_000;
/** The last fill was at second 100, and a read may be 10 s old. */
const TERMS = { changedUs: 100 * S, staleUs: 10 * S };

test.each<[string, number | null, number | null, Sighting]>([
  ['a first reading that reaches the last fill', null, 100, 'first'],
  ['a first reading from before the last fill', null, 99.999999, 'nothing'],
  ['a first reading of which the venue tells no time', null, null, 'nothing'],
  ['the same moment, answered twice', 103, 103, 'nothing'],
  ['a moment that is too near', 103, 112.999999, 'nothing'],
  ['a moment as far behind the first as reads may be old', 103, 113, 'again'],
  ['an older moment than the first', 103, 93, 'nothing'],
  ['a second reading of which the venue tells no time', 103, null, 'nothing'],
  ['a second one behind a first from before the last fill', 99, 120, 'first'],
])('%s', (_, first, shown, sighting) => {
  const us = (seconds: number | null) => (seconds === null ? null : seconds * S);
  expect(sightingOf(us(shown), us(first), TERMS)).toBe(sighting);
});
