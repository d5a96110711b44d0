// An order that the exchange has rejected is read in one way, whoever tells it: the stream or a look-up.
import type { OrderLookup, OrderRequest, SubmitOutcome, VenueEvent } from '@algo/model';
import { expect, test } from 'vitest';
import { until } from '../binance/testing/heard.ts';
import { SpotAccountStream } from './spot-account-stream.ts';
import { refOf, spotOnStandIn, spotOrder, spotStop, TERMS, told } from './testing/spot-on-stand-in.ts';

type House = Awaited<ReturnType<typeof spotOnStandIn>>;
const QUICK = { rotateMs: 3_600_000, overlapMs: 0, retryFirstMs: 0, retryMaxMs: 0, lookMs: 2 };

/** Lets the exchange say of an order that it was rejected. *Source*: user-data-stream.md, "Order Update". */
function tellRejected({ exchange, clock }: House, order: OrderRequest, orderId: number): void {
  const isStop = order.type === 'stop';
  const report = {
    ...{ e: 'executionReport', E: clock.nowMs(), s: 'LTCUSDT', c: order.clientOrderId, S: 'SELL' },
    ...{ o: isStop ? 'STOP_LOSS_LIMIT' : 'LIMIT', f: 'GTC', q: '2.00000000', C: '' },
    ...{ x: 'REJECTED', X: 'REJECTED', r: 'INSUFFICIENT_BALANCES', i: orderId, z: '0.00000000' },
    T: clock.nowMs(),
  };
  exchange.sessions.emit('one', report);
}

/** Looks for an order whose row says that it was rejected. */
async function rejectedAsRead({ exchange, venue }: House, order: OrderRequest, orderId: number) {
  const isStop = order.type === 'stop';
  const body = {
    ...{ symbol: 'LTCUSDT', orderId, orderListId: -1, clientOrderId: order.clientOrderId, side: 'SELL' },
    ...{ price: '79.00000000', origQty: '2.00000000', executedQty: '0.00000000', status: 'REJECTED' },
    ...{ type: isStop ? 'STOP_LOSS_LIMIT' : 'LIMIT', timeInForce: 'GTC', stopPrice: '80.00000000', time: 1 },
  };
  exchange.fault('GET /api/v3/order', 1, { does: 'answer', at: 'before', reply: { status: 200, body } });
  return await told<OrderLookup>((done) => venue.order(refOf(order), done));
}

async function listening(house: House) {
  const events: VenueEvent[] = [];
  const states: string[] = [];
  const stream = new SpotAccountStream(house.link, QUICK);
  stream.open({
    event: (event) => events.push(event),
    connected: () => states.push('connected'),
    disconnected: () => states.push('lost'),
  });
  await until('it is connected', () => states.length > 0);
  return { events, [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose]() };
}

test('a stop that is rejected at its price has expired, as it is told and as it is read', async () => {
  await using house = await spotOnStandIn();
  await using heard = await listening(house);
  const stop = spotStop('80', '2');
  const placed = await told<SubmitOutcome>((done) => house.venue.submit(stop, TERMS, done));
  if (placed.type !== 'confirmed') throw new Error(placed.reason);
  const orderId = Number(placed.venueOrderId);
  tellRejected(house, stop, orderId);
  await until('it is told', () => heard.events.length > 0);
  const { clientOrderId } = stop;
  expect(heard.events).toMatchObject([
    { type: 'VenueExpired', clientOrderId, reason: 'INSUFFICIENT_BALANCES' },
  ]);
  expect(await rejectedAsRead(house, stop, orderId)).toMatchObject({ order: { status: 'expired' } });
});

test('one that never stood is not told as over: its answer or a look-up refuses it', async () => {
  await using house = await spotOnStandIn();
  await using heard = await listening(house);
  const order = spotOrder({ side: 'sell' });
  tellRejected(house, order, 77);
  const next = spotOrder({ timeInForce: 'ioc' });
  await told<SubmitOutcome>((done) => house.venue.submit(next, TERMS, done));
  await until('the next is told', () => heard.events.length > 0);
  expect(heard.events).toMatchObject([{ type: 'VenueExpired', clientOrderId: next.clientOrderId }]);
  expect(await rejectedAsRead(house, order, 77)).toMatchObject({ order: { status: 'rejected' } });
});
