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

/**
 * One order as we know it. *Units*: `cumulative` base. *Shape*: `cumulative` is the sum of `fills`, whose
 * venue trade ids are distinct, so both are bounded by quantity over quantity step; `resumes` is the status
 * to go back to when an update or cancel that is under way is
 * refused; `unknownUs` is null unless `status` is unknown.
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

/** Every kind of fact that may change an order's status. */
export const ORDER_FACT_TYPES = [
  'Denied',
  'Emulated',
  'Released',
  'IntentLogged',
  'Submitted',
  'OutcomeUnknown',
  'Accepted',
  'Rejected',
  'Triggered',
  'Filled',
  'UpdateRequested',
  'Updated',
  'UpdateRefused',
  'CancelRequested',
  'CancelRefused',
  'Canceled',
  'Expired',
] as const;
/** One of ORDER_FACT_TYPES. */
export type OrderFactType = (typeof ORDER_FACT_TYPES)[number];

/**
 * What a fact does to a status: the status it leads to, or `same` (true, but nothing new), `working`
 * (accepted, or partially filled if it has fills), `resumes` (back to where it was), `fill` (booked; filled
 * when complete). A pair that isn't here is illegal. *Source*: reference §3.1 with our additions (a)–(d).
 */
type Target = OrderStatus | 'same' | 'working' | 'resumes' | 'fill';
type Row = Readonly<Partial<Record<OrderFactType, Target>>>;

/** Facts that can still end an order the venue may know of. */
const ENDINGS: Row = { Rejected: 'rejected', Canceled: 'canceled', Expired: 'expired', Filled: 'fill' };
/** Late news about an order that is over: true when it was sent, and of no use now. */
const LATE: Row = {
  OutcomeUnknown: 'same',
  Accepted: 'same',
  Triggered: 'same',
  CancelRefused: 'same',
  UpdateRefused: 'same',
  Canceled: 'same',
  Expired: 'same',
};
const WORKING: Row = {
  ...ENDINGS,
  // Knowledge beats doubt: an order we have seen working
  // doesn't become unknown by a late timeout of its submission.
  OutcomeUnknown: 'same',
  Accepted: 'same',
  UpdateRequested: 'pending_update',
  CancelRequested: 'pending_cancel',
  Triggered: 'triggered',
};

/** What each fact does to an order in each status; a pair that isn't here is illegal. */
export const TRANSITIONS: Readonly<Record<OrderStatus, Row>> = {
  // No Submitted here: nothing goes on the wire that the write-ahead log doesn't hold (I7). The endings are
  // for orders that somebody else placed and we hear of first from the venue.
  initialized: {
    Denied: 'denied',
    Emulated: 'emulated',
    IntentLogged: 'intent_logged',
    Accepted: 'accepted',
    Triggered: 'triggered',
    Rejected: 'rejected',
    Canceled: 'canceled',
    Expired: 'expired',
  },
  emulated: { Released: 'released', Canceled: 'canceled', Expired: 'expired' },
  released: { IntentLogged: 'intent_logged', Denied: 'denied', Canceled: 'canceled', Expired: 'expired' },
  // Canceled: an intent that was never sent is given up.
  intent_logged: {
    Denied: 'denied',
    Submitted: 'submitted',
    OutcomeUnknown: 'unknown',
    Canceled: 'canceled',
    Expired: 'expired',
  },
  submitted: {
    ...ENDINGS,
    OutcomeUnknown: 'unknown',
    Accepted: 'accepted',
    Triggered: 'triggered',
    UpdateRequested: 'pending_update',
    CancelRequested: 'pending_cancel',
  },
  // Submitted: proven never to have arrived, so it goes on
  // the wire now. CancelRequested changes nothing we know.
  unknown: {
    ...ENDINGS,
    OutcomeUnknown: 'same',
    Submitted: 'submitted',
    Accepted: 'working',
    Triggered: 'triggered',
    CancelRequested: 'same',
    CancelRefused: 'same',
  },
  accepted: WORKING,
  // A venue can't reject what it has executed in part.
  partially_filled: without(WORKING, 'Rejected'),
  triggered: { ...WORKING, Triggered: 'same' },
  pending_update: {
    ...ENDINGS,
    OutcomeUnknown: 'unknown',
    Accepted: 'working',
    Triggered: 'triggered',
    UpdateRequested: 'same',
    Updated: 'resumes',
    UpdateRefused: 'resumes',
    CancelRequested: 'pending_cancel',
  },
  pending_cancel: {
    ...ENDINGS,
    OutcomeUnknown: 'unknown',
    Accepted: 'working',
    CancelRequested: 'same',
    CancelRefused: 'resumes',
  },
  // Filled outranks canceled and expired (FIX precedence), so
  // those are late news here. A further fill is an overfill.
  filled: LATE,
  // A fill may have raced the cancel.
  canceled: { ...LATE, Filled: 'fill' },
  expired: LATE,
  rejected: { OutcomeUnknown: 'same', Rejected: 'same', CancelRefused: 'same' },
  denied: { Denied: 'same' },
};

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
 * id, so the same set of facts always ends in the same `cumulative`,
 * which never decreases. *Source*: reference.
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
  const detail = `trade=${fill.venueTradeId} status=${order.status} cumulative=${cumulative} quantity=${order.request.quantity}`;
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

function without(row: Row, type: OrderFactType): Row {
  const { [type]: _, ...rest } = row;
  return rest;
}
