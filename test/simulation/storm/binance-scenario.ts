import { SeededRandom } from '@algo/simulation';
import { coinStepsOf } from './coin-steps.ts';
import {
  acknowledgedOf,
  type Exchange,
  type Fault,
  faultsOf,
  longSilence,
  moment,
  type Scenario,
  type Step,
  stepsOf,
  troubleOf,
  widened,
} from './scenario.ts';
import { settledOf, takenBeside } from './settled-turns.ts';
import { soldUnheard } from './unheard-turns.ts';
import { OF_VENUE, OF_VENUE_SHARED, type VenueFault } from './venue-faults.ts';
import { isForPersons, venueStepsOf } from './venue-steps.ts';

/** What happens to requests and their answers on the way. */
const WAY_FAULTS = ['requestLost', 'requestLate', 'answerLost', 'answerLate', 'requestTwice'] as const;
/** What the public quotes at each level is worth: of little, orders fill in part. *Units*: quote. */
const DEPTHS = ['100000', '4000', '1500'];
/** In so many requests may go by ccxt as well, which is not there, or answers late. */
const CCXT_SHARE = 0.15;
/** So seldom nothing happens before the storm, for longer than a key to listen lives. *Units*: virtual ms. */
const [IDLE_SHARE, IDLE_MS] = [0.03, 65 * 60_000];

/** Returns what a seed stands for at one of Binance's markets. */
export function binanceScenarioOf(exchange: Exclude<Exchange, 'paper'>, seed: number): Scenario {
  const random = SeededRandom.seeded(seed).stream(`scenario of ${exchange}`);
  let steps = stepsOf(random.stream('steps')).map((step) => buying(exchange, step));
  const faults: Fault[] = [
    ...faultsOf(random.stream('faults')),
    ...troubleOf(steps, random.stream('trouble')),
    ...venueFaultsOf(exchange, random.stream('venue')),
    ...faultsAtEntries(exchange, steps, random.stream('entries')),
    ...keysLostOf(exchange, random.stream('keys lost')),
    ...marketsShutOf(random.stream('markets shut')),
  ];
  longSilence(random.stream('long silence'), steps, faults);
  cutOffUnderStops(random.stream('cut off'), steps, faults);
  steps.push(...venueStepsOf(exchange === 'binance-spot', random, moment));
  if (isForPersons(steps)) steps.push(...acknowledgedOf(random.stream('persons')));
  const isWide = widened(random.stream('third instrument'), steps);
  if (exchange === 'binance-spot') steps = coinsMoved(random.stream('coins'), steps, faults);
  steps.push(...settledOf(random.stream('adopted'), steps, faults));
  steps = [...soldUnheard(random.stream('sold unheard'), steps, faults)];
  const kind = random.stream('kind');
  const vices = [`depth=${DEPTHS[kind.below(DEPTHS.length)]}`, ...(kind.chance(0.2) ? ['burnsBnb=1'] : [])];
  const ways = random.stream('ways');
  if (ways.chance(CCXT_SHARE)) {
    vices.push(`ccxt=${ways.chance(0.5) ? 'missing' : 'late'}`);
    faults.push(...cutOffAtExits(steps, ways));
  }
  return {
    ...{ exchange, seed, isWide, vices: vices.join(', ') },
    idleMs: exchange === 'binance-usdm' && random.stream('idle').chance(IDLE_SHARE) ? IDLE_MS : 0,
    steps: steps.toSorted((a, b) => a.atMs - b.atMs),
    // No process plays the exchange: what would strike it strikes execution.
    faults: faults.map(ofReal).toSorted((a, b) => a.atMs - b.atMs),
  };
}

/** In a tenth the exchange loses the key that we listen with, and says nothing. */
function keysLostOf(exchange: Exchange, random: SeededRandom): Fault[] {
  if (exchange === 'binance-spot' || !random.chance(0.1)) return [];
  return [{ kind: 'keyLost', atMs: moment(random), forMs: 0 }];
}

/** In a tenth an instrument is closed for a while, perhaps with entries and exits under way. */
function marketsShutOf(random: SeededRandom): Fault[] {
  if (!random.chance(0.1)) return [];
  return Array.from({ length: 1 + random.below(2) }, () => ({
    ...{ kind: 'marketShut', instrument: random.below(2), takesCancels: random.chance(0.5) },
    ...{ atMs: moment(random), forMs: 500 + random.below(6_000) },
  }));
}

