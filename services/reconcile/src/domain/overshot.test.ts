import { clientOrderId } from '@algo/model';
import { expect, test } from 'vitest';
import { reconcile } from './reconcile.ts';
import {
  A,
  brief,
  CONTEXT,
  fill,
  held,
  local,
  ours as named,
  order,
  S,
  T1,
  venue,
  venueHeld,
} from './testing/reconcile-scenario.ts';

const B = named('b');
const HAND = clientOrderId('hand-1');
const SOLD = { side: 'sell' } as const;
const OUT = fill('t2', B, '10', { ...SOLD, timeUs: 20 * S });
/** Our exit has sold all that we held; somebody else has sold as much at a second. */
const ours = local({
  orders: [order(A, 'filled', '10'), order(B, 'filled', '10')],
  fills: [T1, OUT],
  positions: [held('0')],
});
const compared = (seconds: number, quantity = '10') => {
  const hand = fill('x', HAND, quantity, { ...SOLD, timeUs: seconds * S });
  return reconcile(ours, venue({ fills: [T1, OUT, hand], positions: [venueHeld(`-${quantity}`)] }), CONTEXT);
};

test('what somebody sold of ours before our exit sold it again is fetched, and entries wait for it', () => {
  const report = compared(15);
  expect(brief(report)).toEqual(['D4 ingest_fills refuse']);
  expect(report.differences.map(({ cure }) => cure)).toEqual(['fetch']);
});

test.each([
  ['behind our exit', 25, '10'],
  ['more than we held', 15, '11'],
])('what somebody sold %s is a person’s to settle', (_, seconds, quantity) => {
  expect(compared(seconds, quantity).differences.map(({ cure }) => cure)).toEqual(['person']);
});
