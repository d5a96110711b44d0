import type {
  AccountId,
  ClientOrderId,
  DecisionId,
  Fill,
  InstrumentId,
  OrderRequest,
  RefusalCode,
  TimeUs,
  TradingConfig,
  VenueBalance,
  VenueOrder,
  VenuePosition,
} from '@algo/model';

/** An evaluation reached high conviction. *Units*: points. */
export interface ConvictionHigh {
  readonly decision: DecisionId;
  readonly instrument: InstrumentId;
  readonly confluence: number;
  readonly confluenceMax: number;
  readonly timeUs: TimeUs;
}

/** From now on decision trades by this configuration. `hash` names its content. */
export interface ConfigurationActivated {
  readonly configuration: TradingConfig;
  readonly hash: string;
  readonly timeUs: TimeUs;
}

/** How often evaluations of an instrument ended at one level for one reason since the last such message. */
export interface RefusalsCounted {
  readonly instrument: InstrumentId;
  readonly level: number;
  readonly code: RefusalCode;
  readonly count: number;
  readonly timeUs: TimeUs;
}

/** Asks a venue to take an order. */
export interface SubmitOrderRequest {
  readonly order: OrderRequest;
  readonly sentUs: TimeUs;
}

/** Asks a venue to withdraw an order. */
export interface CancelOrderRequest {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly clientOrderId: ClientOrderId;
  readonly sentUs: TimeUs;
}

/** Asks a venue what it knows of an order. */
export interface LookUpOrderRequest {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly clientOrderId: ClientOrderId;
}

export type AccountRequestKind = 'open-orders' | 'fills-since' | 'positions' | 'balances';

/**
 * Asks a venue how an account stands. `sinceUs` is read for
 * fills only: earliest fill time wanted, 0 from the beginning.
 */
export interface AccountRequest {
  readonly account: AccountId;
  readonly kind: AccountRequestKind;
  readonly sinceUs: TimeUs;
}

export interface OpenOrdersReply {
  readonly account: AccountId;
  readonly orders: readonly VenueOrder[];
}

/** *Shape*: oldest first; `complete` false when more exist than fit: ask again from the last one's time. */
export interface FillsReply {
  readonly account: AccountId;
  readonly fills: readonly Fill[];
  readonly complete: boolean;
}

export interface PositionsReply {
  readonly account: AccountId;
  readonly positions: readonly VenuePosition[];
}

export interface BalancesReply {
  readonly account: AccountId;
  readonly balances: readonly VenueBalance[];
}

/** Asks for an account to be compared with its venue. The report is good for `epoch` alone. */
export interface ReconciliationRequested {
  readonly account: AccountId;
  readonly venue: string;
  readonly epoch: number;
  /** Names the run: its report carries it. */
  readonly requestId: string;
  readonly reason: string;
  readonly timeUs: TimeUs;
}

/**
 * One difference between what we believed and what the venue says. `class` and `action` are stable words.
 * *Shape*: `before` and `after` as text, empty where there was or is nothing.
 */
export interface Discrepancy {
  readonly class: string;
  readonly subject: string;
  readonly evidence: string;
  readonly action: string;
  readonly before: string;
  readonly after: string;
}

interface ReconciliationReport {
  readonly reportId: string;
  /** The request that this run answers; empty for one that nobody asked for. */
  readonly requestId: string;
  readonly account: AccountId;
  readonly venue: string;
  readonly epoch: number;
  readonly asOfUs: TimeUs;
  readonly snapshotHash: string;
  readonly discrepancies: readonly Discrepancy[];
  /** How many of what was compared. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Execution may trade on this account for `validForMs`. */
export interface ReconciliationCompleted extends ReconciliationReport {
  readonly validForMs: number;
}

/** Execution must not trade on this account. `snapshotHash` is empty when our state couldn't be read. */
export interface ReconciliationFailed extends ReconciliationReport {
  readonly reasons: readonly string[];
}

/** A process of a service began or ended. `timeUs` by its machine's clock. */
export interface ServiceLifeEvent {
  readonly service: string;
  readonly instance: string;
  readonly version: string;
  readonly pid: number;
  readonly reason: string;
  readonly timeUs: TimeUs;
}

export type ServiceStarted = ServiceLifeEvent;
export type ServiceStopped = ServiceLifeEvent;

/** How a process of a service is doing. */
export interface ServiceStatus {
  readonly service: string;
  readonly instance: string;
  readonly version: string;
  readonly pid: number;
  readonly timeUs: TimeUs;
  readonly counters: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  readonly ready: boolean;
}

/** A notification was handed to its channel after so many tries. */
export interface NotificationSent {
  readonly notificationId: string;
  readonly channel: string;
  readonly subject: string;
  readonly attempts: number;
  readonly timeUs: TimeUs;
}

/** A notification that won't be tried again. */
export interface NotificationDead extends NotificationSent {
  readonly reason: string;
}

/**
 * A message that a consumer couldn't take. `original` is its
 * body, unchanged; `type` what it said it was, or empty.
 */
export interface DeadLetter {
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly type: string;
  readonly consumer: string;
  readonly reason: string;
  readonly original: Uint8Array;
  readonly timeUs: TimeUs;
}

/** In which order a process took its inputs up to now; the order stands in the message's header. */
export interface InputsTaken {
  readonly producer: string;
  readonly taken: number;
}

/** A new life of a process began here: what older lives say behind this place of the stream is void. */
export interface LaneFenced {
  readonly producer: string;
  readonly epoch: number;
}
