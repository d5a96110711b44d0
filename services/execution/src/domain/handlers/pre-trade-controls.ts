import { deny, type Handler, notionalOf } from './handler.ts';
import { openOrders } from './open-orders.ts';
import { PACE_CONTROLS } from './pace-controls.ts';
import { selfTrade } from './self-trade.ts';
import { venueRejects } from './venue-rejects.ts';

/** C20: one unknown order stops its instrument; several, or one that stays unknown, stop every entry. */
const unknownOrders: Handler = ({ nowUs, openOrders, limits }, command) => {
  const unknown = openOrders.filter((o) => o.status === 'unknown');
  if (unknown.length === 0) return null;
  const here = unknown.filter((o) => o.request.instrument === command.instrument).length;
  const oldestUs = Math.max(...unknown.map((o) => nowUs - o.unknownUs));
  const all = unknown.length >= limits.unknownOrdersMax || oldestUs > limits.unknownAgeMaxUs;
  if (here === 0 && !all) return null;
  return deny('UNKNOWN_ORDERS', { here, everywhere: unknown.length, oldest_us: oldestUs });
};

/** C13: nothing is entered into a market that has stopped trading, or that we have stopped hearing. */
const staleMarket: Handler = ({ nowUs, reference, instrumentLimits }) => {
  if (reference === null) return deny('STALE_MARKET', { reference: 'none' });
  const ageUs = nowUs - reference.timeUs;
  const maxUs = instrumentLimits.marketStaleUs;
  return ageUs <= maxUs ? null : deny('STALE_MARKET', { age_us: ageUs, age_max_us: maxUs });
};

/** C4: the venue's own minima, on the quantity and price as they would go out. */
const venueMinima: Handler = (context) => {
  const { request, instrument } = context;
  if (!request.quantity.isPositive() || request.quantity.lessThan(instrument.minQuantity))
    return deny('QUANTITY_BELOW_MIN', { quantity: request.quantity, min_quantity: instrument.minQuantity });
  const notional = notionalOf(context);
  if (notional.lessThan(instrument.minNotional))
    return deny('NOTIONAL_BELOW_MIN', { notional, min_notional: instrument.minNotional });
  return null;
};

/** C1: the largest single order. */
const orderNotionalMax: Handler = (context) => {
  const max = context.instrumentLimits.orderNotionalMax;
  const notional = notionalOf(context);
  if (!notional.greaterThan(max)) return null;
  return deny('ORDER_NOTIONAL_MAX', { notional, order_notional_max: max });
};

/** C3: no price further from the last trade than the collar, and no collar around a price that is old. */
const priceCollar: Handler = ({ nowUs, reference, request, instrumentLimits }) => {
  if (reference === null) return deny('PRICE_COLLAR', { reference: 'none' });
  const ageUs = nowUs - reference.timeUs;
  const maxUs = instrumentLimits.referenceAgeMaxUs;
  if (ageUs > maxUs) return deny('PRICE_COLLAR', { reference_age_us: ageUs, age_max_us: maxUs });
  const price = request.limitPrice ?? reference.price;
  const away = price.minus(reference.price).abs();
  const allowed = reference.price.times(instrumentLimits.collar);
  if (price.isPositive() && !away.greaterThan(allowed)) return null;
  return deny('PRICE_COLLAR', { price, reference: reference.price, away, allowed });
};

/** The pre-trade controls, in the order in which they speak. */
export const PRE_TRADE_CONTROLS: readonly Handler[] = [
  unknownOrders,
  venueRejects,
  staleMarket,
  venueMinima,
  orderNotionalMax,
  priceCollar,
  openOrders,
  selfTrade,
  ...PACE_CONTROLS,
];
