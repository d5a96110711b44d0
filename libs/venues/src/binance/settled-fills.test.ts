import type { Fill } from '@algo/model';
import { expect, test } from 'vitest';
import {
  ACCOUNT,
  answered,
  spotOnStandIn,
  spotOrder,
  T0_MS,
  TERMS,
  told,
} from '../binance-spot/testing/spot-on-stand-in.ts';

test('a fill that the first read did not show is found by a later one, though as much is held', async () => {
  await using house = await spotOnStandIn();
  const { exchange, venue, clock } = house;
  const fills = () => answered<readonly Fill[]>((done) => venue.fillsSince(ACCOUNT, T0_MS * 1_000, done));
  const order = spotOrder();
  await told((done) => venue.submit(order, TERMS, done));
  clock.advance(5_000);
  exchange.flow('LTCUSDT', [{ price: '82.50', quantity: '5', isBuyerMaker: true }]);
  // What is held shows it at once, the list of fills 3 s later.
  exchange.readLate('GET /api/v3/myTrades', 3_000);
  expect(await fills()).toEqual([]);
  expect(await fills()).toEqual([]);
  exchange.readLate('GET /api/v3/myTrades', 0);
  clock.advance(10_000);
  expect(await fills()).toMatchObject([{ clientOrderId: order.clientOrderId }]);
  const asked = () => exchange.journal.entries.filter(({ endpoint }) => endpoint.endsWith('myTrades')).length;
  const before = asked();
  expect(await fills()).toHaveLength(1);
  expect(asked()).toBe(before);
});
