import {
  type Check,
  type Conviction,
  type Direction,
  type FairValueGap,
  featureOf,
  type MarketState,
  type RuleSet,
  structureOf,
  type TradingConfig,
} from '@algo/model';
import { available, NOT_AVAILABLE } from './check.ts';
import {
  isWithinShare,
  type NearZone,
  nearestTargetZone,
  nearestZoneAt,
  nearestZoneBehind,
} from './nearest-zone.ts';
import { bandTicks, priceTicks } from './price-ticks.ts';
import type { StrategyReads } from './strategy-reads.ts';
import { PROFILE_SCOPE, profileMissing, trueProfile } from './true-profile.ts';

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

/** The part of a configuration that the score depends on. */
export type ConfluenceConfig = Pick<TradingConfig, 'timeframes' | 'primaryTimeframe' | 'ruleSet'>;

/** *Units*: `points` of `pointsMax` 8.0; `share` = points ÷ pointsMax. */
export interface Confluence {
  readonly points: number;
  readonly pointsMax: number;
  readonly share: number;
  readonly conviction: Conviction;
  /** One for each filter, in the order of CONFLUENCE_WEIGHTS. */
  readonly checks: () => readonly Check[];
  readonly entryZone: NearZone | null;
  readonly targetZone: NearZone | null;
}

/** What one filter adds, and its record for whoever reads the decision. */
interface Scored {
  readonly points: number;
  readonly check: () => Check;
}

/**
 * Adds up the weighted filters for a trade in one direction, by the configuration's set of rules. Zones and
 * gaps count on any of its timeframes; mean reversion and autocorrelation are read on its primary timeframe,
 * the one that is traded. A filter whose input is not available adds nothing and its note says so. Edges are
 * judged in whole ticks. Example: long at 100, value area 100–104 (at the low: 1.5), −2.2 σ (1.5), r = 0.1
 * (1.0), untouched demand 0.1 % away (2.0), supply at 101.5 (0.5), bullish gap at 100.5 (1.5) → 8.0 of 8.0,
 * share 1, high. With the zone touched once, −1.5 σ and no gap: 1.5 + 0.75 + 1.0 + 1.0 + 0.5 = 4.75, low.
 */
export function scoreConfluence(
  state: MarketState,
  direction: Direction,
  config: ConfluenceConfig,
): Confluence {
  const { ruleSet, timeframes, primaryTimeframe } = config;
  // By the document a price inside a zone is at it, for level 2, and earns no points for its entry.
  const nearestEntry = ruleSet === 'classic' ? nearestZoneBehind : nearestZoneAt;
  const entry = nearestEntry(state, ruleSet, direction, timeframes);
  const target = nearestTargetZone(state, ruleSet, direction, timeframes);
  const isNear = entry !== null && isWithinShare(entry, state, ZONE_DISTANCE);
  const parts = [
    marketProfile(state, direction, ruleSet),
    meanReversion(available(featureOf(state, primaryTimeframe, STRETCH[ruleSet])), direction),
    autocorrelation(available(featureOf(state, primaryTimeframe, 'autocorrelation'))),
    entryZone(entry, isNear, direction),
    targetZone(target, direction),
    fairValueGap(state, direction, config),
  ];
  const points = parts.reduce((sum, part) => sum + part.points, 0);
  return {
    points,
    pointsMax: CONFLUENCE_MAX,
    share: points / CONFLUENCE_MAX,
    conviction: convictionOf(points),
    checks: () => parts.map(({ check }) => check()),
    entryZone: isNear ? entry : null,
    targetZone: target,
  };
}

/** Returns what the score reads of a state. */
export function confluenceReads(config: ConfluenceConfig): StrategyReads {
  const { ruleSet } = config;
  return { features: [STRETCH[ruleSet], 'autocorrelation'], profiles: [PROFILE_SCOPE[ruleSet]] };
}

/** The feature that says how far price is from its mean: the document takes σ of 50 closes. */
export const STRETCH: Readonly<Record<RuleSet, string>> = {
  classic: 'deviation_50',
  robust: 'deviation_20',
};

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
export function valueAreaEdgeDistance(
  state: MarketState,
  direction: Direction,
  rules: RuleSet,
): number | null {
  const area = trueProfile(state, rules)?.valueArea ?? null;
  if (area === null) return null;
  const { low, high } = bandTicks(area, state);
  if (!(high > low)) return null;
  return Math.abs(priceTicks(state) - (direction === 'long' ? low : high)) / (high - low);
}

function scored(
  name: keyof typeof CONFLUENCE_WEIGHTS,
  points: number,
  value: number | null,
  threshold: number | null,
  note: () => string,
): Scored {
  const pointsMax = CONFLUENCE_WEIGHTS[name];
  return {
    points,
    check() {
      const spelled = name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
      return {
        ...{ name: `confluence.${spelled}`, value, threshold, passed: null },
        ...{ points, pointsMax, note: note() },
      };
    },
  };
}

