import { expect } from 'vitest';
import { OF_REAL, SELDOM, SOMETIMES, type Sometimes } from './judge-notes.ts';
import { emptyTally, lineOf, runSeed } from './run-seeds.ts';
import type { Exchange } from './scenario.ts';

/** What must happen in some of a hundred seeds. */
const OFTEN: readonly Sometimes[] = SOMETIMES.filter((what) => !SELDOM.has(what) && !OF_REAL.has(what));

/** Expects that no seed breaks a rule, else says the lines that repeat them; and that rare things happen. */
export async function expectCalmAfter(
  first: number,
  last: number,
  exchange: Exchange = 'paper',
  often: readonly Sometimes[] = OFTEN,
): Promise<void> {
  const tally = emptyTally();
  for (let seed = first; seed <= last; seed++) await runSeed(seed, tally, exchange);
  expect(tally.failed.map((failed) => lineOf(failed, exchange))).toEqual([]);
  expect(often.filter((what) => !tally.sometimes.has(what))).toEqual([]);
}
