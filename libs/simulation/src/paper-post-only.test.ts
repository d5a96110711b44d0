import { US_PER_MS } from '@algo/model';
import { expect, test } from 'vitest';
import { PaperVenue } from './paper-venue.ts';
import { limit, MAIN, SETTINGS, tape, told } from './testing/paper-fixture.ts';

const MS = US_PER_MS;

/** A venue at 100 with a post-only buy of 0.5, alive at 110 ms. */
function buying(at: string): PaperVenue {
  const venue = new PaperVenue(SETTINGS);
  venue.onTrades(tape([0, 'buy', 100, 1]));
  const outcome = venue.submit(limit('a', 'buy', '0.5', at, 'post_only'), 10 * MS);
  expect(outcome).toMatchObject({ type: 'confirmed', timeUs: 110 * MS });
  return venue;
}

test('what would take is confirmed and then canceled, unfilled, however its end comes', () => {
  const end = { type: 'VenueCanceled', reason: 'post_only: it would take', timeUs: 110 * MS };
  for (const ends of [
    (venue: PaperVenue) => venue.onTrades(tape([200, 'sell', 99, 10])),
    (venue: PaperVenue) => venue.advanceTo(110 * MS),
  ]) {
    const venue = buying('100');
    expect(ends(venue)).toMatchObject([end]);
    expect(venue.openOrders(MAIN)).toEqual([]);
    expect(venue.positions(MAIN)).toEqual([]);
  }
});

test('what does not take rests until it is canceled, and fills as a maker alone', () => {
  const venue = buying('99.99');
  expect(venue.advanceTo(60_000 * MS)).toEqual([]);
  const [filled] = venue.onTrades(tape([60_001, 'sell', 99.98, 2]));
  expect(filled).toMatchObject({ type: 'VenueFilled', fill: { liquidity: 'maker' } });
  venue.cancel(MAIN, limit('a', 'buy', '0.5', '99.99', 'post_only').clientOrderId, 60_002 * MS);
  expect(told(venue.advanceTo(61_000 * MS))).toHaveLength(1);
});
