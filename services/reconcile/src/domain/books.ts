import type {
  AccountId,
  ClientOrderId,
  Decimal,
  Fill,
  Instrument,
  InstrumentId,
  OrderLookup,
  OrderRequest,
  OrderStatus,
  TimeUs,
  VenueBalance,
  VenueOrder,
  VenuePosition,
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

/**
 * What we believe. *Shape*: `undecided` orders may still be alive, in the order in which they were sent;
 * `fills` all that we booked since `context.fillsSinceUs` or longer; `epoch` the newest that sent an order.
 */
export interface LocalBooks {
  readonly undecided: ReadonlyMap<ClientOrderId, LocalOrder>;
  readonly ended: ReadonlyMap<ClientOrderId, LocalOrder>;
  readonly fills: readonly Fill[];
  readonly positions: readonly LocalPosition[];
  readonly epoch: number;
}

/** The venue's answer about one order. */
export interface Lookup {
  readonly clientOrderId: ClientOrderId;
  readonly lookup: OrderLookup;
}

/**
 * What the venue says, read as one coherent snapshot. *Shape*: `fills` complete since `context.fillsSinceUs`;
 * `lookups` answers for those of our undecided orders that `openOrders` doesn't show.
 */
export interface VenueBooks {
  readonly openOrders: readonly VenueOrder[];
  readonly fills: readonly Fill[];
  readonly positions: readonly VenuePosition[];
  readonly balances: readonly VenueBalance[];
  readonly lookups: readonly Lookup[];
}

/**
 * What a run is about. *Shape*: `openingBalances` are those at `fillsSinceUs`, null if nobody wrote them
 * down, and then balances aren't compared. *Units*: times µs of event time; `asOfUs` when it was asked for.
 */
export interface ReconciliationContext {
  readonly account: AccountId;
  readonly epoch: number;
  readonly asOfUs: TimeUs;
  readonly fillsSinceUs: TimeUs;
  readonly instruments: readonly Instrument[];
  readonly openingBalances: readonly VenueBalance[] | null;
}
