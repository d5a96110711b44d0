import { openSnapshot, sealSnapshot, US_PER_MS } from '@algo/model';
import { beforeEach, expect, test } from 'vitest';
import { PaperVenue } from './paper-venue.ts';
import { limit, MAIN, order, SETTINGS, tape } from './testing/paper-fixture.ts';

const MS = US_PER_MS;
const OVER = { type: 'refused', reason: 'epoch_over: epoch 3 is over, epoch 4 has begun' };
let venue: PaperVenue;

beforeEach(() => {
  venue = new PaperVenue(SETTINGS);
  venue.onTrades(tape([0, 'buy', 100, 1]));
});

test('a write of an older epoch is refused by name once a newer one has been shown', () => {
  const resting = limit('resting', 'buy', '1', '99', 'gtc');
  expect(venue.submit(resting, 10 * MS, 3).type).toBe('confirmed');
  expect(venue.submit(order('newer'), 20 * MS, 4).type).toBe('confirmed');
  expect(venue.submit(order('zombie'), 30 * MS, 3)).toMatchObject(OVER);
  expect(venue.cancel(MAIN, resting.clientOrderId, 30 * MS, 3)).toMatchObject(OVER);
  expect(venue.order(MAIN, order('zombie').clientOrderId)).toEqual({ type: 'absent' });
  expect(venue.cancel(MAIN, resting.clientOrderId, 40 * MS, 4).type).toBe('confirmed');
});

test('a cancel and a refused order show their epoch too', () => {
  venue.cancel(MAIN, order('nobody').clientOrderId, 10 * MS, 4);
  expect(venue.submit(order('zombie'), 20 * MS, 3)).toMatchObject(OVER);
});

test('the newest epoch survives a restart of the exchange', () => {
  venue.submit(order('newer'), 10 * MS, 4);
  const bytes = sealSnapshot('paper-venue', 1, venue.snapshot());
  const again = PaperVenue.restore(SETTINGS, openSnapshot('paper-venue', 1, bytes));
  expect(again.submit(order('zombie'), 20 * MS, 3)).toMatchObject(OVER);
});
