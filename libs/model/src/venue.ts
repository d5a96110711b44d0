import type { CashMove } from './cash.ts';
import type { Decimal } from './decimal.ts';
import type { AccountId, ClientOrderId, InstrumentId, VenueOrderId } from './ids.ts';
import type { Fill, OrderRequest } from './order.ts';
import type { TimeUs } from './time.ts';

/**
 * What came of asking a venue for something. `unknown` is
 * everything that isn't proof: timeouts, 5xx, unreadable replies.
 * *Source*: reference reliability R-32.
 */
export type SubmitOutcome =
  | {
      readonly type: 'confirmed';
      readonly clientOrderId: ClientOrderId;
      readonly venueOrderId: VenueOrderId;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'refused';
      readonly clientOrderId: ClientOrderId;
      readonly reason: string;
      /**
       * Not now: after so long it may take such an order (rate limit, ban, maintenance; 0 behind a price
       * band). Null: it refuses this one, whenever it comes.
       */
      readonly retryAfterMs: number | null;
      /**
       * Final: what proves that it was not done and never will be, a line for each thing, as in an Absence.
       * Empty where nobody can know, such as of a copy that may come later.
       */
      readonly evidence: readonly string[];
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'unknown';
      readonly clientOrderId: ClientOrderId;
      readonly reason: string;
      readonly timeUs: TimeUs;
    };

/** What a venue says that refuses. */
export type RefusedOutcome = Extract<SubmitOutcome, { type: 'refused' }>;

/**
 * What came of putting one order in the place of another. *Shape*: `replaced` speaks of the old one:
 * confirmed, it is taken out of the book; refused, it stands or was over before; each may come true alone.
 */
export interface ReplaceOutcome {
  readonly placed: SubmitOutcome;
  readonly replaced: SubmitOutcome;
}

/**
 * An instrument whose books a comparison found to differ, so that it takes no entry. `shutsExits`: the venue
 * does not hold what we would sell, so that an exit could open a position the other way. *Shape*: `orders`
 * where nothing else is wrong than that these work at the venue, and our events do not say so.
 */
export interface ShutInstrument {
  readonly instrument: InstrumentId;
  readonly reason: string;
  readonly shutsExits: boolean;
  readonly orders: readonly ClientOrderId[];
}

/**
 * An order of ours that a comparison found to stand otherwise at the venue than in our books. `works`: the
 * venue lists it as open.
 */
export interface DifferingOrder {
  readonly instrument: InstrumentId;
  readonly clientOrderId: ClientOrderId;
  readonly works: boolean;
}

export type VenueOrderStatus = 'open' | 'filled' | 'canceled' | 'expired' | 'rejected';

/** An order as the venue's own books have it. *Units*: quantity and `filled` base, price quote. */
export interface VenueOrder {
  readonly request: OrderRequest;
  readonly venueOrderId: VenueOrderId;
  readonly status: VenueOrderStatus;
  readonly filled: Decimal;
  readonly acceptedUs: TimeUs;
}

/**
 * The venue's answer to "what do you know of this order?". `absent` proves nothing: the books that were read
 * may be old, or the order still on its way. Proof is an `Absence`.
 */
export type OrderLookup =
  | { readonly type: 'found'; readonly order: VenueOrder }
  | { readonly type: 'absent' }
  | { readonly type: 'failed'; readonly reason: string };

/**
 * What came of proving that an order never arrived and never will. *Shape*: `evidence` has a line for
 * each thing that was read, with the venue's time of it.
 */
export type Absence =
  | { readonly type: 'proven'; readonly evidence: readonly string[] }
  | { readonly type: 'not proven'; readonly reason: string };

/**
 * What a venue's reason begins with when it ends or refuses a post-only order that would have taken: every
 * adapter says it so, whatever its venue's words are.
 */
export const WOULD_TAKE = 'post_only';

/** What a venue's account stream tells us of our account. */
export type VenueEvent =
  | { readonly type: 'VenueFilled'; readonly fill: Fill; readonly cumulative: Decimal }
  | {
      readonly type: 'VenueCanceled';
      readonly clientOrderId: ClientOrderId;
      readonly account: AccountId;
      readonly instrument: InstrumentId;
      readonly cumulative: Decimal;
      readonly reason: string;
      readonly timeUs: TimeUs;
    }
  | ({ readonly type: 'VenueCashMoved' } & CashMove)
  | {
      readonly type: 'VenueExpired';
      readonly clientOrderId: ClientOrderId;
      readonly account: AccountId;
      readonly instrument: InstrumentId;
      readonly cumulative: Decimal;
      readonly reason: string;
      readonly timeUs: TimeUs;
    };

/** What the venue says we hold. *Units*: `quantity` base, signed: below zero is short. */
export interface VenuePosition {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly quantity: Decimal;
  readonly averagePrice: Decimal;
}

/** One asset's balance. */
export interface VenueBalance {
  readonly account: AccountId;
  readonly asset: string;
  readonly total: Decimal;
  readonly free: Decimal;
}
