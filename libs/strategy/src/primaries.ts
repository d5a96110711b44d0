import type { Check, Direction, MarketState, Timeframe } from '@algo/model';
import { available, NOT_AVAILABLE } from './check.ts';
import { flowImbalance, SIGNIFICANT_IMBALANCE } from './order-flow.ts';

/** The order-flow ratio that counts as a side taken. *Source*: spec 4, confluence. */
export const CLASSIC_PRIMARY_IMBALANCE = 2.5;

/** What the two primary analysers say; null is no side taken, or not available. */
export interface Primaries {
  readonly flow: Direction | null;
  readonly microstructure: Direction | null;
  /** The side that both take; null when they do not agree. */
  readonly agreed: Direction | null;
  readonly checks: readonly Check[];
}

/**
 * Reads the two primary analysers. Order flow takes a side beyond 2.5 : 1 (above 2.5 long, under 0.4 short);
 * microstructure takes the side of its signal. Example: imbalance 3.0 and bullish → agreed long; 2.5 and
 * bullish → order flow takes no side, nothing agreed; 0.39 and bullish → they oppose each other.
 */
export function readPrimaries(
  state: MarketState,
  timeframe: Timeframe,
  imbalanceMin: number = CLASSIC_PRIMARY_IMBALANCE,
): Primaries {
  const reading = flowImbalance(state, timeframe);
  const flow = sideOf(reading.value, imbalanceMin);
  const { side: microstructure, check } = readMicrostructure(state);
  const significant = sideOf(reading.value, SIGNIFICANT_IMBALANCE) !== null;
  return {
    flow,
    microstructure,
    agreed: flow !== null && flow === microstructure ? flow : null,
    checks: [
      {
        name: 'primary.order_flow',
        value: reading.value,
        threshold: imbalanceMin,
        passed: flow !== null,
        points: null,
        pointsMax: null,
        note: `${reading.note}; ${flow ?? (significant ? 'significant, no side' : 'no side')}`,
      },
      check,
    ],
  };
}

/** Reads the second of them alone: the side that its signal takes. */
export function readMicrostructure({ microstructure }: MarketState): {
  readonly side: Direction | null;
  readonly check: Check;
} {
  const signal = microstructure?.signal ?? 'neutral';
  const side = signal === 'bullish' ? 'long' : signal === 'bearish' ? 'short' : null;
  const check = {
    name: 'primary.microstructure',
    value: available(microstructure?.fastZ),
    threshold: null,
    passed: side !== null,
    points: null,
    pointsMax: null,
    note: microstructure === null ? NOT_AVAILABLE : signal,
  };
  return { side, check };
}

/**
 * Returns the primaries' checks as a trade reads them that only needs no objection: each passes unless it
 * takes the other side. One that is not available objects to nothing, and its note says so.
 */
export function objections(primaries: Primaries, direction: Direction): Check[] {
  const sides = [primaries.flow, primaries.microstructure];
  return primaries.checks.map((check, index) => {
    const side = sides[index] ?? null;
    return { ...check, name: `${check.name}.not_opposing`, passed: side === null || side === direction };
  });
}

function sideOf(imbalance: number | null, ratio: number): Direction | null {
  if (imbalance === null) return null;
  return imbalance > ratio ? 'long' : imbalance < 1 / ratio ? 'short' : null;
}
