import { clientOrderId, Decimal, US_PER_HOUR } from '@algo/model';
import { expect, test } from 'vitest';
import { PaperHistory } from './paper-history.ts';
import { ORDER_IDS_MAX, PAPER_DEFAULTS } from './paper-settings.ts';
import { PaperVenue } from './paper-venue.ts';
import { limit, MAIN, order, SETTINGS, tape } from './testing/paper-fixture.ts';

test('of an account that never stops sending, the ids it took last are kept', () => {
  const history = new PaperHistory(1);
  const id = (n: number) => clientOrderId(`o${n}`);
  for (let n = 0; n < ORDER_IDS_MAX + 3; n++) history.spend(MAIN, id(n), n);
  expect([0, 2, 3, ORDER_IDS_MAX + 2].map((n) => history.isSpent(MAIN, id(n)))).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(history.ids().get(MAIN)!.size).toBe(ORDER_IDS_MAX);
});

test('an ended order that there is no room for is no longer found, and never told to be absent', () => {
  const venue = new PaperVenue(SETTINGS);
  const most = PAPER_DEFAULTS.history;
  venue.onTrades(tape([0, 'buy', 100.02, 1], [1, 'sell', 100, 1]));
  // Confirmed, and over unfilled as soon as it is alive.
  const over = (n: number) => limit(`o${n}`, 'buy', '0.1', '60', 'ioc');
  for (let n = 0; n <= most; n++) {
    venue.submit(over(n), 2_000 + n);
    if (n % 100 === 99) venue.advanceTo(2_000_000 + n);
  }
  venue.advanceTo(60_000_000);
  expect(venue.snapshot().ended).toHaveLength(most);
  expect(venue.order(MAIN, clientOrderId('o0')).type).toBe('failed');
  expect(venue.order(MAIN, clientOrderId('o1')).type).toBe('found');
  expect(venue.order(MAIN, clientOrderId('never')).type).toBe('absent');
});

test('after more orders than there is room for ids the venue takes the next one, and no repeat', () => {
  const before = new PaperVenue(SETTINGS);
  before.onTrades(tape([0, 'buy', 100.02, 1], [1, 'sell', 100, 1]));
  const full = Array.from({ length: ORDER_IDS_MAX }, (_, n) => clientOrderId(`o${n}`));
  const venue = PaperVenue.restore(SETTINGS, {
    ...before.snapshot(),
    ids: new Map([[MAIN, new Map(full.map((id) => [id, 0]))]]),
  });
  expect(venue.submit(order('next'), 2_000).type).toBe('confirmed');
  expect(venue.submit(order('next'), 2_000)).toMatchObject({ reason: expect.stringContaining('duplicate') });
  expect(venue.submit(order(full.at(-1)!), 2_000)).toMatchObject({
    reason: expect.stringContaining('duplicate'),
  });
});

test('over, orders are forgotten after a day, ids after three, fills three days behind others', () => {
  const venue = new PaperVenue(SETTINGS);
  const hourUs = US_PER_HOUR;
  venue.onTrades(tape([0, 'buy', 100.02, 1], [1, 'sell', 100, 1]));
  venue.submit(limit('rests', 'buy', '0.1', '60', 'gtc'), 2_000);
  venue.submit(order('o0', { quantity: Decimal.of('0.1') }), 2_000);
  venue.onTrades(tape([1_000, 'buy', 100, 90]));
  const found = (name: string) => venue.order(MAIN, clientOrderId(name)).type;
  venue.advanceTo(24 * hourUs);
  expect([found('o0'), found('rests')]).toEqual(['found', 'found']);
  venue.advanceTo(24.1 * hourUs);
  expect([found('o0'), found('rests')]).toEqual(['failed', 'found']);
  venue.advanceTo(73.1 * hourUs);
  expect(found('o0')).toBe('absent');
  // A comparison of books asks from an hour before our newest fill on, also in a week without any.
  venue.advanceTo(999 * hourUs);
  expect(venue.fillsSince(MAIN, 0)).toHaveLength(1);
  venue.submit(order('o1', { quantity: Decimal.of('0.1') }), 999 * hourUs);
  venue.onTrades(tape([999 * 3_600_000 + 1_000, 'buy', 100, 90]));
  expect(venue.fillsSince(MAIN, 0)).toHaveLength(2);
  venue.advanceTo(1_000 * hourUs);
  expect(() => venue.fillsSince(MAIN, 0)).toThrow('no longer kept');
  expect(venue.fillsSince(MAIN, 998 * hourUs)).toHaveLength(1);
  const { ended, fills, ids } = PaperVenue.restore(SETTINGS, venue.snapshot()).snapshot();
  expect([ended.length, fills.get(MAIN)!.fills.length, ids.get(MAIN)!.size]).toEqual([1, 1, 1]);
  expect(venue.submit(limit('rests', 'buy', '0.1', '60', 'gtc'), 1_000 * hourUs)).toMatchObject({
    reason: expect.stringContaining('duplicate'),
  });
});
