import { type TimeUs, US_PER_SECOND } from '@algo/model';
import type { SeededRandom } from './seeded-random.ts';

export type BackgroundKind = 'range' | 'trend' | 'storm';
export type PlantedKind = 'base' | 'burst' | 'continuation' | 'reversal' | 'return';
/** What the market is doing: a background regime, or a part of a planted episode. */
export type PhaseKind = BackgroundKind | PlantedKind;
export type RegimeName = 'range' | 'trend-up' | 'trend-down' | 'storm';

/**
 * A stretch of market with one character: the truth that a detector is tested against. *Units*: logPrice
 * natural log of quote.
 */
export interface Phase {
  readonly kind: PhaseKind;
  /** Which way it leans: +1 up, −1 down, 0 neither. */
  readonly direction: 1 | 0 | -1;
  readonly regime: RegimeName;
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
  readonly fromLogPrice: number;
  readonly toLogPrice: number;
  /** Log price of the base that this episode's zone sits on; null in the background. */
  readonly baseLogPrice: number | null;
}

/**
 * How each kind behaves. *Units*: `rate` and `volatility` × the settings', `tilt` share of takers above ½,
 * `pullSeconds` τ.
 */
export const CHARACTER: Readonly<
  Record<PhaseKind, { rate: number; volatility: number; tilt: number; pullSeconds: number }>
> = {
  range: { rate: 1, volatility: 1, tilt: 0, pullSeconds: 120 },
  trend: { rate: 1.1, volatility: 1, tilt: 0.05, pullSeconds: 120 },
  storm: { rate: 1.8, volatility: 2.5, tilt: 0, pullSeconds: 240 },
  base: { rate: 0.9, volatility: 0.45, tilt: 0, pullSeconds: 15 },
  burst: { rate: 2.5, volatility: 1, tilt: 0.4, pullSeconds: 12 },
  continuation: { rate: 1.3, volatility: 1, tilt: 0.1, pullSeconds: 30 },
  reversal: { rate: 1.3, volatility: 1, tilt: 0.1, pullSeconds: 30 },
  return: { rate: 1, volatility: 0.8, tilt: 0.06, pullSeconds: 30 },
};

/** What is still to come in the episode under way. *Shape*: at most 6 kinds. */
export interface ScriptState {
  phase: Phase;
  pending: PlantedKind[];
}

/**
 * Returns the log price that the phase's path has reached. A burst starts slowly: flow leads, price follows.
 */
export function pathAt(phase: Phase, timeUs: TimeUs): number {
  const share = Math.min(1, Math.max(0, (timeUs - phase.startUs) / (phase.endUs - phase.startUs)));
  const eased = phase.kind === 'burst' ? share ** 1.5 : share;
  return phase.fromLogPrice + (phase.toLogPrice - phase.fromLogPrice) * eased;
}

/** Returns the share of takers that buy. */
export function buyShare(phase: Phase): number {
  return 0.5 + phase.direction * CHARACTER[phase.kind].tilt;
}

/** Returns the opening state: a range at the starting price. */
export function firstScene(random: SeededRandom, startUs: TimeUs, logPrice: number): ScriptState {
  const phase: Phase = {
    kind: 'range',
    direction: 0,
    regime: 'range',
    startUs,
    endUs: startUs + seconds(random, 60, 180),
    fromLogPrice: logPrice,
    toLogPrice: logPrice,
    baseLogPrice: null,
  };
  return { phase, pending: episode(random) };
}

/** What a market opens with: something to see, a trade to be made, and a stop that moves. */
const OPENING: readonly PlantedKind[] = ['base', 'burst', 'reversal', 'return', 'burst'];

/**
 * Returns the phase under way as it ends early at a time, and the state that begins there: a planted episode.
 */
export function openingScene(
  random: SeededRandom,
  { phase }: ScriptState,
  opensUs: TimeUs,
  logPrice: number,
  homeLogPrice: number,
): { readonly cut: Phase; readonly opening: ScriptState } {
  const cut = { ...phase, endUs: opensUs };
  return { cut, opening: nextScene(random, { phase: cut, pending: [...OPENING] }, logPrice, homeLogPrice) };
}

