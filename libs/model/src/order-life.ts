import { Decimal } from './decimal.ts';
import type { PositionId, StrategyName, VenueOrderId } from './ids.ts';
import type { ExitPlan, Fill, OrderIntent, OrderRequest, QuarantineProblem } from './order.ts';
import type { TimeUs } from './time.ts';

/** Where an order stands, from the wire to its end. */
export const ORDER_STATUSES = [
  'submitted',
  'unknown',
  'accepted',
  'partially_filled',
  'pending_cancel',
  'filled',
  'canceled',
  'expired',
  'rejected',
] as const;
/** One of ORDER_STATUSES. */
export type OrderStatus = (typeof ORDER_STATUSES)[number];
/** A status in which an order is over. */
export type EndedStatus = 'filled' | 'canceled' | 'expired' | 'rejected';

/** What an order is made from. *Units*: `submittedUs` µs. */
export interface OrderSeed {
  readonly request: OrderRequest;
  readonly intent: OrderIntent;
  readonly strategy: StrategyName | null;
  readonly position: PositionId | null;
  readonly plan: ExitPlan | null;
  readonly epoch: number;
  readonly submittedUs: TimeUs;
}

interface OrderBase extends OrderSeed {
  readonly fills: readonly Fill[];
  readonly cumulative: Decimal;
}

/**
 * One order as we know it. *Units*: `cumulative` base, times µs. *Shape*: `cumulative` is the sum of `fills`,
 * whose venue trade ids are distinct, so both are bounded by quantity over quantity step. `submitted`: handed
 * to the wire, with nothing heard since. `unknownUs`: since when its outcome isn't known. `venueOrderId` null
 * where the venue has never named the order.
 */
export type Order = OrderBase &
  (
    | { readonly status: 'submitted' }
    | {
        readonly status: 'unknown';
        readonly unknownUs: TimeUs;
        readonly venueOrderId: VenueOrderId | null;
      }
    | {
        readonly status: 'accepted' | 'partially_filled' | 'pending_cancel';
        readonly venueOrderId: VenueOrderId;
      }
    | { readonly status: 'filled'; readonly endedUs: TimeUs; readonly venueOrderId: VenueOrderId }
    | {
        readonly status: 'canceled' | 'expired' | 'rejected';
        readonly endedUs: TimeUs;
        readonly reason: string;
        readonly venueOrderId: VenueOrderId | null;
      }
  );

/** Every kind of fact that may change an order. */
export const ORDER_FACT_TYPES = [
  'OutcomeUnknown',
  'Accepted',
  'Rejected',
  'Filled',
  'CancelRequested',
  'CancelRefused',
  'Canceled',
  'Expired',
] as const;

/** Something that happened to an order, whoever says so. */
export type OrderFact = { readonly timeUs: TimeUs } & (
  | { readonly type: 'OutcomeUnknown' | 'CancelRequested' | 'CancelRefused' }
  | { readonly type: 'Accepted'; readonly venueOrderId: VenueOrderId }
  | { readonly type: 'Filled'; readonly fill: Fill }
  | { readonly type: 'Rejected'; readonly reason: string }
  | { readonly type: 'Canceled' | 'Expired'; readonly reason: string }
);

/** Why a fact needs a person: it contradicts what we know. */
export type Contradiction = Extract<
  QuarantineProblem,
  'illegal_transition' | 'fill_conflict' | 'overfill' | 'fill_after_end'
>;

/**
 * What applying a fact came to. `same`: known already, or of no use now. `quarantined`: it contradicts what
 * we know; `booked` says whether a fill was counted none the less, because money that moved has moved.
 */
export type Applied =
  | { readonly type: 'applied' | 'same'; readonly order: Order }
  | {
      readonly type: 'quarantined';
      readonly order: Order;
      readonly contradiction: Contradiction;
      readonly booked: boolean;
      readonly detail: string;
    };

/** Returns an order that is handed to the wire, after its intent was logged. */
export function newOrder(seed: OrderSeed): Order {
  return { ...baseOf({ ...seed, fills: [], cumulative: Decimal.zero }), status: 'submitted' };
}

/** Says whether an order in this status is over. */
export function isEnded(status: OrderStatus): status is EndedStatus {
  return status === 'filled' || status === 'canceled' || status === 'expired' || status === 'rejected';
}

/** Returns what is still to be filled, never below zero. *Units*: base. */
export function leavesOf(order: Order): Decimal {
  const leaves = order.request.quantity.minus(order.cumulative);
  return leaves.isNegative() ? Decimal.zero : leaves;
}

/**
 * Returns the order after a fact, in whatever order facts come: fills are counted once each by venue trade
 * id, so the same set of facts always ends in the same `cumulative`, which never decreases. Filled outranks
 * canceled and expired, as in FIX; a fill may still have raced the cancel.
 */
export function applyToOrder(order: Order, fact: OrderFact): Applied {
  switch (fact.type) {
    case 'Filled':
      return fill(order, fact.fill, fact.timeUs);
    case 'OutcomeUnknown':
      return loseSight(order, fact.timeUs);
    case 'Accepted':
      return accept(order, fact);
    case 'CancelRequested':
      if (order.status === 'accepted' || order.status === 'partially_filled')
        return applied({ ...order, status: 'pending_cancel' });
      return order.status === 'unknown' || order.status === 'pending_cancel'
        ? same(order)
        : illegal(order, fact);
    case 'CancelRefused':
      if (order.status === 'pending_cancel') return applied(working(order, order.venueOrderId));
      return order.status === 'unknown' || isEnded(order.status) ? same(order) : illegal(order, fact);
    case 'Rejected':
      if (order.status === 'rejected') return same(order);
      // A venue can't reject what it has executed in part.
      if (isEnded(order.status) || order.cumulative.isPositive()) return illegal(order, fact);
      return applied(ended(order, 'rejected', fact));
    case 'Canceled':
    case 'Expired':
      if (order.status === 'rejected') return illegal(order, fact);
      if (isEnded(order.status)) return same(order);
      return applied(ended(order, fact.type === 'Canceled' ? 'canceled' : 'expired', fact));
    default:
      return fact satisfies never;
  }
}

