import type { Check, Direction, MarketState, Timeframe } from '@algo/model';
import { gate, shown } from '../check.ts';
import { type NearZone, nearestEntryZone } from '../nearest-zone.ts';
import { clockWords, trueSession } from '../true-session.ts';

/** How near is "at the zone", as a share of price. *Source*: spec 4, level 2. */
export const CLASSIC_ZONE_DISTANCE = 0.005;

/** `near` is null when price is at no such zone. */
export interface ZoneVerdict {
  readonly near: NearZone | null;
  readonly checks: readonly Check[];
}

/**
 * Level 2: price stands at a living demand zone (long) or supply zone (short) of the longest timeframe,
 * within 0.5 %. Carries the session's POC and value area along for the record; they decide nothing here.
 * Example: long at 100: demand 99–99.5 is 0.005 away and passes; 99–99.49 is 0.0051 away and does not.
 */
export function zoneLevel(
  state: MarketState,
  timeframe: Timeframe,
  direction: Direction,
  distanceMax: number = CLASSIC_ZONE_DISTANCE,
): ZoneVerdict {
  const kind = direction === 'long' ? 'demand' : 'supply';
  const near = nearestEntryZone(state.zones, state.price, direction, [timeframe]);
  const distance = gate(
    'zone.distance',
    near?.distance,
    distanceMax,
    (x) => x <= distanceMax,
    near === null ? '' : `${kind} zone ${near.zone.low}–${near.zone.high} on ${timeframe} (${near.zone.id})`,
  );
  // No zone is a finding, not a number that is still missing.
  const since = state.sinceUs === null ? '' : ` of those since ${clockWords(state.sinceUs)}`;
  const none = `no living ${kind} zone on ${timeframe}${since}`;
  const found = near === null ? { ...distance, note: none } : distance;
  const session = trueSession(state);
  return {
    near: found.passed === true ? near : null,
    checks: [
      found,
      shown('zone.poc', session?.poc, 'session point of control'),
      shown('zone.value_area_low', session?.valueAreaLow, 'session value area low'),
      shown('zone.value_area_high', session?.valueAreaHigh, 'session value area high'),
    ],
  };
}
