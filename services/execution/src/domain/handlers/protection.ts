import {
  type ClientOrderId,
  closingSize,
  type Decimal,
  type Denial,
  type Instrument,
  type InstrumentId,
  type Order,
  type ProtectPosition,
} from '@algo/model';
import { deny } from './handler.ts';

/** What a stop at the venue is judged by. *Units*: `held` base, signed. */
export interface ProtectionContext {
  readonly instrument: Instrument;
  readonly held: Decimal;
  readonly openOrders: readonly Order[];
  readonly holdsStops: boolean;
}

/** Returns our stops of an instrument that are open at the venue, or may be. */
export function stopsOf(id: InstrumentId, openOrders: readonly Order[]): readonly Order[] {
  return openOrders.filter(({ intent, request }) => intent === 'protection' && request.instrument === id);
}

/**
 * Returns the stop that another order of the instrument takes the place of: the newest that rests, or is
 * about to; null where there is none. One in doubt is not named: the venue may know nothing of it.
 */
export function stopToReplace(id: InstrumentId, openOrders: readonly Order[]): ClientOrderId | null {
  const stop = stopsOf(id, openOrders).findLast(
    ({ status }) => status === 'accepted' || status === 'submitted',
  );
  return stop?.request.clientOrderId ?? null;
}

/**
 * Says why a stop may not rest at the venue just now, or null: an exit that works takes what it would guard,
 * and beside a stop in doubt, or one that goes off, a second could sell twice.
 */
export function stopDenial(
  { held, openOrders }: Pick<ProtectionContext, 'held' | 'openOrders'>,
  { instrument: id, direction }: Pick<ProtectPosition, 'instrument' | 'direction'>,
  own: ClientOrderId | null,
): Denial | null {
  if (!(direction === 'long' ? held : held.negated()).isPositive())
    return deny('NO_POSITION', { held, direction });
  const exit = openOrders.find(({ intent, request }) => intent === 'exit' && request.instrument === id);
  if (exit !== undefined) return deny('NO_POSITION', { held, working_exit: exit.request.clientOrderId });
  const others = stopsOf(id, openOrders).filter(({ request }) => request.clientOrderId !== own);
  const unsure = others.find(({ status }, i) => status !== 'accepted' || i > 0);
  if (unsure === undefined) return null;
  return deny('UNKNOWN_ORDERS', { stop: unsure.request.clientOrderId, status: unsure.status });
}

/**
 * Returns how much a stop at the venue guards, or why there can be none: never more than what we hold.
 * *Units*: base.
 */
export function protectedQuantity(
  command: ProtectPosition,
  context: ProtectionContext,
):
  | { readonly type: 'sized'; readonly quantity: Decimal }
  | { readonly type: 'denied'; readonly denial: Denial } {
  const { instrument, held, holdsStops } = context;
  if (!holdsStops) return denied(deny('NO_VENUE_STOP', { instrument: instrument.id }));
  const denial = stopDenial(context, command, null);
  if (denial !== null) return denied(denial);
  const wanted = command.quantity.lessThan(held.abs()) ? command.quantity : held.abs();
  const { quantity, below } = closingSize(wanted, command.triggerPrice, instrument);
  if (below === null) return { type: 'sized', quantity };
  const code = below === 'minQuantity' ? 'QUANTITY_BELOW_MIN' : 'NOTIONAL_BELOW_MIN';
  return denied(deny(code, { quantity, [below]: instrument[below] }));
}

function denied(denial: Denial) {
  return { type: 'denied', denial } as const;
}
