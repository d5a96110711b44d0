import type { Decimal, Instrument, OrderRequest } from '@algo/model';
import { type Grid, gridOf } from './price-grid.ts';

/** An instrument with the grids of its books, which may be finer than what its rules allow now. */
export interface TradingRules {
  readonly instrument: Instrument;
  readonly prices: Grid;
  readonly quantities: Grid;
}

/** Why the venue refuses an order; its reason text begins with this. */
export type PaperRefusal =
  | 'epoch_over'
  | 'unknown_account'
  | 'unknown_instrument'
  | 'unknown_order'
  | 'order_ended'
  | 'duplicate'
  | 'bad_shape'
  | 'quantity_not_positive'
  | 'quantity_off_step'
  | 'quantity_below_min'
  | 'price_not_positive'
  | 'price_off_tick'
  | 'notional_below_min'
  | 'too_large'
  | 'price_band'
  | 'rate_limited'
  | 'banned'
  | 'cancel_only'
  | 'closed'
  | 'no_trades_yet'
  | 'position_mode'
  | 'would_trigger'
  | 'nothing_to_reduce'
  | 'insufficient_balance'
  | 'too_many_open_orders';

export interface Refusal {
  readonly code: PaperRefusal;
  readonly detail: string;
  /** After so long it may take such an order; left out where it refuses this one whenever it comes. */
  readonly retryAfterMs?: number;
}

/** Returns the rules of an instrument. */
export function tradingRules(instrument: Instrument): TradingRules {
  return {
    instrument,
    prices: gridOf(instrument.priceTick),
    quantities: gridOf(instrument.quantityStep),
  };
}

/** Returns how many ticks or steps an amount is; null when it lies between two or is beyond exact doubles. */
export function wholeCount(amount: Decimal, grid: Grid): number | null {
  const count = amount.dividedBy(grid.size, 0, 'down');
  const exact = count.times(grid.size).equals(amount);
  return exact && Number.isSafeInteger(Number(count.units)) ? Number(count.units) : null;
}

/**
 * Returns why the venue's filters refuse the order, null when they pass it. *Units*: `reference` quote, what
 * a market order is valued at; a stop is at its trigger. A reduce-only order needs no minimum notional, so
 * that a small rest can always be left.
 */
export function filterRefusal(
  request: OrderRequest,
  { instrument, prices, quantities }: TradingRules,
  reference: Decimal,
): Refusal | null {
  const { quantity, limitPrice, triggerPrice, type, timeInForce } = request;
  if ((type === 'limit') !== (limitPrice !== null))
    return { code: 'bad_shape', detail: `type=${type} limitPrice=${limitPrice ?? 'null'}` };
  if ((type === 'stop') !== (triggerPrice !== null))
    return { code: 'bad_shape', detail: `type=${type} triggerPrice=${triggerPrice ?? 'null'}` };
  if (type === 'stop' && timeInForce !== 'gtc')
    return { code: 'bad_shape', detail: `type=stop timeInForce=${timeInForce}` };
  if (!quantity.isPositive()) return { code: 'quantity_not_positive', detail: `quantity=${quantity}` };
  if (wholeCount(quantity, quantities) === null || !isOn(quantity, instrument.quantityStep))
    return isOn(quantity, instrument.quantityStep)
      ? { code: 'too_large', detail: `quantity=${quantity}` }
      : { code: 'quantity_off_step', detail: `quantity=${quantity} step=${instrument.quantityStep}` };
  if (quantity.lessThan(instrument.minQuantity))
    return { code: 'quantity_below_min', detail: `quantity=${quantity} min=${instrument.minQuantity}` };
  const price = limitPrice ?? triggerPrice;
  if (price !== null) {
    const detail = `${limitPrice === null ? 'triggerPrice' : 'limitPrice'}=${price}`;
    if (!price.isPositive()) return { code: 'price_not_positive', detail };
    if (wholeCount(price, prices) === null || !isOn(price, instrument.priceTick))
      return isOn(price, instrument.priceTick)
        ? { code: 'too_large', detail }
        : { code: 'price_off_tick', detail: `${detail} tick=${instrument.priceTick}` };
  }
  const notional = quantity.times(price ?? reference);
  const isBound = !request.reduceOnly || instrument.minNotionalBindsExits;
  if (isBound && notional.lessThan(instrument.minNotional))
    return { code: 'notional_below_min', detail: `notional=${notional} min=${instrument.minNotional}` };
  return null;
}

function isOn(amount: Decimal, step: Decimal): boolean {
  return amount.toStep(step, 'down').equals(amount);
}
