import type { SeededRandom } from '@algo/simulation';
import { COIN_WAYS, type CoinStep } from './coin-step.ts';
import type { Fault, Step } from './turns.ts';

type Entry = Extract<Step, { does: 'enter' }>;
type Timed = CoinStep & { readonly atMs: number };

/** Too little to be sold alone, and as much as positions are. *Units*: quote. */
const [DUST_MAX, WORTH_MAX] = [4, 4_000];

/**
 * In a third coins come and go: while some are held, while an exit is on its way, while none is held, often
 * while nobody hears of it or shortly before a process dies.
 */
export function coinStepsOf(
  random: SeededRandom,
  steps: readonly Step[],
  momentOf: (random: SeededRandom) => number,
): { readonly steps: readonly Timed[]; readonly faults: readonly Fault[] } {
  if (!random.chance(0.33)) return { steps: [], faults: [] };
  const entries = steps.filter((step) => step.does === 'enter');
  const coins = Array.from({ length: 1 + random.below(4) }, () => coinsOf(random, entries, momentOf));
  return { steps: coins, faults: coins.flatMap((step) => faultsAt(step, random)) };
}

function coinsOf(
  random: SeededRandom,
  entries: readonly Entry[],
  momentOf: (r: SeededRandom) => number,
): Timed {
  const isSmall = random.chance(0.4);
  const entry = entries[random.below(entries.length)];
  return {
    does: 'coins',
    of: random.chance(0.85) ? (entry?.instrument ?? 0) : random.chance(0.5) ? 'fees' : 'nobody',
    way: COIN_WAYS[random.below(COIN_WAYS.length)]!,
    worth: isSmall ? random.between(0.2, DUST_MAX) : random.between(20, WORTH_MAX),
    share: isSmall ? random.between(0, 0.002) : random.chance(0.4) ? 1 : random.between(0.1, 1.3),
    atMs: entry === undefined || random.chance(0.25) ? momentOf(random) : atEntry(entry, random),
  };
}

/** What an entry has bought is held then, or about to be left. *Units*: virtual ms. */
function atEntry({ atMs, holdMs }: Entry, random: SeededRandom): number {
  return random.chance(0.5) ? atMs + 100 + random.below(holdMs) : atMs + holdMs - 100 + random.below(900);
}

function faultsAt({ atMs }: Timed, random: SeededRandom): Fault[] {
  const faults: Fault[] = [];
  const kind = random.chance(0.5) ? 'streamMuted' : 'streamCut';
  if (random.chance(0.3))
    faults.push({ kind, atMs: atMs - random.below(800), forMs: 1_500 + random.below(8_000) });
  if (random.chance(0.2))
    faults.push({ kind: 'killAll', keeps: 2, atMs: atMs + random.below(900), forMs: random.below(3_000) });
  return faults;
}
