import type { Check, Direction, Timeframe } from '@algo/model';
import { z } from 'zod';
import { refuse } from '../conclude.ts';
import { confluenceReads, scoreConfluence } from '../confluence.ts';
import { BOUNCE_VOLUME, bounceLevel, CLASSIC_BOUNCE } from '../levels/bounce.ts';
import { CLASSIC_CASCADE_IMBALANCE, cascadeLevel } from '../levels/cascade.ts';
import { CLASSIC_REGIME, regimeFeatures, regimeLevel, robustRegimeLevel } from '../levels/regime.ts';
import { CLASSIC_ZONE_DISTANCE, zoneLevel } from '../levels/zone.ts';
import { farBoundary, nearBoundary } from '../nearest-zone.ts';
import { defineStrategy, type StrategyContext, type StrategyVerdict } from '../strategy.ts';

/** The most that an entry score says: a minute in which nobody sold has an infinite imbalance. */
export const ENTRY_SCORE_MAX = 1_000;

/**
 * Returns bounce strength × the fastest imbalance toward the trade: for shorts ÷ imbalance, so that more is
 * stronger on both sides. Example: 0.8 and 3.0 → 2.4; short with 0.4 → 2.0; without sells → infinite.
 */
export function entryScoreOf(direction: Direction, bounce: number, imbalance: number): number {
  return direction === 'long' ? bounce * imbalance : bounce / imbalance;
}

const PARAMETERS = z.object({
  adx: z.number().min(0).max(100).default(CLASSIC_REGIME.adxMin),
  atr_percent: z.number().min(0).max(100).default(CLASSIC_REGIME.atrPercentMin),
  persistence: z.number().min(0).max(1).default(CLASSIC_REGIME.persistenceMin),
  mean_reversion: z.number().min(0).max(1).default(CLASSIC_REGIME.meanReversionMax),
  zone_distance: z.number().gt(0).max(0.05).default(CLASSIC_ZONE_DISTANCE).describe('share of price'),
  imbalance: z.number().gt(1).max(99).default(CLASSIC_CASCADE_IMBALANCE).describe('order-flow ratio'),
  bounce_strength: z.number().min(0).max(1).default(CLASSIC_BOUNCE.strengthMin),
  volume_ratio: z.number().min(0).max(100).default(CLASSIC_BOUNCE.volumeRatioMin),
});
type Context = StrategyContext<z.output<typeof PARAMETERS>>;

/**
 * The four levels by the configuration's set of rules, from the longest timeframe to the fastest; the first
 * that fails ends the evaluation. When all pass, the stop stands at the far boundary of the zone. The
 * confluence is recorded and not required: the levels are this strategy's whole rule. Example: 15m up-trend,
 * price 100 at demand 99.5–99.9, imbalance 3.0 > 2.0 > 1.5, strength 0.8 off that zone on 2.0 × volume →
 * long, score 0.8 × 3.0 = 2.4, stop 99.5.
 */
export const hierarchical = defineStrategy({
  name: 'hierarchical',
  trigger: 'state',
  parameters: PARAMETERS,
  reads(config) {
    const { features, profiles } = confluenceReads(config);
    return { features: [...regimeFeatures(config.ruleSet), BOUNCE_VOLUME, ...features], profiles };
  },
  evaluate(context) {
    const { state, config, parameters } = context;
    const longest = config.timeframes[config.timeframes.length - 1] ?? config.primaryTimeframe;
    const thresholds = {
      adxMin: parameters.adx,
      atrPercentMin: parameters.atr_percent,
      persistenceMin: parameters.persistence,
      meanReversionMax: parameters.mean_reversion,
    };
    const regime =
      config.ruleSet === 'classic'
        ? regimeLevel(state, longest, thresholds)
        : robustRegimeLevel(state, longest);
    const { direction } = regime;
    if (direction === null) return refuse('REGIME', 1, regime.checks, null);
    return inTrend(context, longest, direction, regime.checks);
  },
});

/** Levels 2 to 4. Few markets trend: what it takes to judge them stands by itself. */
function inTrend(
  { state, config, parameters }: Context,
  longest: Timeframe,
  direction: Direction,
  regime: () => readonly Check[],
): StrategyVerdict {
  const rules = config.ruleSet;
  const zone = zoneLevel(state, rules, longest, direction, parameters.zone_distance);
  const toZone = () => [...regime(), ...zone.checks()];
  if (zone.near === null) return refuse('ZONE', 2, toZone, direction);
  const cascade = cascadeLevel(state, direction, parameters.imbalance);
  const toCascade = () => [...toZone(), ...cascade.checks()];
  if (!cascade.passed || cascade.imbalance === null) return refuse('CASCADE', 3, toCascade, direction);
  const fastest = config.timeframes[0] ?? config.primaryTimeframe;
  const bounce = bounceLevel(state, fastest, zone.near.zone, {
    strengthMin: parameters.bounce_strength,
    volumeRatioMin: parameters.volume_ratio,
  });
  const toBounce = () => [...toCascade(), ...bounce.checks()];
  if (!bounce.passed || bounce.strength === null) return refuse('BOUNCE', 4, toBounce, direction);
  const confluence = scoreConfluence(state, direction, config);
  const score = entryScoreOf(direction, bounce.strength, cascade.imbalance);
  const target = confluence.targetZone;
  return {
    type: 'proposal',
    direction,
    level: 4,
    confluence,
    checks: () => [...toBounce(), ...confluence.checks()],
    entryScore: Math.min(score, ENTRY_SCORE_MAX),
    stopPrice: farBoundary(zone.near.zone),
    ...(target === null ? {} : { targetPrice: nearBoundary(target.zone) }),
  };
}
