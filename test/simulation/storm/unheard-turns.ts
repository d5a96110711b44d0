import type { SeededRandom } from '@algo/simulation';
import type { Fault, Step } from './turns.ts';

/** How often something of ours is sold while nobody hears of it and the list of fills is old. */
const SHARE = 0.12;
/** *Units*: virtual ms. */
const [FIRST_MS, LAST_MS] = [3_000, 12_000];
/** So long nothing else is done there: what is old must be read twice. *Units*: virtual ms. */
const ALONE_MS = 28_000;

/**
 * In some all sockets are cut as ours is sold, by its own exit or all of it by a person, and what
 * is read when they are back shows what is held as it is and the fills as they were. Returns all steps of a
 * seed: no other entry is in the way of these.
 */
export function soldUnheard(random: SeededRandom, steps: readonly Step[], faults: Fault[]): readonly Step[] {
  if (!random.chance(SHARE)) return steps;
  const instrument = random.below(2);
  const enterMs = FIRST_MS + random.below(LAST_MS - FIRST_MS);
  const cutMs = enterMs + 3_000 + random.below(2_000);
  const cut = { atMs: cutMs, forMs: 800 + random.below(1_500) };
  faults.push({ kind: 'streamCut', ...cut });
  faults.push({ kind: 'fillsBehind', byMs: 5_000 + random.below(4_000), atMs: cutMs, forMs: 8_000 });
  const soldMs = cutMs + random.below(cut.forMs);
  // A life that begins then has never seen the order, and its first list is an old one.
  if (random.chance(0.3))
    faults.push({
      ...{ kind: 'kill', of: 'execution', on: 'time', keeps: random.below(3) },
      ...{ atMs: soldMs + random.below(300), forMs: random.below(1_500) },
    });
  // Where a person moves coins as well, nobody could say whose the rest is.
  const isByHand = random.chance(0.5) && !steps.some(({ does }) => does === 'coins');
  const isInTheWay = (step: Step) =>
    'instrument' in step && step.instrument === instrument && Math.abs(step.atMs - enterMs) < ALONE_MS;
  const entry: Step = {
    ...{ does: 'enter', n: 500, instrument, direction: 'long', style: 'market', atMs: enterMs },
    ...{ notional: 2_000 + random.below(4_000), offset: 0.003, stop: 0.05, target: null, trailing: 0.05 },
    ...{ holdMs: isByHand ? ALONE_MS : soldMs - enterMs, lifeMs: 8_000 },
  };
  const sale: Step = { does: 'byHand', side: 'sell', instrument, share: 1, atMs: soldMs };
  return [...steps.filter((step) => !isInTheWay(step)), entry, ...(isByHand ? [sale] : [])];
}
