import type { SeededRandom } from '@algo/simulation';
import type { Fault, Step } from './turns.ts';

type Coins = Extract<Step, { does: 'coins' }>;
type Entry = Extract<Step, { does: 'enter' }>;
type ByHand = Extract<Step, { does: 'byHand' }>;

/** How often coins are taken that lie beside ours, and how often a person settles what lies there. */
const [TAKEN_SHARE, SETTLED_SHARE] = [0.15, 0.5];
/** *Units*: virtual ms. */
const [FIRST_MS, LAST_MS] = [3_000, 48_000];
/** A position is let alone so long, so that a loss can be found twice: reads may be 10 s old. */
const HOLD_MS = 17_000;
/** What is held when it begins has been left by then. */
const LEFT_MS = 10_000;

/**
 * In some coins lie beside ours, a person lets them be, and takes of them while ours are held: no more than
 * lay there, or some of ours as well. Returns all steps of a seed: no other entry is in the way of these.
 */
export function takenBeside(random: SeededRandom, steps: readonly Step[]): readonly Step[] {
  if (!random.chance(TAKEN_SHARE)) return steps;
  const instrument = random.below(2);
  const cameMs = FIRST_MS + random.below(9_000);
  const enterMs = cameMs + 3_500 + random.below(1_500);
  const tookMs = enterMs + 4_000 + random.below(2_000);
  const isSmall = random.chance(0.2);
  const of = { does: 'coins', of: instrument } as const;
  const entry: Omit<Entry, 'n' | 'atMs'> = {
    ...{ does: 'enter', instrument, direction: 'long', style: 'market' },
    ...{ notional: 500 + random.below(4_000), offset: 0.003, stop: 0.05, target: null, trailing: 0.05 },
    ...{ holdMs: HOLD_MS + random.below(6_000), lifeMs: 8_000 },
  };
  const isTurn = (step: Step) =>
    step.does === 'enter' &&
    step.instrument === instrument &&
    step.atMs > cameMs - LEFT_MS &&
    step.atMs < enterMs + entry.holdMs;
  const came = isSmall ? random.between(0.5, 4) : random.between(20, 1_500);
  const turn: readonly Step[] = [
    { ...of, way: 'deposit', worth: came, share: 0, atMs: cameMs },
    { does: 'compare', atMs: cameMs + 300 },
    { does: 'acknowledge', instrument, atMs: cameMs + 2_000 + random.below(1_000) },
    { ...entry, n: 400, atMs: enterMs },
    { ...entry, n: 401, atMs: enterMs + 1_500 },
    // Ours are locked by their stop, so that none of them is taken, unless that is taken away first.
    {
      ...{ ...of, way: random.chance(0.6) ? 'withdrawal' : 'freed', worth: 0, atMs: tookMs },
      share: random.chance(0.3)
        ? 1
        : random.chance(0.3)
          ? random.between(0.001, 0.02)
          : random.between(0.05, 1),
    },
    { does: 'compare', atMs: tookMs + 300 },
  ];
  return [...steps.filter((step) => !isTurn(step)), ...turn];
}

/**
 * In half of those in which somebody puts something beside ours a person gives the engine what lies there, or
 * takes from it what it holds; often he has the books compared before. Where he would be shown what was, he
 * would decide by that, and the engine does what he says: there he does neither.
 */
export function settledOf(random: SeededRandom, steps: readonly Step[], faults: readonly Fault[]): Step[] {
  const put = steps.filter(isPut);
  if (put.length === 0 || !random.chance(SETTLED_SHARE)) return [];
  if (faults.some(({ kind }) => kind === 'readsBehind')) return [];
  return Array.from({ length: 2 + random.below(4) }, (): Step[] => {
    const step = put[random.below(put.length)]!;
    const instrument = step.does === 'coins' ? Number(step.of) : step.instrument;
    const atMs = Math.min(step.atMs + 1_500 + random.below(12_000), LAST_MS);
    const look: Step = { does: 'compare', atMs: atMs - 400 - random.below(1_000) };
    const settles: Step = { does: random.chance(0.6) ? 'adopt' : 'forget', instrument, atMs };
    return random.chance(0.6) ? [look, settles] : [settles];
  }).flat();
}

function isPut(step: Step): step is (Coins | ByHand) & { readonly atMs: number } {
  if (step.does === 'byHand') return step.side === 'buy';
  if (step.does !== 'coins' || typeof step.of !== 'number') return false;
  return step.way === 'deposit' || step.way === 'airdrop';
}
