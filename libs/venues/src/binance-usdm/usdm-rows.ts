import {
  type AccountId,
  type ClientOrderId,
  Decimal,
  type Fill,
  type InstrumentId,
  type OrderType,
  type TimeInForce,
  US_PER_MS,
  type VenueOrder,
  type VenueOrderStatus,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import { decimalOf, flagOf, nameOf, oneOf, type Row, sideOf, textOf, wholeOf } from '../binance/rows.ts';

const KINDS: Readonly<Record<string, OrderType>> = {
  ...{ MARKET: 'market', LIMIT: 'limit', STOP_MARKET: 'stop', STOP: 'stop', LIQUIDATION: 'market' },
  ...{ TAKE_PROFIT: 'stop', TAKE_PROFIT_MARKET: 'stop', TRAILING_STOP_MARKET: 'stop' },
};
const STATUSES: Readonly<Record<string, VenueOrderStatus>> = {
  ...{ NEW: 'open', PARTIALLY_FILLED: 'open', FILLED: 'filled', CANCELED: 'canceled' },
  ...{ EXPIRED: 'expired', EXPIRED_IN_MATCH: 'expired', REJECTED: 'rejected' },
};
/** FINISHED says that its order is over: what became of it, that order tells. */
const ALGO_STATUSES: Readonly<Record<string, VenueOrderStatus>> = {
  ...{ NEW: 'open', TRIGGERING: 'open', TRIGGERED: 'open', FINISHED: 'filled' },
  // It was taken, and rejected when its price came: the stream tells it as one that has expired.
  ...{ CANCELED: 'canceled', REJECTED: 'expired', EXPIRED: 'expired' },
};
const TIMES_IN_FORCE: Readonly<Record<string, TimeInForce>> = {
  ...{ GTC: 'gtc', IOC: 'ioc', FOK: 'fok', GTX: 'post_only', GTD: 'gtc', RPI: 'post_only' },
};

/** Returns an order as a read shows it. *Errors*: throws where a field can't be read. */
export function usdmOrderOf(row: Row, account: AccountId, instrument: InstrumentId): VenueOrder {
  const type = oneOf(row, 'origType', KINDS);
  const orderId = wholeOf(row, 'orderId');
  const told = oneOf(row, 'timeInForce', TIMES_IN_FORCE);
  return {
    request: {
      ...{ account, instrument, type, side: sideOf(row, 'side'), reduceOnly: flagOf(row, 'reduceOnly') },
      clientOrderId: nameOf(textOf(row, 'clientOrderId'), orderId),
      timeInForce: type === 'market' ? 'ioc' : type === 'stop' ? 'gtc' : told,
      quantity: decimalOf(row, 'origQty'),
      limitPrice: type === 'limit' ? decimalOf(row, 'price') : null,
      triggerPrice: type === 'stop' ? decimalOf(row, 'stopPrice') : null,
    },
    venueOrderId: venueOrderId(`${orderId}`),
    status: oneOf(row, 'status', STATUSES),
    filled: decimalOf(row, 'executedQty'),
    acceptedUs: wholeOf(row, 'time') * US_PER_MS,
  };
}

/** Returns a conditional order as a read shows it. *Errors*: as `usdmOrderOf`. */
export function usdmAlgoOf(row: Row, account: AccountId, instrument: InstrumentId): VenueOrder {
  const algoId = wholeOf(row, 'algoId');
  const became = row.actualQty;
  return {
    request: {
      ...{ account, instrument, type: oneOf(row, 'orderType', KINDS), side: sideOf(row, 'side') },
      ...{ clientOrderId: nameOf(textOf(row, 'clientAlgoId'), algoId), timeInForce: 'gtc', limitPrice: null },
      ...{ quantity: decimalOf(row, 'quantity'), triggerPrice: decimalOf(row, 'triggerPrice') },
      reduceOnly: flagOf(row, 'reduceOnly'),
    },
    venueOrderId: venueOrderId(`algo-${algoId}`),
    status: oneOf(row, 'algoStatus', ALGO_STATUSES),
    filled: typeof became === 'string' && became !== '' ? decimalOf(row, 'actualQty') : Decimal.zero,
    acceptedUs: wholeOf(row, 'createTime') * US_PER_MS,
  };
}

/** Returns a fill as a read shows it. *Errors*: as `usdmOrderOf`. */
export function usdmFillOf(
  row: Row,
  account: AccountId,
  instrument: InstrumentId,
  clientOrderId: ClientOrderId,
): Fill {
  return {
    ...{ account, instrument, clientOrderId, venueOrderId: venueOrderId(`${wholeOf(row, 'orderId')}`) },
    ...{ venueTradeId: venueTradeId(`${wholeOf(row, 'id')}`), side: sideOf(row, 'side') },
    ...{ quantity: decimalOf(row, 'qty'), price: decimalOf(row, 'price') },
    ...{ fee: decimalOf(row, 'commission'), feeAsset: textOf(row, 'commissionAsset') },
    liquidity: flagOf(row, 'maker') ? 'maker' : 'taker',
    timeUs: wholeOf(row, 'time') * US_PER_MS,
  };
}
