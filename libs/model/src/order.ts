import type { Decimal } from './decimal.ts';
import type {
  AccountId,
  ClientOrderId,
  DecisionId,
  InstrumentId,
  PositionId,
  StrategyName,
  VenueOrderId,
  VenueTradeId,
} from './ids.ts';
import type { Direction, Side } from './side.ts';
import type { TimeUs } from './time.ts';

/** Kind of order. `stop`: a market order that the venue lets go when its price reaches `triggerPrice`. */
export type OrderType = 'market' | 'limit' | 'stop';
/** How long an order works. `post_only`: it rests like `gtc`, or ends at once where it would take. */
export type TimeInForce = 'ioc' | 'gtc' | 'fok' | 'post_only';
/**
 * Why an order exists: to open a position, to leave it, or to rest at the venue as a position's last
 * guard.
 */
export type OrderIntent = 'entry' | 'exit' | 'protection';

/**
 * What we ask a venue to do. *Units*: quantity base, price quote.
 * *Shape*: `limitPrice` is set exactly when `type` is limit, `triggerPrice` exactly when it is stop;
 * `reduceOnly` on every exit and protection where the market knows it (perp, forex).
 */
export interface OrderRequest {
  readonly clientOrderId: ClientOrderId;
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly reduceOnly: boolean;
}

/** Says whether an order may wait in the venue's book. */
export function rests({ timeInForce }: Pick<OrderRequest, 'timeInForce'>): boolean {
  return timeInForce === 'gtc' || timeInForce === 'post_only';
}

/**
 * The plan an entry carries with it, so that the position is
 * guarded from its first fill. *Units*: prices quote, times µs.
 */
export interface ExitPlan {
  readonly stopPrice: Decimal;
  readonly targetPrice: Decimal | null;
  /** Trailing distance as a share of price: 0.005 is 0.5 %. */
  readonly trailing: Decimal;
  readonly holdMaxUs: number;
}

/** One execution of one of our orders. *Units*: quantity base, price quote, fee in `feeAsset`. */
export interface Fill {
  readonly venueTradeId: VenueTradeId;
  readonly clientOrderId: ClientOrderId;
  readonly venueOrderId: VenueOrderId;
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: Decimal;
  readonly feeAsset: string;
  readonly liquidity: 'maker' | 'taker';
  readonly timeUs: TimeUs;
}

/**
 * Returns what identifies a fill of one venue: trade ids may be counted per instrument, and one trade may
 * fill two orders of ours, one on each side.
 */
export function fillKey({ instrument, clientOrderId, venueTradeId }: Fill): string {
  return `${instrument} ${clientOrderId} ${venueTradeId}`;
}

/** Asks execution for an order. `commandId` names the cause; the client order id is a function of it. */
export type OrderCommand = PlaceOrder | ClosePosition | ProtectPosition;

/**
 * An entry that decision accepted. *Units*: as OrderRequest and
 * ExitPlan; `expiresUs` event time after which it must not be sent.
 */
export interface PlaceOrder {
  readonly type: 'PlaceOrder';
  readonly commandId: string;
  readonly decision: DecisionId;
  readonly strategy: StrategyName;
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly direction: Direction;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly plan: ExitPlan;
  readonly timeUs: TimeUs;
  readonly expiresUs: TimeUs;
}

export type ExitReason =
  | 'trailing_stop'
  | 'initial_stop'
  | 'target'
  | 'hold_time'
  | 'circuit_breaker'
  | 'health'
  | 'operator'
  | 'residual'
  | 'dump'
  | 'leader_correlation';

/**
 * Leave a position, wholly or what is left of it. `attempt`
 * counts from 1; each attempt is an order of its own.
 */
export interface ClosePosition {
  readonly type: 'ClosePosition';
  readonly commandId: string;
  readonly position: PositionId;
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly direction: Direction;
  readonly quantity: Decimal;
  readonly reason: ExitReason;
  readonly attempt: number;
  readonly timeUs: TimeUs;
}

/**
 * Hold a stop for a position at the venue, in place of the one that rests there: it guards while we don't
 * run, and stands wider than our own stop. *Units*: quantity base, `triggerPrice` quote.
 */
export interface ProtectPosition {
  readonly type: 'ProtectPosition';
  readonly commandId: string;
  readonly position: PositionId;
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly direction: Direction;
  readonly quantity: Decimal;
  readonly triggerPrice: Decimal;
  readonly timeUs: TimeUs;
}

