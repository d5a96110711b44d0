import type {
  AccountId,
  ClientOrderId,
  Fill,
  InstrumentId,
  OrderLookup,
  OrderRequest,
  SubmitOutcome,
  TimeUs,
  VenueBalance,
  VenueOrder,
  VenuePosition,
} from '@algo/model';

/** What a venue can and can't prove, declared by its adapter, never guessed by the caller. */
export interface VenueCapabilities {
  /** "Absent" from a lookup proves that the order never arrived, once no request for it is under way. */
  readonly authoritativeAbsence: boolean;
  /** Fills carry a trade id of the venue that never repeats. */
  readonly fillIds: boolean;
}

/** Which order is meant: most venues want the instrument beside the id. */
export interface OrderRef {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly clientOrderId: ClientOrderId;
}

/** A request to the venue failed without an answer that can be used. Nothing may be concluded from it. */
export class VenueUnavailableError extends Error {
  override readonly name = 'VenueUnavailableError';
}

/**
 * One account at one exchange. Writes never throw: their outcome, known or not, is a value.
 * *Errors*: reads throw VenueUnavailableError; its callers conclude nothing from that.
 */
export interface ExchangeVenue extends AsyncDisposable {
  readonly name: string;
  readonly capabilities: VenueCapabilities;
  submit(request: OrderRequest, sentUs: TimeUs): Promise<SubmitOutcome>;
  cancel(order: OrderRef, sentUs: TimeUs): Promise<SubmitOutcome>;
  order(order: OrderRef): Promise<OrderLookup>;
  openOrders(account: AccountId): Promise<readonly VenueOrder[]>;
  /** All fills of the account since an event time, oldest first, complete or an error. */
  fillsSince(account: AccountId, sinceUs: TimeUs): Promise<readonly Fill[]>;
  positions(account: AccountId): Promise<readonly VenuePosition[]>;
  balances(account: AccountId): Promise<readonly VenueBalance[]>;
}
