import type { Check, Direction, MarketState, Timeframe } from '@algo/model';
import { judged, NOT_AVAILABLE } from './check.ts';
import { flowSide, lotsRatio, readFlow, SIGNIFICANT_IMBALANCE } from './order-flow.ts';

/** The order-flow ratio that counts as a side taken. *Source*: spec 4, confluence. */
export const CLASSIC_PRIMARY_IMBALANCE = 2.5;

/** What the two primary analysers say; null is no side taken, or not available. */
export interface Primaries {
  readonly flow: Direction | null;
  readonly microstructure: Direction | null;
  /** The side that both take; null when they do not agree. */
  readonly agreed: Direction | null;
  readonly checks: () => readonly [Check, Check];
}

/**
 * Reads the two primary analysers. Order flow takes a side beyond 2.5 : 1; microstructure takes the side of
 * its signal. Example: imbalance 3.0 and bullish → agreed long; exactly 2.5 and bullish → order flow takes no
 * side, nothing agreed; 1 : 2.6 and bullish → they oppose each other.
 */
export function readPrimaries(
  state: MarketState,
  timeframe: Timeframe,
  imbalanceMin: number = CLASSIC_PRIMARY_IMBALANCE,
): Primaries {
  const { lots, note } = readFlow(state, timeframe);
  const flow = lots === null ? null : flowSide(lots, imbalanceMin);
  const { side: microstructure, check } = readMicrostructure(state);
  return {
    flow,
    microstructure,
    agreed: flow !== null && flow === microstructure ? flow : null,
    checks() {
      const significant = lots !== null && flowSide(lots, SIGNIFICANT_IMBALANCE) !== null;
      const words = `${note()}; ${flow ?? (significant ? 'significant, no side' : 'no side')}`;
      const ratio = lots === null ? null : lotsRatio(lots);
      return [judged('primary.order_flow', ratio, imbalanceMin, flow !== null, words), check()];
    },
  };
}

/** Reads the second of them alone: the side that its signal takes. */
export function readMicrostructure({ microstructure }: MarketState): {
  readonly side: Direction | null;
  readonly check: () => Check;
} {
  const signal = microstructure?.signal ?? 'neutral';
  const side = signal === 'bullish' ? 'long' : signal === 'bearish' ? 'short' : null;
  const note = microstructure === null ? NOT_AVAILABLE : signal;
  const z = microstructure?.fastZ;
  return { side, check: () => judged('primary.microstructure', z, null, side !== null, note) };
}

/**
 * Returns the primaries' checks as a trade reads them that only needs no objection: each passes unless it
 * takes the other side. One that is not available objects to nothing, and its note says so.
 */
export function objections(primaries: Primaries, direction: Direction): Check[] {
  const sides = [primaries.flow, primaries.microstructure];
  return primaries.checks().map((check, index) => {
    const side = sides[index] ?? null;
    return { ...check, name: `${check.name}.not_opposing`, passed: side === null || side === direction };
  });
}

/** Returns whether one of the primaries takes the other side. */
export function isOpposed({ flow, microstructure }: Primaries, direction: Direction): boolean {
  return [flow, microstructure].some((side) => side !== null && side !== direction);
}