/**
 * Returns the state after the phase that has just ended. `homeLogPrice` is where the market began: far from
 * it, moves back become likelier, so that a price stays in its decade over weeks.
 */
export function nextScene(
  random: SeededRandom,
  state: ScriptState,
  logPrice: number,
  homeLogPrice: number,
): ScriptState {
  const [kind, ...rest] = state.pending;
  const last = state.phase;
  if (kind === undefined) {
    const phase = background(random, last, logPrice, homeLogPrice);
    return { phase, pending: episode(random) };
  }
  const direction = kind === 'base' ? coin(random, last.regime, logPrice - homeLogPrice) : facing(last);
  return { phase: planted(random, kind, direction, last, logPrice), pending: rest };
}

function episode(random: SeededRandom): PlantedKind[] {
  return random.chance(0.6) ? [...OPENING] : ['base', 'burst', 'continuation'];
}

/** The way the episode's bursts go; a reversal and a return lean against it. */
function facing(last: Phase): 1 | -1 {
  const direction = last.direction === 0 ? 1 : last.direction;
  return last.kind === 'reversal' || last.kind === 'return' ? (direction === 1 ? -1 : 1) : direction;
}

function background(random: SeededRandom, last: Phase, logPrice: number, home: number): Phase {
  const regime = random.chance(0.5) ? last.regime : drawRegime(random, logPrice - home);
  const direction = regime === 'trend-up' ? 1 : regime === 'trend-down' ? -1 : 0;
  return {
    kind: regime === 'range' || regime === 'storm' ? regime : 'trend',
    direction,
    regime,
    startUs: last.endUs,
    endUs: last.endUs + seconds(random, 80, 220),
    fromLogPrice: logPrice,
    toLogPrice: logPrice + direction * random.between(0.001, 0.003),
    baseLogPrice: null,
  };
}

function drawRegime(random: SeededRandom, away: number): RegimeName {
  const draw = random.uniform();
  if (draw < 0.4) return 'range';
  if (draw < 0.55) return 'storm';
  return coin(random, 'range', away) === 1 ? 'trend-up' : 'trend-down';
}

function coin(random: SeededRandom, regime: RegimeName, away: number): 1 | -1 {
  const lean = regime === 'trend-up' ? 0.2 : regime === 'trend-down' ? -0.2 : 0;
  const home = Math.max(-0.4, Math.min(0.4, away * 5));
  return random.uniform() < Math.max(0.08, Math.min(0.92, 0.5 + lean - home)) ? 1 : -1;
}

function planted(
  random: SeededRandom,
  kind: PlantedKind,
  facingDirection: 1 | -1,
  last: Phase,
  logPrice: number,
): Phase {
  const base = kind === 'base' ? logPrice : (last.baseLogPrice ?? logPrice);
  const shape = (length: number, direction: 1 | -1, toLogPrice: number): Phase => ({
    kind,
    direction,
    regime: last.regime,
    startUs: last.endUs,
    endUs: last.endUs + length,
    fromLogPrice: logPrice,
    toLogPrice,
    baseLogPrice: base,
  });
  const against = facingDirection === 1 ? -1 : 1;
  switch (kind) {
    case 'base':
      return shape(seconds(random, 90, 180), facingDirection, logPrice);
    case 'burst':
      return shape(
        seconds(random, 60, 150),
        facingDirection,
        logPrice + facingDirection * random.between(0.0065, 0.0135),
      );
    case 'continuation':
      return shape(
        seconds(random, 60, 120),
        facingDirection,
        logPrice + facingDirection * random.between(0.002, 0.005),
      );
    case 'reversal':
      return shape(
        seconds(random, 60, 120),
        against,
        logPrice + (base - logPrice) * random.between(0.55, 0.8),
      );
    case 'return':
      return shape(
        seconds(random, 60, 120),
        against,
        base + facingDirection * random.between(0.0004, 0.0018),
      );
    default:
      return kind satisfies never;
  }
}

function seconds(random: SeededRandom, from: number, to: number): number {
  return Math.round(random.between(from, to) * US_PER_SECOND);
}
