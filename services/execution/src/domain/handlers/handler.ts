import type { Denial, DenialCode, Instrument, Order, OrderRequest, PlaceOrder, TimeUs } from '@algo/model';
import { Decimal } from '@algo/model';
import type { EntryPace } from '../entry-pace.ts';
import type { ExecutionLimits, InstrumentLimits } from '../limits.ts';
import type { NetPosition } from '../position-book.ts';
import type { ReferencePrice } from '../reference-price.ts';

/**
 * All that the handlers may look at when they judge an entry. *Shape*: `request` is the order as it would go
 * on the wire, already rounded; `positions` are those the venue would let us close, without dust;
 * `openOrders` are working, in flight and unknown ones; `pace` has the entries of the last day, but not the
 * command's own; `sentBefore` is what earlier attempts of the command filled and may yet fill, base; entries
 * wait until `rejectsPauseUntilUs`; `shortSpot` says whether the account may be short on spot, null where
 * nobody knows; `beside` is what lies there beside our position, base, signed; `markOf` is the last price
 * seen or traded of an instrument, null if there is none.
 */
export interface EntryContext {
  readonly nowUs: TimeUs;
  readonly instrument: Instrument;
  readonly request: OrderRequest;
  readonly reference: ReferencePrice | null;
  readonly limits: ExecutionLimits;
  readonly instrumentLimits: InstrumentLimits;
  readonly positions: readonly NetPosition[];
  readonly openOrders: readonly Order[];
  readonly pace: Pick<EntryPace, 'of' | 'since'>;
  readonly sentBefore: Decimal;
  readonly rejectsPauseUntilUs: TimeUs;
  readonly shortSpot: boolean | null;
  readonly beside: Decimal;
  readonly markOf: (instrument: PlaceOrder['instrument']) => Decimal | null;
}

/** One link of the chain: null passes the command on, a denial ends it. */
export type Handler = (context: EntryContext, command: PlaceOrder) => Denial | null;

/** Returns a denial whose detail spells the numbers that led to it. */
export function deny(code: DenialCode, numbers: Readonly<Record<string, Decimal | number | string>>): Denial {
  const detail = Object.entries(numbers)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
  return { code, detail };
}

/** Returns what we hold in the command's instrument, signed. */
export function heldQuantity(context: EntryContext): Decimal {
  return context.positions.find((p) => p.instrument === context.instrument.id)?.quantity ?? Decimal.zero;
}

/** Returns what the order is worth, at its limit or else the last price. *Units*: quote. */
export function notionalOf(context: EntryContext): Decimal {
  const price = context.request.limitPrice ?? context.reference?.price ?? Decimal.zero;
  return context.request.quantity.times(price);
}
