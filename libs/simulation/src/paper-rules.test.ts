import {
  Decimal,
  type Instrument,
  instrumentId,
  type SubmitOutcome,
  US_PER_MS,
  type VenueEvent,
} from '@algo/model';
import { expect, test } from 'vitest';
import { PaperVenue } from './paper-venue.ts';
import { FEE_ASSET, NO_VICES, type PaperVices } from './paper-vices.ts';
import { LTC, limit, MAIN, order, SETTINGS, tape } from './testing/paper-fixture.ts';

const MS = US_PER_MS;
const ETC: Instrument = { ...LTC, id: instrumentId('binance.spot.ETCUSDT'), symbol: 'ETCUSDT', base: 'ETC' };

/** A venue at 100 with these vices, and some of the fee asset. */
function opened(vices: Partial<PaperVices>, feeAsset = '1'): PaperVenue {
  const balances = { USDT: Decimal.of('10000'), [FEE_ASSET]: Decimal.of(feeAsset) };
  const venue = new PaperVenue({
    ...SETTINGS,
    ...{ accounts: [{ account: MAIN, balances }], instruments: [LTC, ETC] },
    vices: { ...NO_VICES, ...vices },
  });
  for (const { id } of [LTC, ETC]) venue.onTrades({ ...tape([0, 'buy', 100, 1]), instrument: id });
  return venue;
}

function fills(events: readonly VenueEvent[]) {
  return events.flatMap((event) => (event.type === 'VenueFilled' ? [event.fill] : []));
}

/** Buys 0.5 at 100. */
function bought(venue: PaperVenue) {
  venue.submit(order('buy'), 10 * MS);
  return fills(venue.onTrades(tape([200, 'buy', 100, 10])));
}

function reason(outcome: SubmitOutcome): string {
  return outcome.type === 'refused' ? outcome.reason : outcome.type;
}

function balance(venue: PaperVenue, asset: string) {
  const found = venue.balances(MAIN).find((one) => one.asset === asset);
  return found && `${found.total}, ${found.free} free`;
}

test('trade ids count in each instrument alone, so that two of them share ids', () => {
  const venue = opened({ tradeIdsPerSymbol: 1 });
  const [first] = bought(venue);
  venue.submit(order('other', { instrument: ETC.id }), 10 * MS);
  const [second] = fills(venue.onTrades({ ...tape([200, 'buy', 100, 10]), instrument: ETC.id }));
  expect([first?.venueTradeId, second?.venueTradeId]).toEqual(['1', '1']);
});

test('a fee in base leaves less held than was filled; a sell pays in quote', () => {
  const venue = opened({ feeInBase: 1 });
  const [fill] = bought(venue);
  expect(`${fill?.fee} ${fill?.feeAsset}`).toBe('0.0005 LTC');
  expect(`${venue.positions(MAIN)[0]?.quantity}`).toBe('0.4995');
  venue.submit(order('sell', { side: 'sell', quantity: Decimal.of('0.499') }), 300 * MS);
  const [sold] = fills(venue.onTrades(tape([500, 'sell', 100, 10])));
  expect(sold?.feeAsset).toBe('USDT');
});

test('a fee in a third asset is paid while there is enough of it, then in quote', () => {
  const venue = opened({ feeAssetPrice: 500 }, '0.00015');
  const [fill] = bought(venue);
  expect(`${fill?.fee} ${fill?.feeAsset}`).toBe('0.0001 BNB');
  expect(balance(venue, FEE_ASSET)).toBe('0.00005, 0.00005 free');
  venue.submit(order('again'), 300 * MS);
  const [again] = fills(venue.onTrades(tape([500, 'buy', 100, 10])));
  expect(again?.feeAsset).toBe('USDT');
});

test('what a print fills comes in pieces that add up', () => {
  const pieces = bought(opened({ fillPieces: 20 }));
  expect(pieces.length).toBeGreaterThan(1);
  expect(`${pieces.reduce((sum, { quantity }) => sum.plus(quantity), Decimal.zero)}`).toBe('0.5');
  expect(new Set(pieces.map(({ venueTradeId }) => venueTradeId)).size).toBe(pieces.length);
});

test('a limit outside the price band is refused on both sides; at its edge it passes', () => {
  const venue = opened({ priceBand: 0.02 });
  const asked = (name: string, side: 'buy' | 'sell', price: string) =>
    reason(venue.submit(limit(name, side, '1', price, 'gtc'), 10 * MS));
  expect(asked('a', 'buy', '102.01')).toBe('price_band: limitPrice=102.01 price=100 band=0.02');
  expect(asked('b', 'buy', '97.99')).toContain('price_band');
  expect(asked('c', 'buy', '98')).toBe('confirmed');
});

