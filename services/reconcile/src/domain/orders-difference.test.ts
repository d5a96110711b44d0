import { expect, test } from 'vitest';
import type { LocalBooks, VenueBooks } from './books.ts';
import { reconcile } from './reconcile.ts';
import {
  A,
  brief,
  CONTEXT,
  fill,
  found,
  local,
  order,
  venue,
  venueHeld,
  venueOrder,
} from './testing/reconcile-scenario.ts';

test.each<[string, LocalBooks, VenueBooks, readonly string[]]>([
  [
    'an order on its way that arrived between the list and the question for it',
    local({ orders: [order(A, 'submitted')] }),
    venue({ lookups: [found(A, 'open', '0')] }),
    ['D5 adopt_order'],
  ],
  [
    'an order that was sent after our books were read, and fills already',
    local({ sentSince: new Set([A]) }),
    venue({
      ...{ openOrders: [venueOrder(A, 'open', '4')], fills: [fill('t1', A, '4')] },
      positions: [venueHeld('4')],
    }),
    ['D8 ingest_fills'],
  ],
  [
    'an order that ended after our books were read',
    { ...local({ orders: [order(A, 'accepted')] }), ended: local({ orders: [order(A, 'canceled')] }).ended },
    venue({ lookups: [{ clientOrderId: A, lookup: { type: 'failed', reason: 'timeout' } }] }),
    [],
  ],
])('what is newer than the answer is no difference: %s', (_, ours, theirs, expected) => {
  expect(brief(reconcile(ours, theirs, CONTEXT))).toEqual(expected);
});
