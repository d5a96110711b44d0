import type {
  AccountId,
  Decimal,
  Decision,
  InstrumentId,
  OrderEvent,
  PositionEvent,
  RiskEvent,
  Signal,
  TimeUs,
} from '@algo/model';

/**
 * What the machinery has to say of itself, beside trading. Texts are for people; nothing branches on them.
 */
export type SystemFact =
  | {
      readonly type: 'ServiceDown';
      readonly service: string;
      readonly reason: string;
      readonly timeUs: TimeUs;
    }
  | { readonly type: 'ServiceRestored'; readonly service: string; readonly timeUs: TimeUs }
  | {
      readonly type: 'ConnectionLost';
      readonly venue: string;
      readonly purpose: string;
      readonly reason: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'ConnectionRestored';
      readonly venue: string;
      readonly purpose: string;
      /** How long it was gone. *Units*: µs. */
      readonly downUs: number;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'CriticalError';
      readonly service: string;
      readonly error: string;
      /** What a person should do. */
      readonly action: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'ReconciliationFailed';
      readonly account: AccountId;
      readonly reason: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'ReconciliationDiscrepancy';
      readonly account: AccountId;
      readonly instrument: InstrumentId | null;
      readonly kind: string;
      readonly ours: string;
      readonly venues: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'MessageDeadLettered';
      readonly service: string;
      readonly subject: string;
      readonly reason: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'PortfolioHealthChanged';
      readonly account: AccountId;
      /** *Units*: 0–100. */
      readonly from: number;
      readonly to: number;
      readonly action: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'TargetMissed';
      readonly configuration: string;
      readonly target: string;
      readonly detail: string;
      readonly timeUs: TimeUs;
    }
  | DaySummarized;

/** One day of an account. *Units*: money in `currency`; `equityCurve` in event-time order. */
export interface DaySummarized {
  readonly type: 'DaySummarized';
  readonly account: AccountId;
  /** `2025-06-21`, UTC. */
  readonly day: string;
  readonly currency: string;
  readonly startEquity: Decimal;
  readonly endEquity: Decimal;
  readonly realized: Decimal;
  readonly fees: Decimal;
  readonly trades: number;
  readonly wins: number;
  readonly equityCurve: readonly number[];
  readonly timeUs: TimeUs;
}

/** Everything that may be worth telling a person. */
export type NotableFact =
  | OrderEvent
  | PositionEvent
  | RiskEvent
  | { readonly type: 'DecisionMade'; readonly decision: Decision }
  | { readonly type: 'SignalRaised'; readonly signal: Signal }
  | SystemFact;
