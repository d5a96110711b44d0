import type { FairValueGap, MarketProfile, RuleSet, TimeUs, Zone } from '@algo/model';
import type { InSteps } from './resolution.ts';
import type { AnalyticsSink } from './rows.ts';
import type { TapeTip } from './tape-tip.ts';

/** What one set of rules draws on closed bars, and where volume traded. *Units*: prices in whole steps. */
export interface Rules extends InSteps {
  readonly name: RuleSet;
  /** Takes the newest closed bar of timeframe number `f`, which ends at `endUs`. */
  onBar(f: number, endUs: TimeUs, sink: AnalyticsSink): void;
  /** Return those that a rule can choose where the tape is now: what traded before its moment counts. */
  zones(tip: TapeTip): readonly Zone[];
  gaps(tip: TapeTip): readonly FairValueGap[];
  profiles(tip: TapeTip): readonly MarketProfile[];
}
