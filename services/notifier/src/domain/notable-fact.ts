import type {
  AccountId,
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
      readonly type: 'CommandRefused';
      readonly commandId: string;
      readonly reason: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'MessageDeadLettered';
      readonly service: string;
      readonly subject: string;
      readonly reason: string;
      readonly timeUs: TimeUs;
    };

/** Everything that may be worth telling a person. */
export type NotableFact =
  | OrderEvent
  | PositionEvent
  | RiskEvent
  | { readonly type: 'DecisionMade'; readonly decision: Decision }
  | { readonly type: 'SignalRaised'; readonly signal: Signal }
  | SystemFact;
