import {
  Decimal,
  type ExitPlan,
  type Fill,
  type OrderIntent,
  type OrderRequest,
  type OrderStatus,
  type PositionId,
  type StrategyName,
  type TimeUs,
  type VenueOrderId,
} from '@algo/model';
import { type OrderFactType, type Target, TRANSITIONS } from './order-transitions.ts';

/**
 * One order as we know it. *Units*: `cumulative` base. *Shape*: `cumulative` is the sum of `fills`, whose
 * venue trade ids are distinct, so both are bounded by quantity over quantity step; `resumes` is the status
 * to go back to when an update or cancel that is under way is refused; `unknownUs` is null unless `status` is
 * unknown.
 */
export interface Order {
  readonly request: OrderRequest;
  readonly intent: OrderIntent;
  readonly strategy: StrategyName | null;
  readonly position: PositionId | null;
  readonly plan: ExitPlan | null;
  readonly epoch: number;
  readonly submittedUs: TimeUs;
  readonly status: OrderStatus;
  readonly resumes: OrderStatus | null;
  readonly venueOrderId: VenueOrderId | null;
  readonly fills: readonly Fill[];
  readonly cumulative: Decimal;
  readonly unknownUs: TimeUs | null;
  readonly changedUs: TimeUs;
}

/** What an order is made from. */
export type OrderSeed = Pick<
  Order,
  'request' | 'intent' | 'strategy' | 'position' | 'plan' | 'epoch' | 'submittedUs'
>;

/** Something that happened to an order, whoever says so. */
export type OrderFact = { readonly timeUs: TimeUs } & (
  | { readonly type: Exclude<OrderFactType, 'Accepted' | 'Filled'> }
  | { readonly type: 'Accepted'; readonly venueOrderId: VenueOrderId }
  | { readonly type: 'Filled'; readonly fill: Fill }
);

const TERMINAL: ReadonlySet<OrderStatus> = new Set(['denied', 'rejected', 'canceled', 'expired', 'filled']);

/** Says whether an order in this status is over. */
export function isTerminal(status: OrderStatus): boolean {
  return TERMINAL.has(status);
}

/** Why a fact needs a person: it contradicts what we know. */
export type Contradiction = 'illegal_transition' | 'fill_conflict' | 'overfill' | 'fill_after_end';

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

/** Returns a new order, of which nothing has happened yet. */
export function newOrder(seed: OrderSeed): Order {
  return {
    ...seed,
    status: 'initialized',
    resumes: null,
    venueOrderId: null,
    fills: [],
    cumulative: Decimal.zero,
    unknownUs: null,
    changedUs: seed.submittedUs,
  };
}

/**
 * Returns the order after a fact, in whatever order facts come: fills are counted once each by venue trade
 * id, so the same set of facts always ends in the same `cumulative`, which never decreases. *Source*:
 * reference.
 */
export function applyToOrder(order: Order, fact: OrderFact): Applied {
  if (fact.type === 'Filled') return applyFill(order, fact.fill, fact.timeUs);
  const target = TRANSITIONS[order.status][fact.type];
  if (target === undefined || target === 'fill') return illegal(order, fact.type);
  if (fact.type === 'Rejected' && order.cumulative.isPositive() && target !== 'same')
    return illegal(order, fact.type);
  const venueOrderId = fact.type === 'Accepted' ? fact.venueOrderId : order.venueOrderId;
  if (target === 'same')
    return { type: 'same', order: order.venueOrderId ? order : { ...order, venueOrderId } };
  const status = resolved(order, target);
  return { type: 'applied', order: moved({ ...order, venueOrderId }, status, fact.timeUs) };
}

/** Returns what is still to be filled, never below zero. */
export function leavesOf(order: Order): Decimal {
  const leaves = order.request.quantity.minus(order.cumulative);
  return leaves.isNegative() ? Decimal.zero : leaves;
}

function applyFill(order: Order, fill: Fill, timeUs: TimeUs): Applied {
  const known = order.fills.find((f) => f.venueTradeId === fill.venueTradeId);
  if (known !== undefined) {
    if (sameExecution(known, fill)) return { type: 'same', order };
    const detail = `trade=${fill.venueTradeId} had=${numbersOf(known)} got=${numbersOf(fill)}`;
    return { type: 'quarantined', order, contradiction: 'fill_conflict', booked: false, detail };
  }
  const cumulative = order.cumulative.plus(fill.quantity);
  const booked: Order = {
    ...order,
    fills: [...order.fills, fill],
    cumulative,
    venueOrderId: order.venueOrderId ?? fill.venueOrderId,
    changedUs: timeUs,
  };
  const { quantity } = order.request;
  const trade = fill.venueTradeId;
  const detail = `trade=${trade} status=${order.status} cumulative=${cumulative} quantity=${quantity}`;
  const legal = TRANSITIONS[order.status].Filled === 'fill';
  if (!legal && order.status !== 'filled')
    return { type: 'quarantined', order: booked, contradiction: 'fill_after_end', booked: true, detail };
  const moves = legal ? moved(booked, statusAfterFill(booked), timeUs) : booked;
  if (cumulative.greaterThan(order.request.quantity))
    return { type: 'quarantined', order: moves, contradiction: 'overfill', booked: true, detail };
  return { type: 'applied', order: moves };
}

function statusAfterFill(order: Order): OrderStatus {
  if (!order.cumulative.lessThan(order.request.quantity)) return 'filled';
  // A cancel or update that is under way outranks a part fill, and an ended order stays ended.
  const stays = ['pending_cancel', 'pending_update', 'canceled'].includes(order.status);
  return stays ? order.status : 'partially_filled';
}

function resolved(order: Order, target: Exclude<Target, 'same' | 'fill'>): OrderStatus {
  const working = order.cumulative.isPositive() ? 'partially_filled' : 'accepted';
  if (target === 'working') return working;
  if (target !== 'resumes') return target;
  // A part fill may have come while the request was under way.
  return order.resumes === null || order.resumes === 'accepted' ? working : order.resumes;
}

function moved(order: Order, status: OrderStatus, timeUs: TimeUs): Order {
  const pending = status === 'pending_cancel' || status === 'pending_update';
  const wasPending = order.status === 'pending_cancel' || order.status === 'pending_update';
  const resumes = pending ? (wasPending ? order.resumes : order.status) : null;
  const unknownUs = status === 'unknown' ? (order.unknownUs ?? timeUs) : null;
  return { ...order, status, resumes, unknownUs, changedUs: timeUs };
}

function illegal(order: Order, type: OrderFactType): Applied {
  const detail = `status=${order.status} fact=${type} cumulative=${order.cumulative}`;
  return { type: 'quarantined', order, contradiction: 'illegal_transition', booked: false, detail };
}

function sameExecution(a: Fill, b: Fill): boolean {
  return (
    numbersOf(a) === numbersOf(b) && a.clientOrderId === b.clientOrderId && a.instrument === b.instrument
  );
}

function numbersOf(fill: Fill): string {
  return `${fill.side}:${fill.quantity}@${fill.price}`;
}
