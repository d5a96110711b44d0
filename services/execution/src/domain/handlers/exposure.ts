import { Decimal, type InstrumentId, leavesOf } from '@algo/model';
import { deny, type EntryContext, type Handler } from './handler.ts';

/**
 * Denies an entry that would lift an instrument's or the account's notional over its limit, all that is
 * working, in flight or unknown counted as filled in full (C9). *Units*: quote.
 */
export const exposure: Handler = (context) => {
  const { instrument, limits, instrumentLimits, request } = context;
  if (limits.grossNotionalMax === null) return deny('NO_LIMIT_CONFIGURED', { limit: 'gross_notional_max' });
  const price = request.limitPrice ?? context.markOf(instrument.id);
  if (price === null) return deny('STALE_MARKET', { reference: 'none' });
  const order = request.quantity.times(price);
  const own = worstNotional(context, instrument.id);
  const others = instrumentsOf(context).filter((id) => id !== instrument.id);
  let gross = order;
  for (const notional of [own, ...others.map((id) => worstNotional(context, id))]) {
    if (notional === null) return deny('STALE_MARKET', { reference: 'none for a held instrument' });
    gross = gross.plus(notional);
  }
  const position = (own ?? Decimal.zero).plus(order);
  if (position.greaterThan(instrumentLimits.positionNotionalMax))
    return deny('EXPOSURE_LIMIT', {
      position_notional: position,
      position_notional_max: instrumentLimits.positionNotionalMax,
    });
  if (gross.greaterThan(limits.grossNotionalMax))
    return deny('EXPOSURE_LIMIT', { gross_notional: gross, gross_notional_max: limits.grossNotionalMax });
  return null;
};

function instrumentsOf(context: EntryContext): readonly InstrumentId[] {
  const ids = new Set(context.positions.map((p) => p.instrument));
  for (const order of context.openOrders) ids.add(order.request.instrument);
  return [...ids];
}

/** Null when something is held that has no price at all. */
function worstNotional(context: EntryContext, id: InstrumentId): Decimal | null {
  const mark = context.markOf(id);
  const held = context.positions.find((p) => p.instrument === id)?.quantity.abs() ?? Decimal.zero;
  let notional = Decimal.zero;
  if (!held.isZero()) {
    if (mark === null) return null;
    notional = held.times(mark);
  }
  for (const order of context.openOrders) {
    if (order.intent !== 'entry' || order.request.instrument !== id) continue;
    const price = order.request.limitPrice ?? mark;
    if (price === null) return null;
    notional = notional.plus(leavesOf(order).times(price));
  }
  return notional;
}
