import type { Check, Direction, MarketState, RuleSet, Timeframe } from '@algo/model';
import { judged, shown } from '../check.ts';
import { isWithinShare, type NearZone, nearestZoneAt } from '../nearest-zone.ts';
import { clockWords, trueProfile } from '../true-profile.ts';

/** How near is "at the zone", as a share of price. *Source*: spec 4, level 2. */
export const CLASSIC_ZONE_DISTANCE = 0.005;

/** `near` is null when price is at no such zone. */
export interface ZoneVerdict {
  readonly near: NearZone | null;
  readonly checks: () => readonly Check[];
}

/**
 * Level 2: price stands at a living demand zone (long) or supply zone (short) of the longest timeframe,
 * within 0.5 %. Carries the POC and value area along for the record; they decide nothing here.
 * Example: long at 100: demand 99–99.5 is 0.005 away and passes; 99–99.49 is 0.0051 away and does not.
 */
export function zoneLevel(
  state: MarketState,
  rules: RuleSet,
  timeframe: Timeframe,
  direction: Direction,
  distanceMax: number = CLASSIC_ZONE_DISTANCE,
): ZoneVerdict {
  const nearest = nearestZoneAt(state, rules, direction, [timeframe]);
  const near = nearest !== null && isWithinShare(nearest, state, distanceMax) ? nearest : null;
  return {
    near,
    checks() {
      const kind = direction === 'long' ? 'demand' : 'supply';
      // No zone is a finding, not a number that is still missing.
      const since = state.sinceUs === null ? '' : ` of those since ${clockWords(state.sinceUs)}`;
      const found =
        nearest === null
          ? `no living ${kind} zone on ${timeframe}${since}`
          : `${kind} zone ${nearest.zone.low}–${nearest.zone.high} on ${timeframe} (${nearest.zone.id})`;
      const profile = trueProfile(state, rules);
      return [
        judged('zone.distance', nearest?.distance, distanceMax, near !== null, found),
        shown('zone.poc', profile?.poc, 'point of control'),
        shown('zone.value_area_low', profile?.valueArea?.low, 'value area low'),
        shown('zone.value_area_high', profile?.valueArea?.high, 'value area high'),
      ];
    },
  };
}
