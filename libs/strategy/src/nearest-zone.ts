import type { Direction, MarketState, RuleSet, Timeframe, Zone, ZoneKind } from '@algo/model';
import { structureOf } from '@algo/model';
import { bandTicks, priceTicks, type TickBand } from './price-ticks.ts';

/**
 * A zone and how far price stands from its near edge. *Units*: `ticks` whole steps of price, below 0 inside;
 * `distance` a share of price, 0 inside.
 */
export interface NearZone {
  readonly zone: Zone;
  readonly ticks: number;
  readonly distance: number;
}

/** Which of two zones at the same distance comes first: below 0 the first one. */
type Tie = (a: Zone, b: Zone) => number;

/**
 * Returns the nearest living zone that price stands before: demand below for long, supply above for short, on
 * one of the given timeframes; of equals the one of the timeframe listed first, then the oldest. Inside a
 * zone it is no candidate. Example: long at 100 with demand 99.5–99.9 → (100 − 99.9) ÷ 100 = 0.001.
 */
export function nearestZoneBehind(
  state: MarketState,
  rules: RuleSet,
  direction: Direction,
  timeframes: readonly Timeframe[],
): NearZone | null {
  const order: Tie = (a, b) =>
    timeframes.indexOf(a.timeframe) - timeframes.indexOf(b.timeframe) || a.firstSeenUs - b.firstSeenUs;
  return nearest(state, rules, entryKind(direction), timeframes, order, (price, band) =>
    direction === 'long' ? price - band.high : band.low - price,
  );
}

/**
 * Returns the nearest living zone that price is at: demand (long) or supply (short) that price is inside or
 * stands before, and has not passed through; of equals the stronger, then the newer. Example: long at 100
 * with demand 99.5–99.9 → 0.001, at 99.7 → 0, at 99.4 the zone is no candidate.
 */
export function nearestZoneAt(
  state: MarketState,
  rules: RuleSet,
  direction: Direction,
  timeframes: readonly Timeframe[],
): NearZone | null {
  const order: Tie = (a, b) => b.strength - a.strength || b.firstSeenUs - a.firstSeenUs;
  return nearest(state, rules, entryKind(direction), timeframes, order, (price, band) => {
    const isPassed = direction === 'long' ? price < band.low : price > band.high;
    if (isPassed) return -1;
    return Math.max(0, direction === 'long' ? price - band.high : band.low - price);
  });
}

/**
 * Returns the nearest living opposing zone that lies wholly ahead of price: where a trade would run into the
 * other side. Example: long at 100 with supply 101.5–102 → distance 0.015; a supply zone around price is not
 * ahead.
 */
export function nearestTargetZone(
  state: MarketState,
  rules: RuleSet,
  direction: Direction,
  timeframes: readonly Timeframe[],
): NearZone | null {
  const kind = direction === 'long' ? 'supply' : 'demand';
  const order: Tie = (a, b) => a.firstSeenUs - b.firstSeenUs;
  return nearest(state, rules, kind, timeframes, order, (price, band) => {
    const ahead = direction === 'long' ? band.low - price : price - band.high;
    return ahead > 0 ? ahead : -1;
  });
}

/** Returns whether a zone is at most so far, as a share of price: exactly on the edge is within. */
export function isWithinShare({ ticks }: NearZone, state: MarketState, share: number): boolean {
  const perShare = Math.round(1 / share);
  const isWhole = Math.abs(perShare * share - 1) < 1e-9;
  return isWhole ? ticks * perShare <= priceTicks(state) : ticks <= share * priceTicks(state);
}

/** Returns the edge that, once passed, means that the zone failed: the low of demand, the high of supply. */
export function farBoundary(zone: Zone): number {
  return zone.kind === 'demand' ? zone.low : zone.high;
}

/** Returns the edge that price meets first: the high of demand, the low of supply. */
export function nearBoundary(zone: Zone): number {
  return zone.kind === 'demand' ? zone.high : zone.low;
}

function entryKind(direction: Direction): ZoneKind {
  return direction === 'long' ? 'demand' : 'supply';
}

/**
 * `ticksTo` says how far a zone is, below 0 where it is no candidate. The smaller id settles what is left.
 */
function nearest(
  state: MarketState,
  rules: RuleSet,
  kind: ZoneKind,
  timeframes: readonly Timeframe[],
  order: Tie,
  ticksTo: (price: number, band: TickBand) => number,
): NearZone | null {
  const price = priceTicks(state);
  let best: Zone | null = null;
  let bestTicks = Number.POSITIVE_INFINITY;
  for (const zone of structureOf(state, rules)?.zones ?? []) {
    if (zone.kind !== kind || zone.status === 'broken' || zone.status === 'expired') continue;
    if (!timeframes.includes(zone.timeframe)) continue;
    const ticks = ticksTo(price, bandTicks(zone, state));
    if (!(ticks >= 0) || ticks > bestTicks) continue;
    if (best !== null && ticks === bestTicks && (order(zone, best) || (zone.id < best.id ? -1 : 1)) > 0)
      continue;
    best = zone;
    bestTicks = ticks;
  }
  return best === null ? null : { zone: best, ticks: bestTicks, distance: bestTicks / price };
}