function marketProfile(state: MarketState, direction: Direction, rules: RuleSet): Scored {
  const weight = CONFLUENCE_WEIGHTS.marketProfile;
  const profile = trueProfile(state, rules);
  const area = profile?.valueArea ?? null;
  const add = (points: number, distance: number | null, note: () => string) =>
    scored('marketProfile', points, distance, EDGE_SHARE, note);
  if (area === null) return add(0, null, () => profileMissing(state, rules));
  const price = priceTicks(state);
  const { low, high } = bandTicks(area, state);
  const off = Math.abs(price - (direction === 'long' ? low : high));
  const isAtEdge = off < high - low && off * Math.round(1 / EDGE_SHARE) < high - low;
  const isInside = price >= low && price <= high;
  const points = isAtEdge ? weight : isInside ? weight / 3 : 0;
  return add(points, available(off / (high - low)), () => {
    const edge = direction === 'long' ? 'value area low' : 'value area high';
    return isAtEdge ? `at the ${edge}` : `${isInside ? 'inside' : 'outside'} the value area, off the ${edge}`;
  });
}

function meanReversion(deviation: number | null, direction: Direction): Scored {
  const weight = CONFLUENCE_WEIGHTS.meanReversion;
  const full = direction === 'long' ? -2 : 2;
  const stretch = deviation === null ? 0 : direction === 'long' ? -deviation : deviation;
  const points = stretch > 2 ? weight : stretch > 1 ? weight / 2 : 0;
  return scored('meanReversion', points, deviation, full, () => {
    if (deviation === null) return NOT_AVAILABLE;
    return points === 0
      ? 'not stretched against the trade'
      : `beyond ${points === weight ? 2 : 1} σ from the EMA`;
  });
}

function autocorrelation(r: number | null): Scored {
  const weight = CONFLUENCE_WEIGHTS.autocorrelation;
  const size = r === null ? null : Math.abs(r);
  const isClear = size !== null && (size > 0.6 || size < 0.3);
  const points = size === null ? 0 : isClear ? weight : weight / 2;
  return scored('autocorrelation', points, r, size !== null && size < 0.3 ? 0.3 : 0.6, () => {
    if (size === null) return NOT_AVAILABLE;
    return size > 0.6 ? '|r| above 0.6' : size < 0.3 ? '|r| below 0.3' : '|r| between 0.3 and 0.6';
  });
}

function entryZone(entry: NearZone | null, isNear: boolean, direction: Direction): Scored {
  const weight = CONFLUENCE_WEIGHTS.entryZone;
  const touches = entry?.zone.touches ?? 0;
  const points = !isNear ? 0 : touches === 0 ? weight : touches <= 2 ? weight / 2 : 0;
  return scored('entryZone', points, entry?.distance ?? null, ZONE_DISTANCE, () => {
    const kind = direction === 'long' ? 'demand' : 'supply';
    if (entry === null) return `no living ${kind} zone to enter from`;
    const { id, low, high } = entry.zone;
    if (!isNear) return `nearest ${kind} zone too far (${id})`;
    return `${kind} zone ${low}–${high}, touched ${touches} times (${id})`;
  });
}

function targetZone(target: NearZone | null, direction: Direction): Scored {
  const points = target === null ? 0 : CONFLUENCE_WEIGHTS.targetZone;
  return scored('targetZone', points, target?.distance ?? null, null, () => {
    const kind = direction === 'long' ? 'supply' : 'demand';
    if (target === null) return `no ${kind} zone ahead`;
    return `${kind} zone ${target.zone.low}–${target.zone.high} ahead (${target.zone.id})`;
  });
}

/**
 * The owner's rule, kept as it is: a bullish gap above price for longs, a bearish one below for shorts. Such
 * a gap has mostly been traded through already and stands there inverted; only a filled one is left out.
 */
function fairValueGap(state: MarketState, direction: Direction, config: ConfluenceConfig): Scored {
  const kind = direction === 'long' ? 'bullish' : 'bearish';
  const price = priceTicks(state);
  let nearest: FairValueGap | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const gap of structureOf(state, config.ruleSet)?.gaps ?? []) {
    if (gap.kind !== kind || gap.status === 'filled' || gap.status === 'expired') continue;
    if (!config.timeframes.includes(gap.timeframe)) continue;
    const { low, high } = bandTicks(gap, state);
    const ticks = direction === 'long' ? low - price : price - high;
    if (!(ticks > 0) || ticks >= least) continue;
    nearest = gap;
    least = ticks;
  }
  const points = nearest === null ? 0 : CONFLUENCE_WEIGHTS.fairValueGap;
  const found = nearest;
  return scored('fairValueGap', points, found === null ? null : least / price, null, () =>
    found === null
      ? `no ${kind} gap ahead of price`
      : `${kind} gap ${found.low}–${found.high} ahead, ${found.status} (${found.id})`,
  );
}
