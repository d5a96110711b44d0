import type { Order, OrderRequest } from '@algo/model';
import { deny, type Handler } from './handler.ts';

/** C18: denies an entry that could meet an order of our own. */
export const selfTrade: Handler = ({ request, openOrders }) => {
  const own = openOrders.find((order) => couldMeet(request, order));
  if (own === undefined) return null;
  const { clientOrderId, side, limitPrice } = own.request;
  return deny('SELF_TRADE', {
    ...{ price: `${request.limitPrice ?? 'market'}`, own: clientOrderId },
    ...{ own_side: side, own_price: `${limitPrice ?? 'market'}` },
  });
};

/** Says whether an order could trade with one of ours that is open; at the market it meets any price. */
export function couldMeet(
  request: Pick<OrderRequest, 'instrument' | 'side' | 'limitPrice'>,
  { request: own }: Pick<Order, 'request'>,
): boolean {
  if (own.instrument !== request.instrument || own.side === request.side) return false;
  const [buy, sell] = request.side === 'buy' ? [request, own] : [own, request];
  if (buy.limitPrice === null || sell.limitPrice === null) return true;
  return !buy.limitPrice.lessThan(sell.limitPrice);
}
