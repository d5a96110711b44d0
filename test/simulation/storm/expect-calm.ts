import { expect } from '@jest/globals';
import { SELDOM, SOMETIMES } from './judge-notes.ts';
import { emptyTally, lineOf, runSeed } from './run-seeds.ts';

/** Expects that no seed breaks a rule, else says the lines that repeat them; and that rare things happen. */
export async function expectCalmAfter(first: number, last: number): Promise<void> {
  const tally = emptyTally();
  for (let seed = first; seed <= last; seed++) await runSeed(seed, tally);
  expect(tally.failed.map(lineOf)).toEqual([]);
  expect(SOMETIMES.filter((what) => !SELDOM.has(what) && !tally.sometimes.has(what))).toEqual([]);
}
