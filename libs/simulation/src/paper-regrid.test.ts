import { Decimal } from '@algo/model';
import { expect, test } from 'vitest';
import { PaperVenue } from './paper-venue.ts';
import { LTC, limit, MAIN, order, SETTINGS, tape } from './testing/paper-fixture.ts';

const d = (text: string) => Decimal.of(text);
const RULES = { ...LTC, priceTick: d('0.001'), quantityStep: d('0.0005') };
const SENT_US = 10_000_000;

function traded(): PaperVenue {
  const venue = new PaperVenue(SETTINGS);
  venue.onTrades(tape([9_000, 'buy', 83.5, 1], [9_500, 'sell', 83.49, 1]));
  venue.submit(limit('rests', 'buy', '1', '83.40', 'gtc'), SENT_US);
  venue.onTrades(tape([11_000, 'buy', 83.5, 1]));
  return venue;
}
const working = (venue: PaperVenue) =>
  venue.snapshot().markets.flatMap(({ orders }) => orders.map(({ lots, limitTicks }) => [lots, limitTicks]));

test('finer rules: what works stays where it is, and an order may stand between the old ticks', () => {
  const venue = traded();
  const refused = venue.submit(limit('a', 'buy', '1.0005', '83.405', 'gtc'), SENT_US + 2_000_000);
  expect(refused).toMatchObject({ type: 'refused', reason: expect.stringContaining('quantity_off_step') });
  venue.relist(RULES);
  expect(working(venue)).toEqual([[2_000, 83_400]]);
  const taken = venue.submit(limit('b', 'buy', '1.0005', '83.405', 'gtc'), SENT_US + 2_000_000);
  expect(taken.type).toBe('confirmed');
  const events = venue.onTrades(tape([13_000, 'sell', 83.3, 1_000]));
  expect(
    events.map((event) => event.type === 'VenueFilled' && `${event.fill.quantity} at ${event.fill.price}`),
  ).toEqual(expect.arrayContaining(['1 at 83.4', '1.0005 at 83.405']));
});

test('coarser rules: what stands between the new ticks goes on, a new order there is refused', () => {
  const venue = traded();
  venue.relist({ ...LTC, priceTick: d('0.1'), quantityStep: d('0.1') });
  expect(working(venue)).toEqual([[1_000, 8_340]]);
  const at = (name: string, quantity: string, price: string) =>
    venue.submit(limit(name, 'buy', quantity, price, 'gtc'), SENT_US + 2_000_000);
  expect(at('a', '1', '83.35')).toMatchObject({ reason: expect.stringContaining('price_off_tick') });
  expect(at('b', '1.05', '83.3')).toMatchObject({ reason: expect.stringContaining('quantity_off_step') });
  expect(at('c', '1.1', '83.3').type).toBe('confirmed');
});

test('finer and back again, over a restart: the books count as fine as they ever did', () => {
  const venue = traded();
  venue.relist(RULES);
  venue.submit(order('market', { quantity: d('0.1005') }), SENT_US + 2_000_000);
  venue.relist(LTC);
  const next = PaperVenue.restore(SETTINGS, venue.snapshot());
  expect(next.snapshot()).toEqual(venue.snapshot());
  const fills = (one: PaperVenue) =>
    one.onTrades(tape([13_000, 'buy', 83.5, 100], [14_000, 'buy', 83.5, 100]));
  expect(fills(next)).toEqual(fills(venue));
  const [held] = next.positions(MAIN);
  expect(`${held?.quantity}`).toMatch(/^0\.100/);
});
