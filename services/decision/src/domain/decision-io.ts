import type {
  Decision,
  DecisionId,
  Direction,
  InstrumentChanged,
  InstrumentId,
  MarketState,
  PlaceOrder,
  PositionEvent,
  RiskEvent,
  Signal,
  StrategyName,
  TimeAdvanced,
  TimeUs,
  TradingConfig,
} from '@algo/model';
import type { RefusalCount } from './refusal-counts.ts';

/** Everything that moves the decision engine. */
export type DecisionInput =
  | { readonly type: 'MarketStateUpdated'; readonly state: MarketState }
  | { readonly type: 'SignalGenerated'; readonly signal: Signal }
  | PositionEvent
  | RiskEvent
  | TimeAdvanced
  | InstrumentChanged
  | { readonly type: 'ConfigurationActivated'; readonly config: TradingConfig; readonly timeUs: TimeUs };

/** One evaluation on the record, with the code that made it. */
export interface DecisionMade {
  readonly type: 'DecisionMade';
  readonly decision: Decision;
  readonly codeVersion: string;
}

/** A recorded evaluation reached high confluence (7.0 of 8.0), whether or not it was accepted. */
export interface ConvictionHigh {
  readonly type: 'ConvictionHigh';
  readonly decision: DecisionId;
  readonly instrument: InstrumentId;
  readonly strategy: StrategyName;
  readonly direction: Direction;
  readonly confluence: number;
  readonly confluenceMax: number;
  readonly timeUs: TimeUs;
}

/** How often evaluations of an instrument ended at one level for one reason, without being published. */
export interface RefusalsCounted extends RefusalCount {
  readonly type: 'RefusalsCounted';
  readonly timeUs: TimeUs;
}

/** What the decider says. A PlaceOrder stands behind the accepted decision that it carries out. */
export type DecisionOutput = DecisionMade | ConvictionHigh | PlaceOrder | RefusalsCounted;
