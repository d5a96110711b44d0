import { expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { accountId, clientOrderId, instrumentId, venueOrderId, venueTradeId } from './ids.ts';
import type { Fill, OrderEvent } from './order.ts';
import { orderAfter } from './order-after.ts';
import type { Order } from './order-life.ts';

const d = (text: string) => Decimal.of(text);
const ABOUT = {
  clientOrderId: clientOrderId('aaaaaaaaaaaaaaaaaaaaaaaaaaa'),
  account: accountId('paper-main'),
  instrument: instrumentId('synthetic.spot.LTCUSDT'),
  timeUs: 5,
};
const SUBMITTED: OrderEvent = {
  ...ABOUT,
  ...{ type: 'OrderSubmitted', commandId: 'c1', intent: 'entry', strategy: null, position: null, plan: null },
  request: {
    ...{ clientOrderId: ABOUT.clientOrderId, account: ABOUT.account, instrument: ABOUT.instrument },
    ...{ side: 'buy', type: 'limit', timeInForce: 'ioc', quantity: d('10'), limitPrice: d('83') },
    triggerPrice: null,
    reduceOnly: false,
  },
  epoch: 3,
  retryOf: null,
  replaces: null,
};
const ACCEPTED: OrderEvent = { ...ABOUT, type: 'OrderAccepted', venueOrderId: venueOrderId('v1') };
const UNKNOWN: OrderEvent = { ...ABOUT, type: 'OrderUnknown', reason: 'timeout', timeUs: 9 };
const CANCELED: OrderEvent = { ...ABOUT, type: 'OrderCanceled', cumulative: d('4'), reason: 'ioc' };
const DENIED: OrderEvent = {
  ...{ ...ABOUT, type: 'OrderDenied', commandId: 'c2', intent: 'entry' },
  denial: { code: 'HALTED', detail: '' },
};

function filled(trade: string, quantity: string, cumulative: string, leaves: string): OrderEvent {
  const fill: Fill = {
    ...ABOUT,
    ...{ venueTradeId: venueTradeId(trade), venueOrderId: venueOrderId('v1'), side: 'buy' },
    ...{ quantity: d(quantity), price: d('83'), fee: d('0'), feeAsset: 'USDT', liquidity: 'taker' },
  };
  return { ...ABOUT, type: 'OrderFilled', fill, cumulative: d(cumulative), leaves: d(leaves) };
}

function after(...events: readonly OrderEvent[]): Order | undefined {
  return events.reduce<Order | undefined>(orderAfter, undefined);
}

test('an order goes from its submission over its fills to its end, with why and when', () => {
  const order = after(SUBMITTED, ACCEPTED, filled('t1', '4', '4', '6'), CANCELED);
  expect(order).toMatchObject({ status: 'canceled', reason: 'ioc', endedUs: 5, epoch: 3, submittedUs: 5 });
  expect(order?.cumulative.toString()).toBe('4');
});

test('said twice, an order is the same: a submission does not begin it anew, a fill counts once', () => {
  const once = after(SUBMITTED, ACCEPTED, filled('t1', '4', '4', '6'));
  expect(after(SUBMITTED, SUBMITTED, ACCEPTED, filled('t1', '4', '4', '6'), SUBMITTED)).toEqual(once);
  expect(after(SUBMITTED, ACCEPTED, ACCEPTED, ...Array(2).fill(filled('t1', '4', '4', '6')))).toEqual(once);
});

test('a working order of which execution says that it is unknown is unknown: its cancel was lost', () => {
  expect(after(SUBMITTED, ACCEPTED, UNKNOWN)).toMatchObject({ status: 'unknown', unknownUs: 9 });
  expect(after(SUBMITTED, ACCEPTED, UNKNOWN, ACCEPTED)?.status).toBe('accepted');
});

test('a fill of an order whose beginning nobody said shows the order that must have been behind it', () => {
  const order = after(filled('t1', '4', '4', '6'));
  expect(order).toMatchObject({ status: 'partially_filled', venueOrderId: 'v1', intent: 'entry' });
  expect(order?.request.quantity.toString()).toBe('10');
  expect(after(filled('t1', '4', '4', '0'))?.status).toBe('filled');
});

test('a denied order never was one, and of one whose beginning was not read nothing is known', () => {
  for (const event of [DENIED, ACCEPTED, UNKNOWN, CANCELED]) expect(after(event)).toBeUndefined();
  expect(after(SUBMITTED, DENIED)).toEqual(after(SUBMITTED));
});
