import { expect, test } from 'vitest';
import type { LocalBooks, ReconciliationContext, VenueBooks } from './books.ts';
import { reconcile } from './reconcile.ts';

import {
  ACCOUNT,
  brief,
  CONTEXT,
  d,
  fill,
  HELD,
  held,
  LTC,
  OWNED,
  S,
  T1,
  venue,
  venueHeld,
  WEB,
} from './testing/reconcile-scenario.ts';

test.each<[string, Partial<LocalBooks>, Partial<VenueBooks>, string, Partial<ReconciliationContext>?]>([
  ['fills that we missed', { fills: [] }, { positions: [venueHeld('10')] }, 'fetch'],
  ['what others sold', {}, { fills: [T1, fill('t2', WEB, '10', { side: 'sell' })] }, 'fetch'],
  ['what is gone', {}, { positions: [venueHeld('0')] }, 'correct'],
  ['what no row names', {}, {}, 'person'],
  ['what lies beside and no row names', { positions: [held('0', { beside: d('3') })] }, {}, 'person'],
  ['dust that no row names', { positions: [held('0.01')] }, {}, 'correct'],
  [
    'what is gone, of which the history says nothing',
    {},
    { positions: [venueHeld('0')] },
    'person',
    { fillsSinceUs: 50 * S },
  ],
  ['what is smaller', {}, { positions: [venueHeld('8')] }, 'correct'],
  ['what is larger', {}, { positions: [venueHeld('12')] }, 'person'],
  ['the other side', {}, { positions: [venueHeld('-1')] }, 'person'],
  ['dust', {}, { positions: [venueHeld('9.99')] }, 'correct'],
])('says what may be done about %s', (_, ourChange, theirChange, cure, context = {}) => {
  const positions = ourChange.fills === undefined ? [held('10')] : [];
  const books = { ...HELD, positions, ...ourChange };
  const report = reconcile(books, venue({ fills: [T1], ...theirChange }), { ...CONTEXT, ...context });
  expect(report.differences.map((x) => [x.instrument, x.cure])).toEqual([[LTC, cure]]);
});

test.each<[string, string, string]>([
  ['show that it is gone', '0', 'correct'],
  ['still hold it', '10', 'person'],
])('where coins lie in the account, a position is gone when the balances %s', (_, total, cure) => {
  const balances = [{ account: ACCOUNT, asset: 'LTC', total: d(total), free: d(total) }];
  const theirs = venue({ fills: [T1], positions: [venueHeld('0')], balances, setup: OWNED });
  const report = reconcile(HELD, theirs, CONTEXT);
  expect(report.differences.map((x) => x.cure)).toEqual([cure]);
});

test('a position that no row names, and that no fill closed, stays ours, and its exits pass', () => {
  const report = reconcile(HELD, venue({ fills: [T1] }), CONTEXT);
  expect(brief(report)).toEqual(['D1 none refuse']);
  expect(report.shut).toMatchObject([{ instrument: LTC, shutsExits: false }]);
});

test('coins beside our positions are told, so that fees are taken from them first', () => {
  const balances = [{ account: ACCOUNT, asset: 'LTC', total: d('13.5'), free: d('13.5') }];
  const books = { ...HELD, positions: [held('10')] };
  const theirs = venue({ fills: [T1], positions: [venueHeld('10')], balances });
  expect(reconcile(books, { ...theirs, setup: OWNED }, CONTEXT).aside).toEqual([
    { asset: 'LTC', quantity: d('3.5') },
  ]);
  expect(reconcile(books, theirs, CONTEXT).aside).toEqual([]);
});
