import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Invariant } from './invariants.ts';

const FILE = join(import.meta.dirname, 'results.json');

/** What the last soak and the last hunts came to; `npm run gen` prints it in docs/reliability.md. */
export interface StormResults {
  readonly soak: {
    readonly from: number;
    readonly seeds: number;
    readonly failed: readonly { readonly seed: number; readonly invariant: Invariant }[];
    readonly sometimes: Readonly<Record<string, number>>;
    readonly met: Readonly<Record<string, number>>;
  };
  /** What the last soaks over real adapters came to, by exchange. */
  readonly real: Readonly<
    Record<
      string,
      {
        readonly seeds: number;
        readonly failed: StormResults['soak']['failed'];
        readonly sometimes: Readonly<Record<string, number>>;
        readonly met: Readonly<Record<string, number>>;
      }
    >
  >;
  /** The seed and the rule that caught each bug; null for one that got away. */
  readonly bugs: Readonly<Record<string, { readonly seed: number; readonly invariant: Invariant } | null>>;
}

/** Returns the results that were kept last. */
export function readResults(): StormResults {
  return JSON.parse(readFileSync(FILE, 'utf8')) as StormResults;
}

/** Keeps new results in the place of the old ones. */
export function keepResults(news: Partial<StormResults>): void {
  writeFileSync(FILE, `${JSON.stringify({ ...readResults(), ...news }, null, 2)}\n`);
}
