import { venueOrderId } from '@algo/model';
import { expect, test } from 'vitest';
import { fillsDifference } from './fills-difference.ts';
import { A, fill, held, local, order, venue, venueHeld, WEB } from './testing/reconcile-scenario.ts';

test('fills under the name of a cancel by hand are ours, by the number of the order', () => {
  const numbered = { ...order(A, 'canceled', '4'), venueOrderId: venueOrderId('v') };
  const books = local({ orders: [numbered], fills: [fill('t1', A, '4')], positions: [held('4')] });
  const fills = [fill('t1', WEB, '4'), fill('t2', WEB, '2')];
  const found = fillsDifference(books, venue({ fills, positions: [venueHeld('6')] }), 0);
  expect(found.own.map((one) => [one.clientOrderId, one.venueTradeId])).toEqual([[A, 't2']]);
  expect(found.foreign).toEqual([]);
});
