import type { Direction } from '@algo/model';
import { z } from 'zod';
import { failures } from '../check.ts';
import { concludeByConfluence, refuse } from '../conclude.ts';
import { confluenceReads } from '../confluence.ts';
import { BOUNCE_VOLUME, bounceLevel, CLASSIC_BOUNCE } from '../levels/bounce.ts';
import { CLASSIC_ZONE_DISTANCE, type ZoneVerdict, zoneLevel } from '../levels/zone.ts';
import type { NearZone } from '../nearest-zone.ts';
import { CLASSIC_PRIMARY_IMBALANCE, isOpposed, objections, readPrimaries } from '../primaries.ts';
import { defineStrategy, type StrategyInput } from '../strategy.ts';

/**
 * Trades the bounce off a zone of the longest timeframe: level 2 (price at a demand zone → long, at a supply
 * zone → short; when at both, the nearer), level 4 (bounce strength and volume), neither primary analyser
 * taking the other side, and the confluence at the minimum. The stop goes to the zone's far boundary.
 * Example: price 100, demand 99.5–99.9 on 15m (0.001 away), strength 0.8, volume 2.0 ×, imbalance 1.2,
 * neutral → long with the stop at 99.5 when the confluence reaches the minimum; with imbalance 0.3 →
 * PRIMARY_DISAGREE. Standing inside a demand and a supply zone at once names no direction → ZONE.
 */
export const supplyDemandBounce = defineStrategy({
  name: 'supply_demand_bounce',
  trigger: 'state',
  parameters: z.object({
    zone_distance: z.number().gt(0).max(0.05).default(CLASSIC_ZONE_DISTANCE).describe('share of price'),
    bounce_strength: z.number().min(0).max(1).default(CLASSIC_BOUNCE.strengthMin),
    volume_ratio: z.number().min(0).max(100).default(CLASSIC_BOUNCE.volumeRatioMin),
    imbalance: z.number().gt(1).max(99).default(CLASSIC_PRIMARY_IMBALANCE).describe('order-flow ratio'),
  }),
  reads(config) {
    const { features, profiles } = confluenceReads(config);
    return { features: [BOUNCE_VOLUME, ...features], profiles };
  },
  evaluate(context) {
    const { state, config, parameters } = context;
    const zone = zoneOfEitherKind(context, parameters.zone_distance);
    if (zone.direction === null)
      return refuse('ZONE', 2, zone.checks, null, (checks) => zone.detail || failures(checks));
    const { direction, near } = zone;
    const fastest = config.timeframes[0] ?? config.primaryTimeframe;
    const bounce = bounceLevel(state, fastest, near.zone, {
      strengthMin: parameters.bounce_strength,
      volumeRatioMin: parameters.volume_ratio,
    });
    const seen = () => [...zone.checks(), ...bounce.checks()];
    if (!bounce.passed) return refuse('BOUNCE', 4, seen, direction);
    const primaries = readPrimaries(state, config.primaryTimeframe, parameters.imbalance);
    const checks = () => [...seen(), ...objections(primaries, direction)];
    if (isOpposed(primaries, direction)) return refuse('PRIMARY_DISAGREE', 4, checks, direction);
    return concludeByConfluence(context, direction, checks, near);
  },
});

type EitherZone =
  | { readonly direction: Direction; readonly near: NearZone; readonly checks: ZoneVerdict['checks'] }
  | { readonly direction: null; readonly checks: ZoneVerdict['checks']; readonly detail: string };

function zoneOfEitherKind({ state, config }: StrategyInput, distanceMax: number): EitherZone {
  const longest = config.timeframes[config.timeframes.length - 1] ?? config.primaryTimeframe;
  const demand = zoneLevel(state, config.ruleSet, longest, 'long', distanceMax);
  const supply = zoneLevel(state, config.ruleSet, longest, 'short', distanceMax);
  const both = () => [...demand.checks().slice(0, 1), ...supply.checks()];
  if (demand.near === null && supply.near === null) return { direction: null, checks: both, detail: '' };
  const toDemand = demand.near?.ticks ?? Number.POSITIVE_INFINITY;
  const toSupply = supply.near?.ticks ?? Number.POSITIVE_INFINITY;
  if (toDemand === toSupply)
    return { direction: null, checks: both, detail: 'as near to a demand zone as to a supply zone' };
  return toDemand < toSupply
    ? { direction: 'long', near: demand.near!, checks: demand.checks }
    : { direction: 'short', near: supply.near!, checks: supply.checks };
}