function loseSight(order: Order, timeUs: TimeUs): Applied {
  switch (order.status) {
    case 'submitted':
    case 'pending_cancel':
      return applied({
        ...baseOf(order),
        status: 'unknown',
        unknownUs: timeUs,
        venueOrderId: venueOrderIdOf(order),
      });
    case 'unknown':
    // Knowledge beats doubt: an order we have seen working
    // doesn't become unknown by a late timeout of its submission.
    case 'accepted':
    case 'partially_filled':
    case 'filled':
    case 'canceled':
    case 'expired':
    case 'rejected':
      return same(order);
    default:
      return order satisfies never;
  }
}

function accept(order: Order, fact: Extract<OrderFact, { type: 'Accepted' }>): Applied {
  switch (order.status) {
    case 'submitted':
    case 'unknown':
    case 'pending_cancel':
      return applied(working(order, fact.venueOrderId));
    case 'canceled':
    case 'expired':
      return same({ ...order, venueOrderId: order.venueOrderId ?? fact.venueOrderId });
    case 'accepted':
    case 'partially_filled':
    case 'filled':
      return same(order);
    case 'rejected':
      return illegal(order, fact);
    default:
      return order satisfies never;
  }
}

function fill(order: Order, next: Fill, timeUs: TimeUs): Applied {
  const known = order.fills.find((f) => f.venueTradeId === next.venueTradeId);
  if (known !== undefined) {
    if (sameExecution(known, next)) return same(order);
    const detail = `trade=${next.venueTradeId} had=${numbersOf(known)} got=${numbersOf(next)}`;
    return quarantined(order, 'fill_conflict', false, detail);
  }
  const cumulative = order.cumulative.plus(next.quantity);
  const booked = { ...order, fills: [...order.fills, next], cumulative };
  const { quantity } = order.request;
  const trade = next.venueTradeId;
  const detail = `trade=${trade} status=${order.status} cumulative=${cumulative} quantity=${quantity}`;
  const moved = afterFill(booked, next.venueOrderId, timeUs);
  if (order.status === 'expired' || order.status === 'rejected')
    return quarantined(moved, 'fill_after_end', true, detail);
  return cumulative.greaterThan(quantity) ? quarantined(moved, 'overfill', true, detail) : applied(moved);
}

function afterFill(order: Order, named: VenueOrderId, timeUs: TimeUs): Order {
  const venueOrderId = venueOrderIdOf(order) ?? named;
  if (order.status === 'expired' || order.status === 'rejected') return { ...order, venueOrderId };
  if (order.status === 'filled') return order;
  if (!leavesOf(order).isPositive())
    return { ...baseOf(order), status: 'filled', endedUs: timeUs, venueOrderId };
  // A cancel that is under way outranks a part fill, and an ended order stays ended.
  if (order.status === 'pending_cancel' || order.status === 'canceled') return { ...order, venueOrderId };
  return { ...baseOf(order), status: 'partially_filled', venueOrderId };
}

/** Accepted, or filled in part if a part fill has come. */
function working(order: Order, venueOrderId: VenueOrderId): Order {
  const status = order.cumulative.isPositive() ? 'partially_filled' : 'accepted';
  return { ...baseOf(order), status, venueOrderId };
}

function ended(
  order: Order,
  status: 'canceled' | 'expired' | 'rejected',
  { reason, timeUs }: { readonly reason: string; readonly timeUs: TimeUs },
): Order {
  return { ...baseOf(order), status, endedUs: timeUs, reason, venueOrderId: venueOrderIdOf(order) };
}

/** What every order has; a new status must not inherit what belonged to the old one. */
function baseOf(order: OrderBase): OrderBase {
  const { request, intent, strategy, position, plan, epoch, submittedUs, fills, cumulative } = order;
  return { request, intent, strategy, position, plan, epoch, submittedUs, fills, cumulative };
}

function venueOrderIdOf(order: Order): VenueOrderId | null {
  return order.status === 'submitted' ? null : order.venueOrderId;
}

function applied(order: Order): Applied {
  return { type: 'applied', order };
}

function same(order: Order): Applied {
  return { type: 'same', order };
}

function illegal(order: Order, fact: OrderFact): Applied {
  const detail = `status=${order.status} fact=${fact.type} cumulative=${order.cumulative}`;
  return quarantined(order, 'illegal_transition', false, detail);
}

function quarantined(order: Order, contradiction: Contradiction, booked: boolean, detail: string): Applied {
  return { type: 'quarantined', order, contradiction, booked, detail };
}

function sameExecution(a: Fill, b: Fill): boolean {
  return (
    numbersOf(a) === numbersOf(b) && a.clientOrderId === b.clientOrderId && a.instrument === b.instrument
  );
}

function numbersOf(fill: Fill): string {
  return `${fill.side}:${fill.quantity}@${fill.price}`;
}
