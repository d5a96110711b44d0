import type { SeededRandom } from '@algo/simulation';
import type { Fault, Step } from './turns.ts';

/** Time for a takeover is left behind it. *Units*: virtual ms. */
const ENTRY_BEFORE_MS = 25_000;

/** In some execution stands still as an exit or a stop goes to the disk, and wakes up behind a takeover. */
export function stillAtExits(random: SeededRandom, steps: readonly Step[]): Fault[] {
  if (!random.chance(0.08)) return [];
  const entries = steps.filter((step) => step.does === 'enter' && step.atMs < ENTRY_BEFORE_MS);
  const entry = entries[random.below(entries.length)];
  if (entry?.does !== 'enter') return [];
  const atMs = entry.atMs + entry.holdMs - random.below(100);
  return [
    { kind: 'zombie', of: 'execution', on: 'leaving record', atMs, forMs: 11_000 + random.below(8_000) },
  ];
}

/** In some a decision comes again under another name when nothing but its own name speaks against it. */
export function repeatedLater(random: SeededRandom, steps: readonly Step[]): Step[] {
  if (!random.chance(0.08)) return [];
  return steps.flatMap((step) =>
    step.does === 'enter' && step.lifeMs > 12_000
      ? [{ does: 'again', n: step.n, renamed: true, atMs: step.atMs + 10_500 + random.below(1_500) }]
      : [],
  );
}
