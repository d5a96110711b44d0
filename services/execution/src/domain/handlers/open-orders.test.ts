import { expect, test } from 'vitest';
import { entryContext, open } from '../testing/entry-context.ts';
import { BTC, INSTRUMENT_LIMITS, LIMITS, LTC, place } from '../testing/execution-scenario.ts';
import { openOrders } from './open-orders.ts';

const limits = { ...LIMITS, venue: { ...LIMITS.venue, openOrdersMax: 4 } };
const instrumentLimits = { ...INSTRUMENT_LIMITS, openOrdersMax: 2 };

test.each([
  [1, 0, null],
  [2, 0, 'in_instrument=2 in_instrument_max=2 at_venue=2 at_venue_max=4'],
  [1, 2, null],
  [1, 3, 'in_instrument=1 in_instrument_max=2 at_venue=4 at_venue_max=4'],
])('with %i open here and %i elsewhere, of 2 and 4 in all', (here, elsewhere, detail) => {
  const orders = [LTC, BTC].flatMap((instrument, i) =>
    Array.from({ length: [here, elsewhere][i]! }, () => open({ instrument })),
  );
  const denial = openOrders(entryContext({ limits, instrumentLimits, openOrders: orders }), place(1));
  expect(denial).toEqual(detail === null ? null : { code: 'OPEN_ORDERS_MAX', detail });
});
