import type { Direction, Timeframe, Zone } from '@algo/model';

/** A zone and how far price stands from its near edge, as a share of price; 0 inside. */
export interface NearZone {
  readonly zone: Zone;
  readonly distance: number;
}

/**
 * Returns the nearest living zone that a trade in this direction would enter from: demand below for long,
 * supply above for short, on one of the given timeframes. A zone whose far boundary price has already passed
 * is not one of them. Example: long at 100 with demand 99.5–99.9 → distance (100 − 99.9) ÷ 100 = 0.001; at
 * 99.4 the zone is no candidate.
 */
export function nearestEntryZone(
  zones: readonly Zone[],
  price: number,
  direction: Direction,
  timeframes: readonly Timeframe[],
): NearZone | null {
  return nearest(zones, timeframes, (zone) => {
    if (direction === 'long')
      return zone.kind === 'demand' && price >= zone.low ? Math.max(0, price - zone.high) / price : null;
    return zone.kind === 'supply' && price <= zone.high ? Math.max(0, zone.low - price) / price : null;
  });
}

/**
 * Returns the nearest living opposing zone that lies wholly ahead of price: where a trade would run into the
 * other side. Example: long at 100 with supply 101.5–102 → distance 0.015; a supply zone around price is not
 * ahead.
 */
export function nearestTargetZone(
  zones: readonly Zone[],
  price: number,
  direction: Direction,
  timeframes: readonly Timeframe[],
): NearZone | null {
  return nearest(zones, timeframes, (zone) => {
    if (direction === 'long')
      return zone.kind === 'supply' && zone.low > price ? (zone.low - price) / price : null;
    return zone.kind === 'demand' && zone.high < price ? (price - zone.high) / price : null;
  });
}

/** Returns the edge that, once passed, means that the zone failed: the low of demand, the high of supply. */
export function farBoundary(zone: Zone): number {
  return zone.kind === 'demand' ? zone.low : zone.high;
}

/** Returns the edge that price meets first: the high of demand, the low of supply. */
export function nearBoundary(zone: Zone): number {
  return zone.kind === 'demand' ? zone.high : zone.low;
}

/** Ties go to the stronger zone and then to the smaller id, so that the order of the list never decides. */
function nearest(
  zones: readonly Zone[],
  timeframes: readonly Timeframe[],
  distanceOf: (zone: Zone) => number | null,
): NearZone | null {
  let best: NearZone | null = null;
  for (const zone of zones) {
    if (zone.status === 'broken' || zone.status === 'expired' || !timeframes.includes(zone.timeframe))
      continue;
    const distance = distanceOf(zone);
    if (distance === null || !Number.isFinite(distance)) continue;
    if (best === null || before({ zone, distance }, best)) best = { zone, distance };
  }
  return best;
}

function before(a: NearZone, b: NearZone): boolean {
  if (a.distance !== b.distance) return a.distance < b.distance;
  if (a.zone.strength !== b.zone.strength) return a.zone.strength > b.zone.strength;
  return a.zone.id < b.zone.id;
}