/** Why we refused an order ourselves. Codes are stable; dashboards group by them. */
export const DENIAL_CODES = [
  'GATE_CLOSED',
  'HALTED',
  'REDUCE_ONLY',
  'EXPIRED',
  'DUPLICATE_ORDER',
  'POSITION_EXISTS',
  'REVERSAL_REFUSED',
  'POSITION_LIMIT',
  'EXPOSURE_LIMIT',
  'ORDER_NOTIONAL_MAX',
  'ORDER_RATE_MAX',
  'PRICE_COLLAR',
  'QUANTITY_BELOW_MIN',
  'NOTIONAL_BELOW_MIN',
  'STALE_MARKET',
  'UNKNOWN_ORDERS',
  'NO_POSITION',
  'INSUFFICIENT_BALANCE',
  'UNKNOWN_INSTRUMENT',
  'NO_LIMIT_CONFIGURED',
  'NO_GUARD',
  'ENTRY_SUM_MAX',
  'REPEATED_ENTRY',
  'ENTRY_COUNT_MAX',
  'OPEN_ORDERS_MAX',
  'VENUE_REJECTS',
  'SELF_TRADE',
  'CONSERVATION',
  'VENUE_SHUT',
  'NO_VENUE_STOP',
  'BOOKS_DIFFER',
  'ACCOUNT_SETUP',
  'INSTRUMENT_SHUT',
  'NO_SHORT_SELLING',
] as const;
export type DenialCode = (typeof DENIAL_CODES)[number];

/** A refusal with the numbers that led to it. `detail` is `key=value` pairs. */
export interface Denial {
  readonly code: DenialCode;
  readonly detail: string;
}

interface OrderEventBase {
  readonly clientOrderId: ClientOrderId;
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly timeUs: TimeUs;
}

/** What can be wrong with something that the venue tells us. Codes are stable. */
export const QUARANTINE_PROBLEMS = [
  'illegal_transition',
  'fill_conflict',
  'overfill',
  'fill_after_end',
  'foreign_fill',
  'orphan_fill',
  'cumulative_mismatch',
  'overshot',
] as const;
export type QuarantineProblem = (typeof QUARANTINE_PROBLEMS)[number];

/**
 * Everything that happens to an order, in the order it happened. `OrderSubmitted`: `retryOf` names the order
 * whose next attempt it is, by the same command; null for the first, which answers the command. `replaces`
 * names our order that the venue takes out of its book for this one; null where it takes none.
 * `OrderRejected`: `retryAfterMs` as in SubmitOutcome. `reason` begins with an OrderReasonCode where our own
 * code gives it, else it is the venue's words. `OrderQuarantined`: something contradicts what we
 * know, `booked` says whether a fill was counted none the less; entries in the instrument are denied until a
 * person sets it active. `overshot`: an exit of ours and somebody else closed the same, and we hold the
 * other side now; it is left at once.
 */
export type OrderEvent =
  | (OrderEventBase & {
      readonly type: 'OrderDenied';
      readonly commandId: string;
      readonly intent: OrderIntent;
      readonly denial: Denial;
    })
  | (OrderEventBase & {
      readonly type: 'OrderSubmitted';
      readonly commandId: string;
      readonly intent: OrderIntent;
      readonly strategy: StrategyName | null;
      readonly position: PositionId | null;
      readonly request: OrderRequest;
      readonly plan: ExitPlan | null;
      readonly epoch: number;
      readonly retryOf: ClientOrderId | null;
      readonly replaces: ClientOrderId | null;
    })
  | (OrderEventBase & { readonly type: 'OrderAccepted'; readonly venueOrderId: VenueOrderId })
  | (OrderEventBase & {
      readonly type: 'OrderRejected';
      readonly reason: string;
      readonly retryAfterMs: number | null;
    })
  | (OrderEventBase & { readonly type: 'OrderUnknown'; readonly reason: string })
  | (OrderEventBase & {
      readonly type: 'OrderFilled';
      readonly fill: Fill;
      readonly cumulative: Decimal;
      readonly leaves: Decimal;
    })
  | (OrderEventBase & {
      readonly type: 'OrderCanceled';
      readonly cumulative: Decimal;
      readonly reason: string;
    })
  | (OrderEventBase & {
      readonly type: 'OrderExpired';
      readonly cumulative: Decimal;
      readonly reason: string;
    })
  | (OrderEventBase & {
      readonly type: 'OrderQuarantined';
      readonly problem: QuarantineProblem;
      readonly booked: boolean;
      readonly detail: string;
    });
