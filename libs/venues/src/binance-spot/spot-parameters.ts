import { type ClientOrderId, Decimal, InputError, type OrderRequest } from '@algo/model';
import { symbolOf } from '../binance/account-link.ts';
import type { Parameters } from '../binance/api-key.ts';

/** How far behind its trigger a stop may still sell: a market stop is not offered by every symbol. */
const STOP_SLIP = Decimal.of('0.02');

/** Returns an order as spot takes it. *Errors*: InputError for one that misses a price. */
export function orderParameters(order: OrderRequest, priceTick: Decimal): Parameters {
  const { clientOrderId, instrument, side, quantity } = order;
  return {
    symbol: symbolOf(instrument),
    side: side === 'buy' ? 'BUY' : 'SELL',
    ...kindOf(order, priceTick),
    quantity: quantity.toString(),
    newClientOrderId: clientOrderId,
    newOrderRespType: 'ACK',
    // Where two orders of ours meet, an exit ends the other, and an entry ends itself: an exit always stays.
    selfTradePreventionMode: side === 'sell' ? 'EXPIRE_MAKER' : 'EXPIRE_TAKER',
  };
}

/** Returns how an order is named in a question: by our name, or by the venue's where another made it. */
export function refParameters(id: ClientOrderId): {
  readonly origClientOrderId?: string;
  readonly orderId?: string;
} {
  const [, orderId] = /^binance-(\d+)$/.exec(id) ?? [];
  return orderId === undefined ? { origClientOrderId: id } : { orderId };
}

function kindOf(order: OrderRequest, tick: Decimal): Parameters {
  const { type, timeInForce, limitPrice, triggerPrice } = order;
  switch (type) {
    case 'market':
      return { type: 'MARKET' };
    case 'limit': {
      const price = needed(limitPrice, order, 'limitPrice').toString();
      if (timeInForce === 'post_only') return { type: 'LIMIT_MAKER', price };
      return { type: 'LIMIT', timeInForce: timeInForce.toUpperCase(), price };
    }
    case 'stop': {
      const stopPrice = needed(triggerPrice, order, 'triggerPrice');
      const price = slipped(stopPrice, order).toStep(tick, order.side === 'sell' ? 'down' : 'up');
      return { type: 'STOP_LOSS_LIMIT', timeInForce: 'GTC', stopPrice: `${stopPrice}`, price: `${price}` };
    }
    default:
      return type satisfies never;
  }
}

function slipped(trigger: Decimal, { side }: OrderRequest): Decimal {
  const factor = side === 'sell' ? Decimal.one.minus(STOP_SLIP) : Decimal.one.plus(STOP_SLIP);
  return trigger.times(factor);
}

function needed(price: Decimal | null, order: OrderRequest, field: string): Decimal {
  if (price !== null) return price;
  throw new InputError({
    ...{ field, value: order.clientOrderId, because: `an order of the kind ${order.type} has none` },
    remedy: 'Report this: orders are made with the prices of their kind.',
  });
}