/** Of coins that a person moves and of trades by hand together nobody could say whose the rest is. */
function coinsMoved(random: SeededRandom, steps: readonly Step[], faults: Fault[]): Step[] {
  if (steps.some(({ does }) => does === 'byHand')) return [...steps];
  const coins = coinStepsOf(random, steps, moment);
  faults.push(...coins.faults);
  const persons = coins.steps.length === 0 ? [] : acknowledgedOf(random.stream('persons'));
  return [...takenBeside(random.stream('taken beside'), [...steps, ...coins.steps, ...persons])];
}

function ofReal(fault: Fault): Fault {
  return 'of' in fault && fault.of === 'paper-venue' ? ({ ...fault, of: 'execution' } as Fault) : fault;
}

/** What nobody lends can't be sold: most of what would be a short entry on spot is a long one. */
function buying(exchange: Exchange, step: Step): Step {
  const isLong = exchange === 'binance-spot' && step.does === 'enter' && step.n % 5 > 0;
  return isLong ? { ...step, direction: 'long' } : step;
}

/** An entry is often just on its way, or what it has bought about to be left, when something goes wrong. */
function faultsAtEntries(exchange: Exchange, steps: readonly Step[], random: SeededRandom): Fault[] {
  const entries = steps.filter((step) => step.does === 'enter');
  return entries.flatMap((entry): Fault[] => {
    if (!random.chance(0.3)) return [];
    const leavesMs = random.chance(0.4) ? entry.holdMs : 0;
    const when = { atMs: entry.atMs + leavesMs - random.below(150), forMs: 200 + random.below(2_500) };
    if (random.chance(0.5)) return [{ ...venueFaultOf(exchange, random), ...when }];
    const kind = WAY_FAULTS[random.below(WAY_FAULTS.length)]!;
    return [{ kind, share: random.between(0.4, 1), ...when }];
  });
}

function venueFaultsOf(exchange: Exchange, random: SeededRandom): VenueFault[] {
  return Array.from({ length: 1 + random.below(4) }, () => venueFaultOf(exchange, random));
}

function venueFaultOf(exchange: Exchange, random: SeededRandom): VenueFault {
  const when = { atMs: moment(random), forMs: 500 + random.below(9_000) };
  if (random.chance(0.5)) {
    const kind = OF_VENUE_SHARED[random.below(OF_VENUE_SHARED.length)]!;
    const share = random.between(0.1, 0.8);
    if (kind === 'eventLost' || kind === 'eventLate' || kind === 'eventTwice')
      return { kind, share, ...when };
    const at = (['before', 'after', 'late'] as const)[random.below(3)]!;
    return { kind, share, at, ...when };
  }
  const kind = OF_VENUE[random.below(exchange === 'binance-spot' ? OF_VENUE.length - 1 : OF_VENUE.length)]!;
  if (kind === 'readsBehind') return { kind, byMs: 500 + random.below(5_500), ...when };
  if (kind === 'venueAhead') return { kind, byMs: 2_000 + random.below(7_000), ...when };
  return { kind, ...when };
}

/** Our own way is often dead as something is left, so that what reduces looks for another one. */
function cutOffAtExits(steps: readonly Step[], random: SeededRandom): VenueFault[] {
  const entries = steps.filter((step) => step.does === 'enter');
  return entries.flatMap(({ atMs, holdMs }): VenueFault[] => {
    if (!random.chance(0.3)) return [];
    const when = { atMs: atMs + holdMs - random.below(400), forMs: 300 + random.below(9_000) };
    return [{ kind: 'cutOff', ...when }];
  });
}

/** In a third the price falls through resting stops while nobody hears of it: cut off, muted, or stopped. */
function cutOffUnderStops(random: SeededRandom, steps: Step[], faults: Fault[]): void {
  if (!random.chance(0.35)) return;
  const when = { atMs: moment(random), forMs: 2_000 + random.below(7_000) };
  const kind = (['streamCut', 'streamMuted', 'cutOff'] as const)[random.below(3)]!;
  faults.push({ kind, ...when });
  if (random.chance(0.5)) faults.push({ kind: 'pause', of: 'execution', ...when });
  for (const instrument of [0, 1])
    steps.push({
      ...{ does: 'leap', instrument, by: -random.between(0.01, 0.03) },
      atMs: when.atMs + random.below(when.forMs),
    });
}
