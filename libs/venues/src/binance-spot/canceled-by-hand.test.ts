import type { OrderLookup, SubmitOutcome } from '@algo/model';
import { expect, test } from 'vitest';
import { SpotExchangeVenue } from './spot-exchange-venue.ts';
import { SpotLink } from './spot-link.ts';
import { refOf, spotOnStandIn, spotOrder, spotStop, TERMS, told } from './testing/spot-on-stand-in.ts';

type House = Awaited<ReturnType<typeof spotOnStandIn>>;

/** Takes all orders away as the venue's page does: each gets a name that nobody here has made. */
async function cancelAll({ link }: House): Promise<void> {
  const call = { method: 'DELETE', path: '/api/v3/openOrders', weight: 1, purpose: 'cancel' } as const;
  const answer = await link.http.ask({ ...call, parameters: { symbol: 'LTCUSDT' } });
  expect(answer).toMatchObject({ type: 'answered', status: 200 });
}

test('a stop that a person took away is found by its number: under our name nobody knows it', async () => {
  await using house = await spotOnStandIn();
  const stop = spotStop('80', '2');
  const placed = await told<SubmitOutcome>((done) => house.venue.submit(stop, TERMS, done));
  await cancelAll(house);
  const found = await told<OrderLookup>((done) => house.venue.order(refOf(stop), done));
  expect(found).toMatchObject({
    type: 'found',
    order: { status: 'canceled', request: { clientOrderId: stop.clientOrderId } },
  });
  expect(placed).toMatchObject({ type: 'confirmed' });
});

test('a new life finds it by the number that it is told', async () => {
  await using house = await spotOnStandIn();
  const order = spotOrder();
  const placed = await told<SubmitOutcome>((done) => house.venue.submit(order, TERMS, done));
  if (placed.type !== 'confirmed') throw new Error(placed.reason);
  await cancelAll(house);
  await using venue = new SpotExchangeVenue(new SpotLink(house.parts));
  const ref = { ...refOf(order), venueOrderId: placed.venueOrderId };
  expect(await told<OrderLookup>((done) => venue.order(refOf(order), done))).toEqual({ type: 'absent' });
  expect(await told<OrderLookup>((done) => venue.order(ref, done))).toMatchObject({
    type: 'found',
    order: { status: 'canceled', request: { clientOrderId: order.clientOrderId } },
  });
});