test('spot without short selling sells no more than what is held and not locked', () => {
  const venue = opened({ spotNoShort: 1 });
  const sell = (name: string, quantity: string) =>
    reason(venue.submit(limit(name, 'sell', quantity, '110', 'gtc'), 300 * MS));
  expect(sell('naked', '0.1')).toBe('insufficient_balance: asset=LTC needed=0.1 free=0');
  bought(venue);
  expect(sell('rests', '0.3')).toBe('confirmed');
  expect(balance(venue, 'LTC')).toBe('0.5, 0.2 free');
  expect(sell('stop', '0.5')).toBe('insufficient_balance: asset=LTC needed=0.5 free=0.2');
  const exit = order('exit', { side: 'sell', reduceOnly: true });
  expect(reason(venue.submit(exit, 300 * MS))).toContain('insufficient_balance');
  expect(sell('rest', '0.2')).toBe('confirmed');
});

test('a position closed by hand is a fill of an order that is not ours', () => {
  const venue = opened({ closedByHand: 1 });
  const [, closed] = bought(venue);
  expect(closed).toMatchObject({ clientOrderId: 'hand-LTCUSDT-2', side: 'sell', timeUs: 200 * MS });
  expect(`${closed?.quantity}`).toBe('0.5');
  expect(venue.positions(MAIN)).toEqual([]);
  expect(venue.fillsSince(MAIN, 0).map(({ clientOrderId }) => clientOrderId)).toEqual([
    'buy',
    'hand-LTCUSDT-2',
  ]);
});

test('by hand nobody sells what a resting sell locks', () => {
  const venue = opened({ spotNoShort: 1 });
  bought(venue);
  venue.submit(limit('rests', 'sell', '0.5', '110', 'gtc'), 300 * MS);
  const vices = { ...NO_VICES, spotNoShort: 1, closedByHand: 1 };
  const again = PaperVenue.restore({ ...SETTINGS, instruments: [LTC, ETC], vices }, venue.snapshot());
  expect(again.onTrades(tape([500, 'buy', 100, 10]))).toEqual([]);
});

test('a perp whose loss reaches its share of the cost is liquidated, and not before', () => {
  const perp: Instrument = { ...LTC, market: 'perp' };
  const vices = { ...NO_VICES, liquidationLoss: 0.05 };
  const venue = new PaperVenue({ ...SETTINGS, instruments: [perp], vices });
  venue.onTrades(tape([0, 'buy', 100, 1]));
  bought(venue);
  expect(venue.onTrades(tape([300, 'sell', 95.01, 1]))).toEqual([]);
  const [liquidated] = fills(venue.onTrades(tape([400, 'sell', 95, 1])));
  expect(liquidated).toMatchObject({ clientOrderId: 'liquidation-LTCUSDT-2', side: 'sell' });
  expect(venue.positions(MAIN)).toEqual([]);
});

test('too many writes within ten seconds are refused until the window ends, and far too many ban', () => {
  const venue = opened({ requestsPer10s: 2 });
  const send = (n: number, timeMs: number) =>
    reason(venue.submit(limit(`o${n}`, 'buy', '0.1', '90', 'gtc'), timeMs * MS));
  expect([send(1, 1_000), send(2, 1_000)]).toEqual(['confirmed', 'confirmed']);
  expect([send(3, 2_000), send(4, 2_000)]).toEqual(Array(2).fill('rate_limited: again in 7.9 s'));
  expect(send(3, 9_900)).toBe('rate_limited: again in 7.9 s');
  expect(send(44, 9_900)).toBe('confirmed');
  for (let n = 5; n < 9; n++) send(n, 11_000);
  expect(send(9, 12_000)).toContain('banned: again in ');
  const settings = { ...SETTINGS, instruments: [LTC, ETC], vices: { ...NO_VICES, requestsPer10s: 2 } };
  const again = PaperVenue.restore(settings, venue.snapshot());
  expect(reason(again.submit(order('later'), 100_000 * MS))).toContain('banned');
  expect(reason(again.submit(order('free'), 200_000 * MS))).toBe('confirmed');
});

test('maintenance takes cancels alone, then nothing, then all again', () => {
  const venue = opened({ maintenanceEveryS: 60, cancelOnlyS: 10, closedS: 5 });
  const resting = limit('rests', 'buy', '1', '90', 'gtc');
  const send = (name: string, timeMs: number) => reason(venue.submit(order(name), timeMs * MS));
  const cancel = (timeMs: number) => reason(venue.cancel(MAIN, resting.clientOrderId, timeMs * MS));
  expect(reason(venue.submit(resting, 40_000 * MS))).toBe('confirmed');
  expect(send('a', 46_000)).toBe('cancel_only: again in 13.9 s');
  expect(cancel(56_000)).toBe('closed: again in 3.9 s');
  expect(send('b', 56_000)).toBe('closed: again in 3.9 s');
  expect(send('c', 60_000)).toBe('confirmed');
  expect(cancel(106_000)).toBe('confirmed');
});
