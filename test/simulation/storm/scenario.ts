import { SeededRandom } from '@algo/simulation';
import { FOR_PERSONS, TURNS_AWAY, vicesOf } from './exchange-vices.ts';
import { repeatedLater, stillAtExits } from './rare-turns.ts';
import { type Exchange, type Fault, type Moment, OF_DISK, SHARED, type Step, TARGETS } from './turns.ts';

export {
  EXCHANGES,
  type Exchange,
  type Fault,
  type Moment,
  OF_DISK,
  SHARED,
  type Step,
  TARGETS,
  type Target,
  type WorldFault,
} from './turns.ts';

/** All that happens in one run. What the wire draws follows from the seed. */
export interface Scenario {
  readonly exchange: Exchange;
  readonly seed: number;
  readonly vices: string;
  /** So long nothing happens before the storm. *Units*: virtual ms. */
  readonly idleMs: number;
  /** A third instrument is traded, and the account may not hold all that its strategy wants. */
  readonly isWide: boolean;
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
}

/** Faults and steps fall into this time; then all heals. *Units*: virtual ms. */
export const STORM_MS = 50_000;
const FIRST_MS = 3_000;
const THIRD = 2;
/** A person may change his mind so fast. *Units*: virtual ms. */
const THOUGHT_MS = 200;

/** Returns what a seed stands for. */
export function scenarioOf(seed: number): Scenario {
  const random = SeededRandom.seeded(seed).stream('scenario');
  const vices = vicesOf(random);
  const steps = [
    ...stepsOf(random.stream('steps')),
    ...(FOR_PERSONS.test(vices) ? acknowledgedOf(random.stream('persons')) : []),
  ];
  const faults = [...faultsOf(random.stream('faults')), ...troubleOf(steps, random.stream('trouble'))];
  if (TURNS_AWAY.test(vices)) faults.push(...copiesOf(random.stream('copies')));
  faults.push(...forgetting(random.stream('forgetting')));
  longSilence(random.stream('long silence'), steps, faults);
  faults.push(...stillAtExits(random.stream('an exit stands still'), steps));
  steps.push(...repeatedLater(random.stream('once more later'), steps));
  const isWide = widened(random.stream('third instrument'), steps);
  return {
    ...{ exchange: 'paper', seed, vices, idleMs: 0, isWide },
    steps: steps.toSorted((a, b) => a.atMs - b.atMs),
    faults: faults.toSorted((a, b) => a.atMs - b.atMs),
  };
}

/** Returns when something happens. *Units*: virtual ms. */
export function moment(random: SeededRandom): number {
  return FIRST_MS + random.below(STORM_MS - FIRST_MS - 2_000);
}

/** Returns what the strategy, persons and the market do. */
export function stepsOf(random: SeededRandom): Step[] {
  const steps: Step[] = [];
  const entries = 16 + random.below(12);
  for (let n = 1; n <= entries; n++) {
    const atMs = moment(random);
    steps.push({ ...entryOf(random, n), atMs });
    if (random.chance(0.15))
      steps.push({ does: 'again', n, renamed: random.chance(0.5), atMs: atMs + random.below(4_000) });
  }
  if (random.chance(0.6)) {
    const atMs = moment(random);
    const scope = random.chance(0.6) ? 'account' : random.below(2);
    steps.push({ does: 'limit', scope, mode: random.chance(0.7) ? 'halted' : 'reducing', atMs });
    // An entry is under way when a halt falls, more often than chance would have it.
    const n = steps.length + 100;
    steps.push({ ...entryOf(random, n), atMs: Math.max(FIRST_MS, atMs - random.below(60)) });
    const resumes = random.chance(0.6);
    if (resumes) steps.push({ does: 'resume', scope, atMs: atMs + 2_000 + random.below(15_000) });
    else if (random.chance(0.8)) {
      // Somebody takes it back, and thinks again.
      const againMs = atMs + 500 + random.below(2_000);
      steps.push({ does: 'resume', scope, atMs: againMs - random.below(THOUGHT_MS) });
      steps.push({ does: 'limit', scope, mode: 'halted', atMs: againMs });
      for (let n = 1; n <= 5; n++)
        steps.push({ ...entryOf(random, steps.length + 100), atMs: againMs + 30 + random.below(900) });
    }
  }
  if (random.chance(0.2)) steps.push({ does: 'flatten', atMs: moment(random) });
  const resting = steps.filter((step) => step.does === 'enter' && step.style === 'gtc');
  const [step] = resting.slice(random.below(Math.max(1, resting.length)));
  // Somebody wants everything left while an exit is under way already.
  if (step?.does === 'enter')
    steps.push({ does: 'flatten', atMs: step.atMs + step.holdMs + random.below(1_200) });
  if (random.chance(0.3)) {
    const silence = { does: 'silence', atMs: moment(random), forMs: 2_000 + random.below(9_000) } as const;
    steps.push(silence);
    const atMs = silence.atMs + random.below(silence.forMs);
    steps.push({ ...entryOf(random, steps.length + 100), atMs });
  }
  for (let n = random.below(4); n > 0; n--)
    steps.push({
      ...{ does: 'leap', instrument: random.below(2), atMs: moment(random) },
      by: random.between(0.004, 0.02) * (random.chance(0.5) ? 1 : -1),
    });
  return steps.toSorted((a, b) => a.atMs - b.atMs);
}

