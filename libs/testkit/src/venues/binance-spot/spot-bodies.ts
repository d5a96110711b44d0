import type { Decimal } from '@algo/model';
import { fixed } from '../binance-account/fixed-text.ts';
import type { ResponseType } from './spot-entry.ts';
import { isConditional, type SpotFill, type SpotOrder } from './spot-order.ts';

/** Returns what an order's replies have only where there is something to tell. */
function conditionalFields(order: SpotOrder): Readonly<Record<string, unknown>> {
  return {
    ...(order.preventedMatchId === null
      ? {}
      : { preventedMatchId: order.preventedMatchId, preventedQuantity: fixed(order.prevented) }),
    ...(order.expiryReason === null ? {} : { expiryReason: order.expiryReason }),
  };
}

function stopField(order: SpotOrder): Readonly<Record<string, unknown>> {
  return isConditional(order) ? { stopPrice: fixed(order.stopPrice!) } : {};
}

function sums(order: SpotOrder): Readonly<Record<string, unknown>> {
  return {
    ...{ price: fixed(order.price), origQty: fixed(order.quantity), executedQty: fixed(order.executed) },
    ...{ origQuoteOrderQty: fixed(order.quoteQuantity), cummulativeQuoteQty: fixed(order.quoteFilled) },
    ...{ status: order.status, timeInForce: order.timeInForce, type: order.type, side: order.side },
  };
}

/** Returns the reply to a new order. *Source*: rest-api.md, "New order"; RESULT has no fills. */
export function placedBody(order: SpotOrder, fills: readonly SpotFill[], how: ResponseType): unknown {
  const { symbol, orderId, orderListId, clientOrderId } = order;
  const ack = { symbol, orderId, orderListId, clientOrderId, transactTime: order.updateMs };
  if (how === 'ACK') return ack;
  const result = {
    ...{ ...ack, ...sums(order), ...stopField(order) },
    ...{ workingTime: order.workingMs, selfTradePreventionMode: order.stp },
    ...conditionalFields(order),
  };
  if (how === 'RESULT') return result;
  return {
    ...result,
    fills: fills.map((fill) => ({
      ...{ price: fixed(fill.price), qty: fixed(fill.quantity) },
      ...{ commission: fixed(fill.commission), commissionAsset: fill.commissionAsset },
      tradeId: fill.tradeId,
    })),
  };
}

/** Returns the reply to a cancel. *Source*: rest-api.md, "Cancel order". */
export function canceledBody(order: SpotOrder, origClientOrderId: string): unknown {
  const { symbol, orderId, orderListId, clientOrderId, updateMs } = order;
  return {
    ...{ symbol, origClientOrderId, orderId, orderListId, clientOrderId, transactTime: updateMs },
    ...{ ...sums(order), ...stopField(order), selfTradePreventionMode: order.stp },
    ...conditionalFields(order),
  };
}

/** Returns an order as reads show it. *Source*: rest-api.md, "Query order". */
export function queriedBody(order: SpotOrder): unknown {
  const { symbol, orderId, orderListId, clientOrderId } = order;
  return {
    ...{ symbol, orderId, orderListId, clientOrderId, ...sums(order) },
    ...{ stopPrice: order.stopPrice === null ? ZERO : fixed(order.stopPrice), icebergQty: ZERO },
    ...{ time: order.timeMs, updateTime: order.updateMs },
    // Also an order that is over is told as working, if it ever was.
    ...{ isWorking: order.workingMs >= 0, workingTime: order.workingMs },
    selfTradePreventionMode: order.stp,
    ...conditionalFields(order),
  };
}

const ZERO = '0.00000000';

/** Returns a fill as `GET /api/v3/myTrades` shows it. */
export function tradeBody(fill: SpotFill): unknown {
  const quote: Decimal = fill.price.times(fill.quantity);
  return {
    ...{ symbol: fill.symbol, id: fill.tradeId, orderId: fill.orderId, orderListId: fill.orderListId },
    ...{ price: fixed(fill.price), qty: fixed(fill.quantity), quoteQty: fixed(quote) },
    ...{ commission: fixed(fill.commission), commissionAsset: fill.commissionAsset, time: fill.timeMs },
    ...{ isBuyer: fill.isBuyer, isMaker: fill.isMaker, isBestMatch: true },
  };
}
