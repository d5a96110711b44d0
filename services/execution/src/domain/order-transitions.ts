import type { OrderStatus } from '@algo/model';

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
export type Target = OrderStatus | 'same' | 'working' | 'resumes' | 'fill';
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

function without(row: Row, type: OrderFactType): Row {
  const { [type]: _, ...rest } = row;
  return rest;
}
