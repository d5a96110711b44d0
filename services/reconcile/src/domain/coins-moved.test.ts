// Coins of spot that come and go by no trade: what comes is not ours, what goes is what came first.
import { expect, test } from 'vitest';
import { reconcile } from './reconcile.ts';
import {
  ACCOUNT,
  CONTEXT,
  d,
  HELD,
  held,
  OWNED,
  T1,
  venue,
  venueHeld,
} from './testing/reconcile-scenario.ts';

/** Compares 10 of ours with something beside them to what the exchange holds; all by one fill of ours. */
function compared(beside: string, there: string, fills = [T1], settledUs = 0) {
  const ours = { ...HELD, fills, positions: [held('10', { beside: d(beside), settledUs })] };
  const balances = [{ account: ACCOUNT, asset: 'LTC', total: d(there), free: d(there) }];
  const theirs = venue({ fills, positions: [venueHeld(there, '0')], balances, setup: OWNED });
  const { differences } = reconcile(ours, theirs, CONTEXT);
  return differences.map(({ cure, left }) => `${cure} ${left ?? ''}`.trim());
}

test.each([
  ['too little to be sold comes', '0', '10.05', 'beside'],
  ['too little to be sold comes to what lies beside', '3', '13.05', 'beside'],
  ['as much as a position comes', '0', '13', 'person'],
  ['a part of what lies beside goes', '3', '12', 'beside'],
  ['too little to be sold of what lies beside goes', '3', '12.95', 'beside'],
  ['all of what lies beside goes', '3', '10', 'beside'],
  ['what lies beside goes, and too little of ours to be sold', '3', '9.95', 'correct 9.95'],
  ['what lies beside goes, and some of ours', '3', '6', 'correct 6'],
  ['less of ours is left than lay beside', '6', '1', 'correct 1'],
  ['all goes', '3', '0', 'correct 0'],
  ['some of ours goes', '0', '6', 'correct 6'],
])('coins by no trade: %s, with %s beside ours and %s there in all', (_, beside, there, expected) => {
  expect(compared(beside, there)).toEqual([expected]);
});

test('what goes of a position that a person gave us, and no fill bought, leaves our books', () => {
  expect(compared('0', '6', [], 50)).toEqual(['correct 6']);
  expect(compared('0', '0', [], 50)).toEqual(['correct 0']);
  // Nobody has settled it, and no fill says how it came: the history may not reach back far enough.
  expect(compared('0', '6', [], 0)).toEqual(['person']);
});
