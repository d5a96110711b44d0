import type { Check, Conviction, Direction, MarketState, Regime, TradingConfig } from '@algo/model';
import { available, NOT_AVAILABLE } from './check.ts';
import { type NearZone, nearestEntryZone, nearestTargetZone } from './nearest-zone.ts';
import { sessionMissing, trueSession } from './true-session.ts';

/** The most that each filter can add. *Source*: spec 4, confluence. */
export const CONFLUENCE_WEIGHTS = {
  marketProfile: 1.5,
  meanReversion: 1.5,
  autocorrelation: 1.0,
  entryZone: 2.0,
  targetZone: 0.5,
  fairValueGap: 1.5,
} as const;

/** The sum of all weights: 8.0. */
export const CONFLUENCE_MAX: number = Object.values(CONFLUENCE_WEIGHTS).reduce(
  (sum, weight) => sum + weight,
  0,
);

/** From how many points a score is called low, medium and high. */
export const CONVICTION_POINTS = { low: 3, medium: 5, high: 7 } as const;

/**
 * How near the value area's edge is, as a share of its
 * width, and how near an entry zone, as a share of price.
 */
const EDGE_SHARE = 0.05;
const ZONE_DISTANCE = 0.005;

/** *Units*: `points` of `pointsMax` 8.0; `share` = points ÷ pointsMax. */
export interface Confluence {
  readonly points: number;
  readonly pointsMax: number;
  readonly share: number;
  readonly conviction: Conviction;
  /** One for each filter, in the order of CONFLUENCE_WEIGHTS. */
  readonly checks: readonly Check[];
  readonly entryZone: NearZone | null;
  readonly targetZone: NearZone | null;
}

/**
 * Adds up the weighted filters of the classic rule set for a trade in one direction. Zones count on any of
 * the configuration's timeframes; mean reversion and autocorrelation are read on its primary timeframe, the
 * one that is traded. A filter whose input is not available adds nothing and its note says so. Example: long
 * at 100, value area 100–104 (at the low: 1.5), −2.2 σ (1.5), r = 0.1 (1.0), untouched demand 0.1 % away
 * (2.0), supply at 101.5 (0.5), bullish gap at 100.5 (1.5) → 8.0 of 8.0, share 1, high. With the zone touched
 * once, −1.5 σ and no gap: 1.5 + 0.75 + 1.0 + 1.0 + 0.5 = 4.75, share 0.59375, low.
 */
export function scoreConfluence(
  state: MarketState,
  direction: Direction,
  config: Pick<TradingConfig, 'timeframes' | 'primaryTimeframe'>,
): Confluence {
  const regime = state.regimes.find((candidate) => candidate.timeframe === config.primaryTimeframe);
  const entry = nearestEntryZone(state.zones, state.price, direction, config.timeframes);
  const targetZone = nearestTargetZone(state.zones, state.price, direction, config.timeframes);
  const entryZone = entry !== null && entry.distance <= ZONE_DISTANCE ? entry : null;
  const checks = [
    marketProfile(state, direction),
    meanReversion(regime, direction),
    autocorrelation(regime),
    entryZoneFilter(entry, direction),
    targetZoneFilter(targetZone, direction),
    fairValueGap(state, direction, config),
  ];
  const points = checks.reduce((sum, check) => sum + (check.points ?? 0), 0);
  return {
    points,
    pointsMax: CONFLUENCE_MAX,
    share: points / CONFLUENCE_MAX,
    conviction: convictionOf(points),
    checks,
    entryZone,
    targetZone,
  };
}

/** Returns what a score is called: below 3.0 insufficient, from 3.0 low, from 5.0 medium, from 7.0 high. */
export function convictionOf(points: number): Conviction {
  if (points >= CONVICTION_POINTS.high) return 'high';
  if (points >= CONVICTION_POINTS.medium) return 'medium';
  return points >= CONVICTION_POINTS.low ? 'low' : 'insufficient';
}

/**
 * Returns how far price is from the value area's edge that a
 * trade enters at, as a share of its width; null if it has none.
 */
export function valueAreaEdgeDistance(state: MarketState, direction: Direction): number | null {
  const session = trueSession(state);
  if (session === null) return null;
  const { valueAreaLow, valueAreaHigh } = session;
  const width = valueAreaHigh - valueAreaLow;
  if (!(width > 0)) return null;
  return available(Math.abs(state.price - (direction === 'long' ? valueAreaLow : valueAreaHigh)) / width);
}

function scored(
  name: string,
  value: number | null,
  threshold: number | null,
  points: number,
  pointsMax: number,
  note: string,
): Check {
  return { name: `confluence.${name}`, value, threshold, passed: null, points, pointsMax, note };
}

