import {
  type AccountId,
  type ClientOrderId,
  type Fill,
  type InstrumentId,
  type OrderRequest,
  type OrderType,
  type TimeInForce,
  US_PER_MS,
  type VenueOrder,
  type VenueOrderStatus,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import { decimalOf, flagOf, nameOf, oneOf, type Row, sideOf, textOf, wholeOf } from '../binance/rows.ts';

/** Our kinds of the venue's orders. One with a price of its own to go off at is a stop, whoever made it. */
const KINDS: Readonly<Record<string, OrderType>> = {
  ...{ MARKET: 'market', LIMIT: 'limit', LIMIT_MAKER: 'limit' },
  ...{ STOP_LOSS: 'stop', STOP_LOSS_LIMIT: 'stop', TAKE_PROFIT: 'stop', TAKE_PROFIT_LIMIT: 'stop' },
};

/** A stop stood before it was rejected when its price came: it has expired, as the stream tells it. */
const STATUSES: Readonly<Record<string, VenueOrderStatus>> = {
  ...{ NEW: 'open', PENDING_NEW: 'open', PARTIALLY_FILLED: 'open', PENDING_CANCEL: 'open' },
  ...{ FILLED: 'filled', CANCELED: 'canceled', REJECTED: 'rejected' },
  ...{ EXPIRED: 'expired', EXPIRED_IN_MATCH: 'expired' },
};

/** Returns an order as a read shows it. *Errors*: throws where a field can't be read. */
export function orderOf(row: Row, account: AccountId, instrument: InstrumentId): VenueOrder {
  const kind = oneOf(row, 'type', KINDS);
  const type = textOf(row, 'type');
  const request: OrderRequest = {
    ...{ account, instrument, side: sideOf(row, 'side'), type: kind, reduceOnly: false },
    clientOrderId: nameOf(textOf(row, 'clientOrderId'), wholeOf(row, 'orderId')),
    timeInForce: timeInForceOf(type, textOf(row, 'timeInForce')),
    quantity: decimalOf(row, 'origQty'),
    limitPrice: kind === 'limit' ? decimalOf(row, 'price') : null,
    triggerPrice: kind === 'stop' ? decimalOf(row, 'stopPrice') : null,
  };
  return {
    request,
    venueOrderId: venueOrderId(`${wholeOf(row, 'orderId')}`),
    status: kind === 'stop' && row.status === 'REJECTED' ? 'expired' : oneOf(row, 'status', STATUSES),
    filled: decimalOf(row, 'executedQty'),
    acceptedUs: wholeOf(row, 'time') * US_PER_MS,
  };
}

function timeInForceOf(type: string, said: string): TimeInForce {
  if (type === 'LIMIT_MAKER') return 'post_only';
  if (type === 'MARKET') return 'ioc';
  return ({ GTC: 'gtc', IOC: 'ioc', FOK: 'fok' } as const)[said] ?? 'gtc';
}

/** Returns a fill as a read shows it; its order's name is asked for by number. *Errors*: as `orderOf`. */
export function fillOf(
  row: Row,
  account: AccountId,
  instrument: InstrumentId,
  nameOfOrder: (orderId: number) => ClientOrderId,
): Fill {
  const orderId = wholeOf(row, 'orderId');
  return {
    ...{ account, instrument, clientOrderId: nameOfOrder(orderId), venueOrderId: venueOrderId(`${orderId}`) },
    venueTradeId: venueTradeId(`${wholeOf(row, 'id')}`),
    side: flagOf(row, 'isBuyer') ? 'buy' : 'sell',
    ...{ quantity: decimalOf(row, 'qty'), price: decimalOf(row, 'price') },
    ...{ fee: decimalOf(row, 'commission'), feeAsset: textOf(row, 'commissionAsset') },
    liquidity: flagOf(row, 'isMaker') ? 'maker' : 'taker',
    timeUs: wholeOf(row, 'time') * US_PER_MS,
  };
}
