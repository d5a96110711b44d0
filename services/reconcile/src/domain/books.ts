import {
  type AccountId,
  type ClientOrderId,
  type Decimal,
  type Fill,
  type Instrument,
  type InstrumentId,
  isEnded,
  type OrderLookup,
  type OrderRequest,
  type OrderStatus,
  type TimeUs,
  type VenueBalance,
  type VenueOrder,
  type VenuePosition,
} from '@algo/model';

/** An order as our own events have it. *Units*: `cumulative` base. */
export interface LocalOrder {
  readonly request: OrderRequest;
  readonly status: OrderStatus;
  readonly cumulative: Decimal;
}

/**
 * Whose a position is. `foreign`: found at the venue and counted in exposure, but nobody has looked at it
 * yet; `acknowledged`: a person said that it stays and isn't ours to trade.
 */
export type Ownership = 'own' | 'foreign' | 'acknowledged';

/**
 * A position as we have it. *Units*: quantity base, signed:
 * below zero is short; `averagePrice` quote, null unknown.
 */
export interface LocalPosition {
  readonly instrument: InstrumentId;
  readonly quantity: Decimal;
  readonly averagePrice: Decimal | null;
  readonly ownership: Ownership;
}

/** An order whose fate the write-ahead log doesn't know. `sent` false proves that it never left. */
export interface OpenIntent {
  readonly request: OrderRequest;
  readonly sent: boolean;
  readonly epoch: number;
}

/**
 * What we believe. *Shape*: `fills` all that we booked since
 * `context.fillsSinceUs` or longer; `epoch` the newest we logged.
 */
export interface LocalBooks {
  readonly orders: readonly LocalOrder[];
  readonly fills: readonly Fill[];
  readonly positions: readonly LocalPosition[];
  readonly openIntents: readonly OpenIntent[];
  readonly epoch: number;
}

/** The venue's answer about one order. */
export interface Lookup {
  readonly clientOrderId: ClientOrderId;
  readonly lookup: OrderLookup;
}

/**
 * What the venue says, read as one coherent snapshot. *Shape*: `fills` complete since `context.fillsSinceUs`;
 * `lookups` answers for those of our open orders that `openOrders` doesn't show: `undecidedOrders` names
 * them.
 */
export interface VenueBooks {
  readonly openOrders: readonly VenueOrder[];
  readonly fills: readonly Fill[];
  readonly positions: readonly VenuePosition[];
  readonly balances: readonly VenueBalance[];
  readonly lookups: readonly Lookup[];
  readonly asOfUs: TimeUs;
}

/**
 * What a run is about. *Shape*: `openingBalances` are those at `fillsSinceUs`, null if nobody wrote them
 * down, and then balances aren't compared. *Units*: times µs, on one clock with `VenueBooks.asOfUs`.
 */
export interface ReconciliationContext {
  readonly account: AccountId;
  readonly epoch: number;
  readonly nowUs: TimeUs;
  readonly fillsSinceUs: TimeUs;
  readonly instruments: readonly Instrument[];
  readonly openingBalances: readonly VenueBalance[] | null;
  readonly authoritativeAbsence: boolean;
}

/** An order of ours that may still be alive, whoever remembers it; `intent_logged`: only the log does. */
export interface UndecidedOrder {
  readonly request: OrderRequest;
  readonly cumulative: Decimal | null;
  readonly sent: boolean;
  readonly status: OrderStatus | 'intent_logged';
}

/**
 * Returns our orders that aren't over, from the events and from the write-ahead log, without repeats. The
 * venue must be asked about those that its open orders don't show. *Shape*: `cumulative` null for an order
 * that only the log knows.
 */
export function undecidedOrders(local: LocalBooks): readonly UndecidedOrder[] {
  const known = new Set(local.orders.map((o) => o.request.clientOrderId));
  const intents = new Map(local.openIntents.map((i) => [i.request.clientOrderId, i]));
  const orders = local.orders
    .filter((o) => !isEnded(o.status))
    .map((o) => ({ ...o, sent: intents.get(o.request.clientOrderId)?.sent ?? true }));
  const logged = local.openIntents
    .filter((i) => !known.has(i.request.clientOrderId))
    .map(({ request, sent }) => ({ request, cumulative: null, sent, status: 'intent_logged' as const }));
  return [...orders, ...logged];
}
