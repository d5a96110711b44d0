import { Decimal, hashId, toPlain } from '@algo/model';
import { DUMP_SIGNALS, type DumpLevels, type DumpSignal } from './dump.ts';
import type { HealthLevels } from './health-steps.ts';
import type { LeaderLevels } from './leaders.ts';

/** What follows from an account's health. *Units*: `tightenTo` a share of price, `closeWorst` positions. */
export interface HealthRules extends HealthLevels {
  readonly enabled: boolean;
  readonly tightenTo: Decimal;
  readonly closeWorst: number;
}

/**
 * Whom the market follows, by base asset, and what follows from their moves. *Units*: `withinMinutes` the
 * time of a move, `windowHours` that of a correlation, `returnsMin` returns of 5m that one needs at least.
 */
export interface LeaderRules extends LeaderLevels {
  readonly enabled: boolean;
  readonly leaders: readonly string[];
  readonly withinMinutes: number;
  readonly windowHours: number;
  readonly returnsMin: number;
}

/**
 * What is taken for a dump. *Units*: `bars` closed minutes that must all speak for *volume*; `agreeing` how
 * many signals must speak at once.
 */
export interface DumpRules extends DumpLevels {
  readonly enabled: boolean;
  readonly signals: readonly DumpSignal[];
  readonly agreeing: number;
  readonly bars: number;
}

/** What watches over all positions of an account together, beside each one's own stop. */
export interface PortfolioRules {
  readonly health: HealthRules;
  readonly leaders: LeaderRules;
  readonly dump: DumpRules;
}

/** Rules and their name. */
export interface NamedRules {
  readonly rules: PortfolioRules;
  readonly hash: string;
}

/** Returns rules with the name of what they say: equal for equal rules. */
export function namedRules(rules: PortfolioRules): NamedRules {
  return { rules, hash: hashId('portfolio-rules', JSON.stringify(toPlain(rules))) };
}

/** The owner's numbers. */
export const OWNER_RULES: PortfolioRules = {
  health: {
    ...{ enabled: true, noEntriesBelow: 70, tightenBelow: 50, closeBelow: 30, hysteresis: 5 },
    ...{ tightenTo: Decimal.of('0.003'), closeWorst: 2 },
  },
  leaders: {
    ...{ enabled: true, leaders: ['BTC', 'ETH'], move: 0.015, withinMinutes: 15 },
    ...{ correlation: 0.7, windowHours: 24, returnsMin: 72 },
  },
  dump: {
    ...{ enabled: true, signals: DUMP_SIGNALS, agreeing: 1 },
    ...{ bars: 3, volumeRatio: 1.5, flowRatio: 2.5, slippageMax: 0.1 },
  },
};

/** Before anybody has said any. */
export const NO_RULES: NamedRules = namedRules({
  health: { ...OWNER_RULES.health, enabled: false },
  leaders: { ...OWNER_RULES.leaders, enabled: false },
  dump: { ...OWNER_RULES.dump, enabled: false },
});
