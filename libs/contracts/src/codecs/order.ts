import type {
  CancelOrder,
  ClosePosition,
  Denial,
  DenialCode,
  ExitPlan,
  ExitReason,
  Fill,
  OrderCommand,
  OrderEvent,
  OrderIntent,
  OrderRequest,
  OrderType,
  PlaceOrder,
  QuarantineProblem,
  TimeInForce,
} from '@algo/model';
import { codec, nested, part, tagged } from '../codec.ts';
import { decimal, flag, oneWordOf, orNull, text, whole, word } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import {
  account,
  clientOrder,
  decision,
  direction,
  instrument,
  position,
  side,
  strategy,
  venueOrder,
  venueTrade,
} from './vocabulary.ts';

const orderType = oneWordOf<OrderType>('OrderType', { market: 1, limit: 2 });
const timeInForce = oneWordOf<TimeInForce>('TimeInForce', { ioc: 1, gtc: 2, fok: 3 });

export const exitReason = oneWordOf<ExitReason>('ExitReason', {
  trailing_stop: 1,
  initial_stop: 2,
  target: 3,
  hold_time: 4,
  circuit_breaker: 5,
  health: 6,
  operator: 7,
  residual: 8,
});

const quarantineProblem = oneWordOf<QuarantineProblem>('QuarantineProblem', {
  illegal_transition: 1,
  fill_conflict: 2,
  overfill: 3,
  fill_after_end: 4,
  foreign_fill: 5,
  orphan_fill: 6,
  cumulative_mismatch: 7,
});

const denial = part<Denial>('Denial', {
  code: oneWordOf<DenialCode>('DenialCode', {
    GATE_CLOSED: 1,
    HALTED: 2,
    REDUCE_ONLY: 3,
    EXPIRED: 4,
    DUPLICATE_ORDER: 5,
    POSITION_EXISTS: 6,
    REVERSAL_REFUSED: 7,
    POSITION_LIMIT: 8,
    EXPOSURE_LIMIT: 9,
    ORDER_NOTIONAL_MAX: 10,
    ORDER_RATE_MAX: 11,
    PRICE_COLLAR: 12,
    QUANTITY_BELOW_MIN: 13,
    NOTIONAL_BELOW_MIN: 14,
    STALE_MARKET: 15,
    UNKNOWN_ORDERS: 16,
    NO_POSITION: 17,
    INSUFFICIENT_BALANCE: 18,
    UNKNOWN_INSTRUMENT: 19,
    NO_LIMIT_CONFIGURED: 20,
    NO_GUARD: 21,
  }),
  detail: text,
});

const plan = part<ExitPlan>('ExitPlan', {
  stopPrice: decimal,
  targetPrice: orNull(decimal),
  trailing: decimal,
  holdMaxUs: whole,
});

export const orderRequest = part<OrderRequest>('OrderRequest', {
  clientOrderId: clientOrder,
  account,
  instrument,
  side,
  type: orderType,
  timeInForce,
  quantity: decimal,
  limitPrice: orNull(decimal),
  reduceOnly: flag,
});

export const fill = part<Fill>('Fill', {
  venueTradeId: venueTrade,
  clientOrderId: clientOrder,
  venueOrderId: venueOrder,
  account,
  instrument,
  side,
  quantity: decimal,
  price: decimal,
  fee: decimal,
  feeAsset: text,
  liquidity: oneWordOf<Fill['liquidity']>('Liquidity', { maker: 1, taker: 2 }),
  timeUs: whole,
});

const placeOrder = tagged<PlaceOrder, 'PlaceOrder'>('PlaceOrder', {
  commandId: word,
  decision,
  strategy,
  account,
  instrument,
  direction,
  orderType,
  timeInForce,
  quantity: decimal,
  limitPrice: orNull(decimal),
  plan: nested(plan),
  timeUs: whole,
  expiresUs: whole,
});

const closePosition = tagged<ClosePosition, 'ClosePosition'>('ClosePosition', {
  commandId: word,
  position,
  account,
  instrument,
  direction,
  quantity: decimal,
  reason: exitReason,
  attempt: whole,
  timeUs: whole,
});

const cancelOrder = tagged<CancelOrder, 'CancelOrder'>('CancelOrder', {
  commandId: word,
  clientOrderId: clientOrder,
  reason: text,
  timeUs: whole,
});

export const orderCommandCodecs = {
  PlaceOrder: codec(algo.v1.PlaceOrder, placeOrder),
  ClosePosition: codec(algo.v1.ClosePosition, closePosition),
  CancelOrder: codec(algo.v1.CancelOrder, cancelOrder),
} satisfies Record<OrderCommand['type'], object>;

/** What every order event says first. */
const order = { clientOrderId: clientOrder, account, instrument, timeUs: whole };

const submitted = tagged<OrderEvent, 'OrderSubmitted'>('OrderSubmitted', {
  ...order,
  commandId: word,
  intent: oneWordOf<OrderIntent>('OrderIntent', { entry: 1, exit: 2 }),
  strategy: orNull(strategy),
  position: orNull(position),
  request: nested(orderRequest),
  plan: orNull(nested(plan)),
  epoch: whole,
});

export const orderEventCodecs = {
  OrderDenied: codec(
    algo.v1.OrderDenied,
    tagged<OrderEvent, 'OrderDenied'>('OrderDenied', { ...order, commandId: word, denial: nested(denial) }),
  ),
  OrderSubmitted: codec(algo.v1.OrderSubmitted, submitted),
  OrderAccepted: codec(
    algo.v1.OrderAccepted,
    tagged<OrderEvent, 'OrderAccepted'>('OrderAccepted', { ...order, venueOrderId: venueOrder }),
  ),
  OrderRejected: codec(
    algo.v1.OrderRejected,
    tagged<OrderEvent, 'OrderRejected'>('OrderRejected', { ...order, reason: text }),
  ),
  OrderUnknown: codec(
    algo.v1.OrderUnknown,
    tagged<OrderEvent, 'OrderUnknown'>('OrderUnknown', { ...order, reason: text }),
  ),
  OrderFilled: codec(
    algo.v1.OrderFilled,
    tagged<OrderEvent, 'OrderFilled'>('OrderFilled', {
      ...order,
      fill: nested(fill),
      cumulative: decimal,
      leaves: decimal,
    }),
  ),
  OrderCanceled: codec(
    algo.v1.OrderCanceled,
    tagged<OrderEvent, 'OrderCanceled'>('OrderCanceled', { ...order, cumulative: decimal, reason: text }),
  ),
  OrderExpired: codec(
    algo.v1.OrderExpired,
    tagged<OrderEvent, 'OrderExpired'>('OrderExpired', { ...order, cumulative: decimal, reason: text }),
  ),
  OrderQuarantined: codec(
    algo.v1.OrderQuarantined,
    tagged<OrderEvent, 'OrderQuarantined'>('OrderQuarantined', {
      ...order,
      problem: quarantineProblem,
      booked: flag,
      detail: text,
    }),
  ),
};
