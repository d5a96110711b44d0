import type {
  AccountId,
  ClientOrderId,
  Contradiction,
  ExitPlan,
  InstrumentId,
  OrderCommand,
  OrderEvent,
  OrderIntent,
  OrderLookup,
  OrderRequest,
  PositionId,
  RiskEvent,
  StrategyName,
  SubmitOutcome,
  TimeUs,
  VenueEvent,
} from '@algo/model';

/** All that execution hears. Every input carries event time; the engine's clock is the latest it has seen. */
export type ExecutionInput =
  | OrderCommand
  | VenueEvent
  | Extract<RiskEvent, { type: 'TradingModeChanged' }>
  | { readonly type: 'SubmitOutcomeKnown'; readonly outcome: SubmitOutcome }
  | { readonly type: 'CancelOutcomeKnown'; readonly outcome: SubmitOutcome }
  | OrderLookedUp
  | {
      readonly type: 'PriceSeen';
      readonly instrument: InstrumentId;
      readonly price: number;
      readonly timeUs: TimeUs;
    }
  | GateOpened
  | {
      readonly type: 'GateClosed';
      readonly epoch: number;
      readonly reason: string;
      readonly timeUs: TimeUs;
    }
  | EpochStarted;

/**
 * The venue's answer to a lookup. `authoritativeAbsence`: "absent" proves here that the order never arrived,
 * which the shell may say only if the venue declares it and no request for this order can still be under way,
 * or if its own write-ahead log holds no send of it.
 */
export interface OrderLookedUp {
  readonly type: 'OrderLookedUp';
  readonly clientOrderId: ClientOrderId;
  readonly lookup: OrderLookup;
  readonly authoritativeAbsence: boolean;
  readonly timeUs: TimeUs;
}

/**
 * A reconciliation passed for an epoch. *Units*: `validUntilUs`
 * event time, last moment at which an entry may pass.
 */
export interface GateOpened {
  readonly type: 'GateOpened';
  readonly epoch: number;
  readonly validUntilUs: TimeUs;
  readonly timeUs: TimeUs;
}

/**
 * This process took the account over under a new fencing epoch: the gate closes, what was in flight is
 * unknown, and the venue is asked about every order that is open. *Errors*: InputError unless the epoch is
 * newer than the last.
 */
export interface EpochStarted {
  readonly type: 'EpochStarted';
  readonly epoch: number;
  readonly timeUs: TimeUs;
}

/** What execution tells the world: facts about orders, and things for the shell to do or to report. */
export type ExecutionOutput = OrderEvent | Effect;

/** Something the shell does. */
export type Effect =
  | SubmitOrder
  | { readonly type: 'LookUpOrder'; readonly account: AccountId; readonly clientOrderId: ClientOrderId }
  | {
      readonly type: 'CancelAtVenue';
      readonly account: AccountId;
      readonly clientOrderId: ClientOrderId;
      readonly instrument: InstrumentId;
    }
  /**
   * The venue counts fills that we haven't seen: fetch those since a time and feed them in as VenueFilled.
   */
  | { readonly type: 'FetchFills'; readonly account: AccountId; readonly sinceUs: TimeUs }
  | Quarantine;

/** Log the intent, fdatasync it, check lease and epoch, log the send, then send: once. */
export interface SubmitOrder {
  readonly type: 'SubmitOrder';
  readonly request: OrderRequest;
  readonly intent: OrderIntent;
  readonly strategy: StrategyName | null;
  readonly position: PositionId | null;
  readonly plan: ExitPlan | null;
  readonly epoch: number;
  readonly timeUs: TimeUs;
}

/** What can be wrong with something that the venue tells us. */
export type QuarantineProblem = Contradiction | 'foreign_fill' | 'orphan_fill' | 'cumulative_mismatch';

/**
 * Something contradicts what we know. The shell raises an alarm; entries in the instrument are denied until a
 * person sets its trading mode to active. `booked`: a fill was counted none the less.
 */
export interface Quarantine {
  readonly type: 'Quarantine';
  readonly problem: QuarantineProblem;
  readonly clientOrderId: ClientOrderId;
  readonly instrument: InstrumentId;
  readonly booked: boolean;
  readonly detail: string;
  readonly timeUs: TimeUs;
}

/** Returns the event time that an input carries. */
export function timeOf(input: ExecutionInput): TimeUs {
  switch (input.type) {
    case 'SubmitOutcomeKnown':
    case 'CancelOutcomeKnown':
      return input.outcome.timeUs;
    case 'VenueFilled':
      return input.fill.timeUs;
    default:
      return input.timeUs;
  }
}