function marketProfile(state: MarketState, direction: Direction): Check {
  const weight = CONFLUENCE_WEIGHTS.marketProfile;
  const edge = direction === 'long' ? 'value area low' : 'value area high';
  const distance = valueAreaEdgeDistance(state, direction);
  const session = trueSession(state);
  if (distance === null || session === null) {
    const note = session === null ? sessionMissing(state) : `${NOT_AVAILABLE}: the value area has no width`;
    return scored('market_profile', null, EDGE_SHARE, 0, weight, note);
  }
  if (distance <= EDGE_SHARE)
    return scored('market_profile', distance, EDGE_SHARE, weight, weight, `at the ${edge}`);
  const inside = state.price >= session.valueAreaLow && state.price <= session.valueAreaHigh;
  const note = inside ? `inside the value area, off the ${edge}` : `outside the value area, off the ${edge}`;
  return scored('market_profile', distance, EDGE_SHARE, inside ? weight / 3 : 0, weight, note);
}

function meanReversion(regime: Regime | undefined, direction: Direction): Check {
  const weight = CONFLUENCE_WEIGHTS.meanReversion;
  const deviation = available(regime?.deviation);
  const full = direction === 'long' ? -2 : 2;
  if (deviation === null) return scored('mean_reversion', null, full, 0, weight, NOT_AVAILABLE);
  const stretch = direction === 'long' ? -deviation : deviation;
  const points = stretch > 2 ? weight : stretch > 1 ? weight / 2 : 0;
  const note =
    stretch > 2
      ? 'beyond 2 σ from the EMA'
      : stretch > 1
        ? 'beyond 1 σ from the EMA'
        : 'not stretched against the trade';
  return scored('mean_reversion', deviation, full, points, weight, note);
}

function autocorrelation(regime: Regime | undefined): Check {
  const weight = CONFLUENCE_WEIGHTS.autocorrelation;
  const r = available(regime?.autocorrelation);
  if (r === null) return scored('autocorrelation', null, 0.6, 0, weight, NOT_AVAILABLE);
  const size = Math.abs(r);
  if (size > 0.6) return scored('autocorrelation', r, 0.6, weight, weight, '|r| above 0.6');
  if (size < 0.3) return scored('autocorrelation', r, 0.3, weight, weight, '|r| below 0.3');
  return scored('autocorrelation', r, 0.6, weight / 2, weight, '|r| between 0.3 and 0.6');
}

function entryZoneFilter(entry: NearZone | null, direction: Direction): Check {
  const weight = CONFLUENCE_WEIGHTS.entryZone;
  const kind = direction === 'long' ? 'demand' : 'supply';
  if (entry === null)
    return scored('entry_zone', null, ZONE_DISTANCE, 0, weight, `no living ${kind} zone to enter from`);
  const { zone, distance } = entry;
  if (distance > ZONE_DISTANCE)
    return scored(
      'entry_zone',
      distance,
      ZONE_DISTANCE,
      0,
      weight,
      `nearest ${kind} zone too far (${zone.id})`,
    );
  const points = zone.touches === 0 ? weight : zone.touches <= 2 ? weight / 2 : 0;
  const note = `${kind} zone ${zone.low}–${zone.high}, touched ${zone.touches} times (${zone.id})`;
  return scored('entry_zone', distance, ZONE_DISTANCE, points, weight, note);
}

function targetZoneFilter(target: NearZone | null, direction: Direction): Check {
  const weight = CONFLUENCE_WEIGHTS.targetZone;
  const kind = direction === 'long' ? 'supply' : 'demand';
  if (target === null) return scored('target_zone', null, null, 0, weight, `no ${kind} zone ahead`);
  const note = `${kind} zone ${target.zone.low}–${target.zone.high} ahead (${target.zone.id})`;
  return scored('target_zone', target.distance, null, weight, weight, note);
}

/**
 * The owner's rule, kept as it is: a bullish gap above price for longs, a bearish one below for shorts. Such
 * a gap has mostly been traded through already and stands there inverted; only a filled one is left out.
 */
function fairValueGap(
  state: MarketState,
  direction: Direction,
  config: Pick<TradingConfig, 'timeframes'>,
): Check {
  const weight = CONFLUENCE_WEIGHTS.fairValueGap;
  const kind = direction === 'long' ? 'bullish' : 'bearish';
  let nearest: { distance: number; note: string } | null = null;
  for (const gap of state.gaps) {
    if (gap.kind !== kind || gap.status === 'filled' || !config.timeframes.includes(gap.timeframe)) continue;
    const distance = (direction === 'long' ? gap.low - state.price : state.price - gap.high) / state.price;
    if (!(distance > 0) || (nearest !== null && distance >= nearest.distance)) continue;
    nearest = { distance, note: `${kind} gap ${gap.low}–${gap.high} ahead, ${gap.status} (${gap.id})` };
  }
  if (nearest === null)
    return scored('fair_value_gap', null, null, 0, weight, `no ${kind} gap ahead of price`);
  return scored('fair_value_gap', nearest.distance, null, weight, weight, nearest.note);
}
