import type { OwnInput } from '@algo/bus';
import type { ReconciliationCompleted, ReconciliationFailed, ReconciliationRequested } from '@algo/contracts';
import type {
  Absence,
  AccountId,
  AskWall,
  CashMove,
  CashMoved,
  ClientOrderId,
  CommandObeyed,
  CommandRefused,
  ControlCommand,
  CorrectionMade,
  DenialCode,
  ExitPlan,
  Fill,
  GuardAlive,
  InstrumentChanged,
  InstrumentId,
  OrderCommand,
  OrderEvent,
  OrderIntent,
  OrderLookup,
  OrderTimed,
  PositionId,
  RiskEvent,
  StrategyName,
  SubmitOutcome,
  TimeAdvanced,
  TimeUs,
  VenueEvent,
  VenueOrderId,
  WallTold,
} from '@algo/model';
import type { Admitted } from './handlers/admitted.ts';
import type { NamedLimits } from './limits.ts';

/**
 * All that execution hears. Its clocks are the feeds' told times, and the times of what it hears of their
 * instruments.
 */
export type ExecutionInput =
  | OrderCommand
  | VenueEvent
  | TimeAdvanced
  | InstrumentChanged
  | Extract<RiskEvent, { type: 'TradingModeChanged' }>
  | Exclude<ControlCommand, { type: 'SwitchConfiguration' }>
  | ({ readonly type: 'WallTold' } & WallTold)
  | ({ readonly type: 'GuardAlive' } & GuardAlive)
  | ({ readonly type: 'ReconciliationCompleted' } & Answer<ReconciliationCompleted>)
  | ({ readonly type: 'ReconciliationFailed' } & Answer<ReconciliationFailed>)
  | {
      readonly type: 'PriceSeen';
      readonly instrument: InstrumentId;
      readonly price: number;
      readonly timeUs: TimeUs;
    }
  | { readonly type: 'SubmitOutcomeKnown'; readonly outcome: SubmitOutcome }
  | { readonly type: 'CancelOutcomeKnown'; readonly outcome: SubmitOutcome }
  | ({ readonly type: 'OrderLookedUp' } & OrderLookedUp)
  | ({ readonly type: 'AbsenceKnown' } & AbsenceKnown)
  | { readonly type: 'FillsFetched'; readonly answer: FillsAnswer }
  | { readonly type: 'CashFetched'; readonly answer: CashAnswer }
  | { readonly type: 'AccountStreamConnected' }
  | { readonly type: 'AccountStreamLost' }
  | ({ readonly type: 'OrderNeverLeft' } & OrderNeverLeft)
  | ({ readonly type: 'FeedSilent' } & FeedSilent)
  | ({ readonly type: 'LimitsChanged' } & NamedLimits)
  | ({ readonly type: 'VenueDescribed' } & VenueDescribed)
  | ({ readonly type: 'EpochStarted' } & EpochStarted);

type Answer<Report extends ReconciliationCompleted | ReconciliationFailed> = Pick<
  Report,
  | 'account'
  | 'requestId'
  | 'epoch'
  | Extract<'validForMs' | 'shut' | 'differences' | 'aside' | 'orders' | 'setup' | 'shownUs', keyof Report>
>;

/** What no stream carries: what came of requests, what the venue tells, and the start of a life. */
export type ExecutionOwn =
  | Own<'EpochStarted', EpochStarted>
  /** Other limits hold from here on; the first word of a fresh account's first life. */
  | Own<'LimitsChanged', NamedLimits>
  /** What the venue can do, from here on. */
  | Own<'VenueDescribed', VenueDescribed>
  | Own<'FeedSilent', FeedSilent>
  | Own<'SubmitOutcomeKnown', SubmitOutcome & { readonly passage?: Passage }>
  | Own<'CancelOutcomeKnown', SubmitOutcome>
  | Own<'OrderLookedUp', OrderLookedUp>
  | Own<'AbsenceKnown', AbsenceKnown>
  | Own<'FillsFetched', FillsAnswer>
  | Own<'CashFetched', CashAnswer>
  | Own<'OrderNeverLeft', OrderNeverLeft>
  /** What time it is, for the sake of a command. */
  | Own<'WallTold', WallTold>
  /** The venue's account stream, as it comes: a connection that broke has told no more. */
  | Own<'AccountStreamConnected', null>
  | Own<'AccountStreamLost', { readonly reason: string }>
  | { [Type in VenueEvent['type']]: Own<Type, Extract<VenueEvent, { type: Type }>> }[VenueEvent['type']];

