import { Decimal, US_PER_MS } from '@algo/model';
import { expect, test } from 'vitest';
import { SELF_TRADE } from './paper-self-trade.ts';
import { PaperVenue } from './paper-venue.ts';
import { LTC, limit, order, SETTINGS, tape, told } from './testing/paper-fixture.ts';

const MS = US_PER_MS;

/** A venue at 100 with a buy of 1 that rests at 99. */
function resting(selfTrade: number): PaperVenue {
  const venue = new PaperVenue({ ...SETTINGS, vices: { ...SETTINGS.vices, selfTrade }, instruments: [LTC] });
  venue.onTrades(tape([0, 'buy', 100, 1]));
  venue.submit(limit('rests', 'buy', '1', '99', 'gtc'), 10 * MS);
  venue.advanceTo(200 * MS);
  return venue;
}

const sell = (name: string) => order(name, { side: 'sell', quantity: Decimal.of('1') });

test.each([
  ['the one that comes is over, unfilled', 1, 'comes', ['rests']],
  ['the one that rests is over', 2, 'rests', ['comes']],
])('of two orders that would meet, %s', (_, mode, over, left) => {
  const venue = resting(mode);
  expect(venue.submit(sell('comes'), 250 * MS).type).toBe('confirmed');
  expect(told(venue.advanceTo(350 * MS))).toEqual([`350 ${over} canceled at 0: ${SELF_TRADE}`]);
  expect(venue.openOrders(SETTINGS.accounts[0]!.account).map(({ request }) => request.clientOrderId)).toEqual(
    left,
  );
});

test('what is canceled before the other comes alive is not met', () => {
  const venue = resting(1);
  const { account, clientOrderId } = limit('rests', 'buy', '1', '99', 'gtc');
  venue.cancel(account, clientOrderId, 220 * MS);
  venue.submit(sell('comes'), 250 * MS);
  expect(told(venue.advanceTo(350 * MS))).toEqual(['320 rests canceled at 0: requested']);
});

test('a price that the other does not reach is no meeting', () => {
  const venue = resting(1);
  venue.submit(limit('apart', 'sell', '1', '101', 'gtc'), 250 * MS);
  expect(told(venue.advanceTo(350 * MS))).toEqual([]);
});