function entryOf(random: SeededRandom, n: number): Omit<Extract<Step, { does: 'enter' }>, 'atMs'> {
  return {
    ...{ does: 'enter', n, instrument: random.below(2), direction: random.chance(0.7) ? 'long' : 'short' },
    style: (['market', 'ioc', 'ioc', 'gtc'] as const)[random.below(4)]!,
    notional: 500 + random.below(8_500),
    offset: random.between(-0.001, 0.003),
    stop: random.between(0.002, 0.008),
    target: random.chance(0.4) ? random.between(0.002, 0.006) : null,
    trailing: random.between(0.002, 0.006),
    holdMs: 1_000 + random.below(9_000),
    lifeMs: random.chance(0.2) ? 200 + random.below(800) : 2_000 + random.below(20_000),
  };
}

/** Returns what fails in the world between and under the processes. */
export function faultsOf(random: SeededRandom): Fault[] {
  const count = random.chance(0.08) ? 0 : 1 + random.below(5);
  return Array.from({ length: count }, () => faultOf(random));
}

/** A limit often falls while the guard can't answer it, or while an entry is on its way to the disk. */
export function troubleOf(steps: readonly Step[], random: SeededRandom): Fault[] {
  const faults: Fault[] = [];
  for (const [n, { does, atMs }] of steps.entries()) {
    const next = steps[n + 1];
    if (does === 'resume' && next?.does === 'limit' && next.atMs - atMs < THOUGHT_MS && random.chance(0.6))
      faults.push({ kind: 'busSlow', share: 0.9, atMs: atMs - 20, forMs: 1_500 });
    if (does !== 'limit' || !random.chance(0.5)) continue;
    const when = { atMs: atMs - random.below(150), forMs: 300 + random.below(2_500) };
    if (random.chance(0.3)) faults.push({ kind: 'diskSlow', of: 'execution', ...when });
    else if (random.chance(0.7)) faults.push({ kind: 'pause', of: 'position-risk', ...when });
    else faults.push({ kind: 'kill', of: 'position-risk', on: 'time', keeps: random.below(3), ...when });
  }
  return faults;
}

/** A person lets what differs be, lifts what that has stopped, and the strategy goes on. */
export function acknowledgedOf(random: SeededRandom): Step[] {
  return Array.from({ length: 2 + random.below(5) }, (_, n) => {
    const atMs = moment(random);
    const instrument = random.below(2);
    return [
      { does: 'acknowledge', instrument, atMs },
      { does: 'resume', scope: instrument, atMs: atMs + random.below(1_000) },
      { ...entryOf(random, 200 + n), instrument, atMs: atMs + 500 + random.below(4_000) },
    ] satisfies Step[];
  }).flat();
}

