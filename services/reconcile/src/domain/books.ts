import type {
  AccountId,
  AccountSetup,
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
  VenueOrderId,
  VenuePosition,
} from '@algo/model';

/** An order as our own events have it. *Units*: `cumulative` base. */
export interface LocalOrder {
  readonly request: OrderRequest;
  readonly status: OrderStatus;
  readonly cumulative: Decimal;
  /** The venue's own name of it, where that was told. */
  readonly venueOrderId?: VenueOrderId | null;
}

/**
 * A position as we have it. *Units*: base, signed: below zero is short; `beside` a person left at the venue
 * beside it, not ours to trade; what others did up to `settledUs` is settled by the last correction of both;
 * `guarded` is what position-risk believes to hold, null where it has said nothing; `averagePrice` quote,
 * null unknown.
 */
export interface LocalPosition {
  readonly instrument: InstrumentId;
  readonly quantity: Decimal;
  readonly beside: Decimal;
  readonly settledUs: TimeUs;
  readonly guarded: Decimal | null;
  readonly averagePrice: Decimal | null;
}

/**
 * What we believed before the venue was asked. *Shape*: `undecided` orders may still be alive, in the order
 * in which they were sent; `fills` all that we booked since `context.fillsSinceUs` or longer; `cash` what
 * there should be of each asset whose opening is written down.
 */
export interface BooksBefore {
  readonly undecided: ReadonlyMap<ClientOrderId, LocalOrder>;
  readonly fills: readonly Fill[];
  readonly positions: readonly LocalPosition[];
  readonly cash: ReadonlyMap<string, Decimal>;
}

/**
 * What we know behind the venue's answer. *Shape*: `ended` orders, those that ended meanwhile among them;
 * `sentSince` orders that were sent meanwhile; `epoch` the newest that sent an order.
 */
export interface BooksSince {
  readonly ended: ReadonlyMap<ClientOrderId, LocalOrder>;
  readonly sentSince: ReadonlySet<ClientOrderId>;
  readonly epoch: number;
}

/** What we believe, from both sides of the venue's answer: what is newer than that is no difference. */
export interface LocalBooks extends BooksBefore, BooksSince {}

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
  readonly setup: AccountSetup;
  readonly lookups: readonly Lookup[];
}

/**
 * What a run is about. *Units*: µs of event time; `asOfUs` when it was asked for;
 * `shownUs` as of when the venue shows its books, by its own clock, null where it does not say.
 */
export interface ReconciliationContext {
  readonly account: AccountId;
  readonly epoch: number;
  readonly asOfUs: TimeUs;
  readonly shownUs: TimeUs | null;
  readonly fillsSinceUs: TimeUs;
  readonly instruments: readonly Instrument[];
}
