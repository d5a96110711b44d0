import type { FairValueGap, MarketProfile, RuleSet, TimeUs, Zone } from '@algo/model';
import type { InSteps } from './resolution.ts';
import type { AnalyticsSink } from './rows.ts';

/** What one set of rules draws on closed bars, and where volume traded. *Units*: prices in whole steps. */
export interface Rules extends InSteps {
  readonly name: RuleSet;
  /** Takes the newest closed bar of timeframe number `f`, which ends at `endUs`. */
  onBar(f: number, endUs: TimeUs, sink: AnalyticsSink): void;
  /** Return those that a rule can choose at a price, as of a moment: what traded before it counts. */
  zones(price: number, momentUs: TimeUs): readonly Zone[];
  gaps(price: number, momentUs: TimeUs): readonly FairValueGap[];
  profiles(momentUs: TimeUs): readonly MarketProfile[];
}