/** Something on the way brings requests twice, the second often behind the end of a pause. */
function copiesOf(random: SeededRandom): Fault[] {
  // In half every request comes twice: what was turned away may be taken by its copy.
  if (random.stream('all').chance(0.5))
    return [{ kind: 'requestTwice', share: 1, atMs: FIRST_MS, forMs: STORM_MS - FIRST_MS }];
  return Array.from({ length: 1 + random.below(3) }, () => ({
    ...{ kind: 'requestTwice', share: random.between(0.3, 1) },
    ...{ atMs: moment(random), forMs: 2_000 + random.below(8_000) },
  }));
}

/** The exchange often dies right behind an answer: what it has told, its next life must know. */
function forgetting(random: SeededRandom): Fault[] {
  return Array.from({ length: random.chance(0.5) ? 1 + random.below(3) : 0 }, () => ({
    ...{ kind: 'kill', of: 'paper-venue', on: 'leaving', keeps: random.below(3) },
    ...{ atMs: moment(random), forMs: random.below(1_500) },
  }));
}

/**
 * In a quarter the feed is silent until execution looks at the books by the wall, and something fails too.
 */
export function longSilence(random: SeededRandom, steps: Step[], faults: Fault[]): void {
  if (!random.chance(0.25)) return;
  const forMs = 12_000 + random.below(8_000);
  const atMs = FIRST_MS + random.below(STORM_MS - FIRST_MS - forMs);
  steps.push({ does: 'silence', atMs, forMs });
  for (let n = 0; n < 2; n++)
    steps.push({ ...entryOf(random, 300 + n), atMs: Math.max(FIRST_MS, atMs - random.below(3_000)) });
  for (let n = 1 + random.below(3); n > 0; n--)
    faults.push({ ...faultOf(random), atMs: atMs + random.below(forMs) });
}

/** In a quarter there is a third instrument, and a third of what is done is done in it. */
export function widened(random: SeededRandom, steps: Step[]): boolean {
  if (!random.chance(0.25)) return false;
  for (const [n, step] of steps.entries()) {
    if (!random.chance(1 / 3)) continue;
    if ('instrument' in step) steps[n] = { ...step, instrument: THIRD };
    else if ('scope' in step && step.scope !== 'account') steps[n] = { ...step, scope: THIRD };
  }
  return true;
}

const MOMENTS: readonly Moment[] = ['time', 'delivery', 'append', 'leaving'];

function faultOf(random: SeededRandom): Fault {
  const atMs = moment(random);
  const of = TARGETS[Math.min(random.below(6), 3) === 3 ? random.below(2) : random.below(4)]!;
  const on = MOMENTS[random.below(of === 'execution' ? 4 : 2)]!;
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
      return { kind: 'kill', of, on, keeps: random.below(3), atMs, forMs: random.below(3_000) };
    case 3:
      return { kind: 'killAll', keeps: random.below(3), atMs, forMs: random.below(3_000) };
    case 4:
      // Entries must stop when a guard has been silent for long.
      if (random.chance(0.3))
        return { kind: 'pause', of: 'position-risk', atMs, forMs: 17_000 + random.below(9_000) };
      return { kind: 'pause', of, atMs, forMs: 200 + random.below(8_000) };
    case 5: {
      const zombie = random.chance(0.75) ? 'execution' : 'position-risk';
      const when = zombie === 'execution' ? MOMENTS[random.below(4)]! : 'time';
      return { kind: 'zombie', of: zombie, on: when, atMs, forMs: 11_000 + random.below(8_000) };
    }
    case 6: {
      const kind = OF_DISK[random.below(OF_DISK.length)]!;
      return { kind, of: random.chance(0.7) ? 'execution' : of, atMs, forMs: 300 + random.below(4_000) };
    }
    case 7:
      return {
        ...{ kind: 'clockJump', of, atMs, forMs: 2_000 + random.below(15_000) },
        byMs: [-30_000, -2_000, 700, 1_500, 60_000][random.below(5)]!,
      };
    default: {
      const kind = SHARED[random.below(SHARED.length)]!;
      return { kind, share: random.between(0.1, 0.9), atMs, forMs: 500 + random.below(8_000) };
    }
  }
}
