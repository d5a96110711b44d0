import type { SeededRandom } from '@algo/simulation';
import type { CoinStep } from './coin-step.ts';

/**
 * What happens to an account at a real exchange, and no order of ours does it. *Shape*: `share` of what is
 * free or held, below zero where cash goes; `rate` above zero is paid by who is long.
 */
export type VenueStep =
  /** A person trades at the exchange, a share of what is held or as much beside. */
  | {
      readonly does: 'byHand';
      readonly side: 'buy' | 'sell';
      readonly instrument: number;
      readonly share: number;
    }
  /** Money comes from outside or goes there, or the coin that fees may be paid with. */
  | { readonly does: 'transfer'; readonly asset: 'USDT' | 'BNB'; readonly share: number }
  | CoinStep
  | { readonly does: 'fund'; readonly instrument: number; readonly rate: number }
  /** The exchange closes all that the account holds, or takes a part because somebody else can't pay. */
  | { readonly does: 'liquidate' }
  | { readonly does: 'reduce'; readonly instrument: number; readonly share: number }
  /** A person sets the account up otherwise, as far as the exchange lets him. */
  | ({ readonly does: 'setUp'; readonly instrument: number } & SetUp);

/** *Units*: virtual ms. */
type TimedStep = VenueStep & { readonly atMs: number };
type MomentOf = (random: SeededRandom) => number;

type SetUp =
  | { readonly what: 'leverage'; readonly leverage: number }
  | { readonly what: 'margin'; readonly isIsolated: boolean }
  | { readonly what: 'mode'; readonly isHedged: boolean };

/** Above 20 it objects by itself, whatever was agreed on. */
const LEVERAGES = [1, 2, 5, 10, 20, 50];
const RATE_MAX = 0.003;
const CASH_MAX = 0.05;

/** Returns what happens to the account of a seed; each kind is drawn by itself, so that it moves no other. */
export function venueStepsOf(isSpot: boolean, random: SeededRandom, momentOf: MomentOf): TimedStep[] {
  const byHand = byHandOf(random.stream('by hand'), momentOf);
  const steps: TimedStep[] = [...byHand, ...cashOf(random.stream('cash'), momentOf)];
  if (isSpot) return steps;
  steps.push(...fundingOf(random.stream('funding'), momentOf));
  // What is closed by force and what lies beside ours come in one fill: whose the rest is nobody could say.
  if (byHand.length === 0) steps.push(...forcedOf(random.stream('forced'), momentOf));
  steps.push(...setUpsOf(random.stream('set up'), momentOf));
  return steps;
}

/** Whether a person has something to let be. */
export function isForPersons(steps: readonly { readonly does: string }[]): boolean {
  return steps.some(({ does }) => does === 'setUp');
}

/** In a fifth a person sells what is held, or buys beside it; of both nobody could say whose the rest is. */
function byHandOf(random: SeededRandom, momentOf: MomentOf): TimedStep[] {
  if (!random.chance(0.2)) return [];
  const side = random.chance(0.5) ? 'sell' : 'buy';
  return Array.from({ length: 1 + random.below(3) }, () => ({
    ...{ does: 'byHand', side, instrument: random.below(2), share: random.between(0.2, 1) },
    atMs: momentOf(random),
  }));
}

function cashOf(random: SeededRandom, momentOf: MomentOf): TimedStep[] {
  if (!random.chance(0.15)) return [];
  return Array.from({ length: 1 + random.below(5) }, () => ({
    ...{ does: 'transfer', asset: random.chance(0.7) ? 'USDT' : 'BNB' },
    ...{ share: random.between(-CASH_MAX, CASH_MAX), atMs: momentOf(random) },
  }));
}

function fundingOf(random: SeededRandom, momentOf: MomentOf): TimedStep[] {
  if (!random.chance(0.2)) return [];
  return Array.from({ length: 2 + random.below(6) }, () => ({
    ...{ does: 'fund', instrument: random.below(2), rate: random.between(-RATE_MAX, RATE_MAX) },
    atMs: momentOf(random),
  }));
}

function forcedOf(random: SeededRandom, momentOf: MomentOf): TimedStep[] {
  if (!random.chance(0.15)) return [];
  return Array.from({ length: 1 + random.below(3) }, () => {
    const atMs = momentOf(random);
    if (random.chance(0.4)) return { does: 'liquidate', atMs };
    return { does: 'reduce', instrument: random.below(2), share: random.between(0.2, 1), atMs };
  });
}

function setUpsOf(random: SeededRandom, momentOf: MomentOf): TimedStep[] {
  if (!random.chance(0.12)) return [];
  return Array.from({ length: 1 + random.below(4) }, () => ({
    ...{ does: 'setUp', instrument: random.below(2), ...setUpOf(random) },
    atMs: momentOf(random),
  }));
}

function setUpOf(random: SeededRandom): SetUp {
  switch (random.below(4)) {
    case 0:
      return { what: 'margin', isIsolated: random.chance(0.6) };
    case 1:
      return { what: 'mode', isHedged: random.chance(0.6) };
    default:
      return { what: 'leverage', leverage: LEVERAGES[random.below(LEVERAGES.length)]! };
  }
}