/** All fills of the account since a time that was asked for, or why there is no answer. */
export type FillsAnswer =
  | { readonly type: 'answered'; readonly fills: readonly Fill[] }
  | { readonly type: 'failed'; readonly reason: string };

/** All that moved cash of the account since a time that was asked for, or why there is no answer. */
export type CashAnswer =
  | { readonly type: 'answered'; readonly moves: readonly CashMove[]; readonly asOfUs: TimeUs }
  | { readonly type: 'failed'; readonly reason: string };

/** When an order that was sent was where, as its sender saw it: told on, and nothing rests on it. */
export type Passage = Pick<OrderTimed, 'takenUs' | 'diskUs' | 'wireUs' | 'answeredUs'>;

interface Own<Name extends string, Body> extends OwnInput {
  readonly name: Name;
  readonly body: Body;
}

/** The venue's answer to a look-up. */
export interface OrderLookedUp {
  readonly clientOrderId: ClientOrderId;
  readonly lookup: OrderLookup;
  readonly timeUs: TimeUs;
}

/** What came of proving that an order never arrived. */
export interface AbsenceKnown {
  readonly clientOrderId: ClientOrderId;
  readonly absence: Absence;
  readonly timeUs: TimeUs;
}

/** An order is proven not to have been sent, and never will be. `timeUs` is when it was made. */
export interface OrderNeverLeft {
  readonly clientOrderId: ClientOrderId;
  readonly reason: string;
  /** Why we held it back ourselves; null where it was withdrawn. */
  readonly code: DenialCode | null;
  readonly timeUs: TimeUs;
}

/**
 * This process took the account over under a new fencing epoch: the gate closes, what was in flight is
 * unknown, and the venue is asked about every order that is open.
 */
export interface EpochStarted {
  readonly epoch: number;
}

/** So much longer no feed has told a time, so that event time wakes nobody. *Units*: wall ms. */
export interface FeedSilent {
  readonly forMs: number;
}

/** What a venue can do, as far as it changes what is asked of it. */
export interface VenueDescribed {
  readonly holdsStops: boolean;
  /** What a read shows may be so old. */
  readonly readsSettleMs: number;
  /** What stands against trading the account there, by how this process was started; in words. */
  readonly objections: readonly string[];
}

/** What execution tells the world, and what it asks of the outside. */
export type ExecutionOutput =
  | OrderEvent
  | CorrectionMade
  | CashMoved
  | PersonAnswer
  | { readonly type: 'ReconciliationRequested'; readonly asked: ReconciliationRequested }
  | ExecutionRequest;

/** The answer to a command of a person. */
type PersonAnswer =
  | ({ readonly type: 'CommandObeyed' } & CommandObeyed)
  | ({ readonly type: 'CommandRefused' } & CommandRefused);

/** What execution says. */
export type ExecutionWord =
  | (OrderEvent | CorrectionMade | CashMoved | PersonAnswer)['type']
  | 'ReconciliationRequested'
  | 'EntryStanding'
  | 'OrderTimed';

/** What execution asks of the outside, carried out beside it. */
export type ExecutionRequest =
  | SubmitOrder
  | AskWall
  | ({ readonly type: 'CancelAtVenue' } & AboutOrder)
  /** By the venue's own name of it too, where that was told: by ours alone it may not find it any more. */
  | ({ readonly type: 'LookUpOrder'; readonly venueOrderId: VenueOrderId | null } & AboutOrder)
  /** The venue does not find an order: prove that it never arrived, or that nobody can say. */
  | ({ readonly type: 'ProveAbsence'; readonly sentUs: TimeUs } & AboutOrder)
  /** The venue counts fills that we haven't seen: fetch all since a time. */
  | { readonly type: 'FetchFills'; readonly account: AccountId; readonly sinceUs: TimeUs }
  /** What moved cash since a time: fetch all of it. */
  | { readonly type: 'FetchCash'; readonly account: AccountId; readonly sinceUs: TimeUs };

interface AboutOrder {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly clientOrderId: ClientOrderId;
  readonly timeUs: TimeUs;
}

/** Puts an order on the wire, once: the intent is on disk first; halts, lease and time are looked at last. */
export interface SubmitOrder {
  readonly type: 'SubmitOrder';
  readonly request: Admitted;
  /** Our stop at the venue that goes for it; null where none does. */
  readonly replaces: ClientOrderId | null;
  readonly intent: OrderIntent;
  readonly strategy: StrategyName | null;
  readonly position: PositionId | null;
  readonly plan: ExitPlan | null;
  readonly epoch: number;
  readonly timeUs: TimeUs;
}
