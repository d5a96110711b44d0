import {
  clientOrderId,
  Decimal,
  type Instrument,
  openSnapshot,
  type SubmitOutcome,
  sealSnapshot,
  US_PER_MS,
  type VenueEvent,
} from '@algo/model';
import { expect, test } from 'vitest';
import { PaperVenue } from './paper-venue.ts';
import { NO_VICES, type PaperVices } from './paper-vices.ts';
import { LTC, limit, MAIN, order, SETTINGS, stop, tape, told } from './testing/paper-fixture.ts';

const MS = US_PER_MS;

/** A venue at 100 that holds 1 LTC for us since 200 ms. */
function holding(vices: Partial<PaperVices> = {}, instrument: Instrument = LTC): PaperVenue {
  const venue = new PaperVenue({
    ...SETTINGS,
    instruments: [instrument],
    vices: { ...NO_VICES, ...vices },
  });
  venue.onTrades(tape([0, 'buy', 100, 1], [1, 'sell', 99.99, 1]));
  venue.submit(order('open', { quantity: Decimal.of('1') }), 10 * MS);
  venue.onTrades(tape([200, 'buy', 100, 10]));
  return venue;
}

function reason(outcome: SubmitOutcome): string {
  return outcome.type === 'refused' ? outcome.reason : outcome.type;
}

function held(venue: PaperVenue): string {
  return venue
    .positions(MAIN)
    .map(({ quantity }) => `${quantity}`)
    .join();
}

function base(venue: PaperVenue): string {
  const found = venue.balances(MAIN).find(({ asset }) => asset === 'LTC');
  return found === undefined ? 'none' : `${found.total}, ${found.free} free`;
}

test('it is accepted like any order, and rests where prints above its price leave it alone', () => {
  const venue = holding();
  const outcome = venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  expect(outcome).toMatchObject({ type: 'confirmed', timeUs: 400 * MS });
  expect(venue.onTrades(tape([500, 'sell', 99.01, 90], [600_000, 'buy', 99.01, 90]))).toEqual([]);
  expect(venue.advanceTo(900_000 * MS)).toEqual([]);
  const [resting] = venue.openOrders(MAIN);
  expect(resting).toMatchObject({ status: 'open', acceptedUs: 400 * MS });
  expect(venue.order(MAIN, clientOrderId('s'))).toEqual({ type: 'found', order: resting });
});

test('a print at its price lets it go, and it fills on later prints as a market order does', () => {
  const venue = holding();
  venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  const events = venue.onTrades(
    tape([500, 'sell', 99, 90], [500, 'sell', 99, 90], [600, 'sell', 98.9, 4], [700, 'buy', 99.2, 90]),
  );
  // At 600 a tenth of 4; at 700 the reference of 99 and half a flip spread, since the taker buys.
  expect(told(events)).toEqual([
    '600 s sell 0.4 @ 98.9 taker, 0.4 in all',
    '700 s sell 0.6 @ 98.99 taker, 1 in all',
  ]);
  expect(held(venue)).toBe('');
});

test('a gap through its price fills at the market, far beyond it', () => {
  const venue = holding();
  venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  expect(told(venue.onTrades(tape([500, 'sell', 90, 90], [600, 'sell', 91, 90])))).toEqual([
    '600 s sell 1 @ 90 taker, 1 in all',
  ]);
});

test('a buy stop guards a short: a print at or above its price lets it go', () => {
  const venue = holding();
  venue.submit(order('flip', { side: 'sell', quantity: Decimal.of('2') }), 210 * MS);
  venue.onTrades(tape([400, 'sell', 100, 90]));
  expect(held(venue)).toBe('-1');
  venue.submit(stop('s', 'buy', '1', '101'), 500 * MS);
  expect(told(venue.onTrades(tape([700, 'buy', 101.5, 90], [800, 'buy', 101, 90])))).toEqual([
    '800 s buy 1 @ 101.5 taker, 1 in all',
  ]);
});

test('a print that comes before it is alive does not let it go', () => {
  const venue = holding();
  venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  expect(venue.onTrades(tape([399, 'sell', 98, 90], [400, 'sell', 98, 90], [401, 'buy', 99.5, 90]))).toEqual(
    [],
  );
  expect(venue.onTrades(tape([500, 'buy', 99.5, 90]))).toEqual([]);
});

test('what slippage leaves of it is canceled, as of a market order', () => {
  const venue = holding();
  venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  venue.onTrades(tape([500, 'sell', 99, 1]));
  expect(told(venue.advanceTo(100_000 * MS))).toEqual([
    '65500 s canceled at 0: slippage cap: rest of a market order',
  ]);
});

test.each([
  ['at the price', '100', 'would_trigger: triggerPrice=100 price=100'],
  ['beyond the price', '100.01', 'would_trigger: triggerPrice=100.01 price=100'],
  ['between two ticks', '98.999', 'price_off_tick: triggerPrice=98.999 tick=0.01'],
  ['at nothing', '0', 'price_not_positive: triggerPrice=0'],
])('one %s is refused', (_, trigger, expected) => {
  const venue = holding();
  expect(reason(venue.submit(stop('s', 'sell', '1', trigger), 300 * MS))).toBe(expected);
  expect(venue.order(MAIN, clientOrderId('s'))).toEqual({ type: 'absent' });
});

test.each([
  ['of small notional', stop('s', 'sell', '0.05', '99'), 'notional_below_min: notional=4.95 min=5'],
  [
    'without a price',
    order('s', { type: 'stop', timeInForce: 'gtc' }),
    'bad_shape: type=stop triggerPrice=null',
  ],
  [
    'that does not rest',
    stop('s', 'sell', '1', '99', { timeInForce: 'ioc' }),
    'bad_shape: type=stop timeInForce=ioc',
  ],
  ['of the side that grows', stop('s', 'buy', '1', '101'), 'nothing_to_reduce: side=buy position=1'],
  [
    'with a limit',
    stop('s', 'sell', '1', '99', { limitPrice: Decimal.of('98') }),
    'bad_shape: type=stop limitPrice=98',
  ],
  [
    'that is a limit order',
    limit('s', 'sell', '1', '101', 'gtc', { triggerPrice: Decimal.of('98') }),
    'bad_shape: type=limit triggerPrice=98',
  ],
])('one %s is refused', (_, request, expected) => {
  expect(reason(holding().submit(request, 300 * MS))).toBe(expected);
});

test('a reduce-only one needs no minimum notional', () => {
  const venue = holding({}, { ...LTC, market: 'perp' });
  expect(reason(venue.submit(stop('s', 'sell', '0.01', '99', { reduceOnly: true }), 300 * MS))).toBe(
    'confirmed',
  );
});

test('it sells no more than what is held, and what is left of it ends', () => {
  const venue = holding();
  venue.submit(stop('s', 'sell', '3', '99'), 300 * MS);
  expect(told(venue.onTrades(tape([500, 'sell', 99, 90], [600, 'sell', 99, 90])))).toEqual([
    '600 s sell 1 @ 99 taker, 1 in all',
    '600 s canceled at 1: reduce-only: nothing left to reduce',
  ]);
  expect(held(venue)).toBe('');
});

test('it ends with its position, and never guards the next one', () => {
  const venue = holding();
  venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  venue.submit(order('exit', { side: 'sell', quantity: Decimal.of('1') }), 310 * MS);
  expect(told(venue.onTrades(tape([500, 'sell', 99.5, 90])))).toEqual([
    '500 exit sell 1 @ 99.5 taker, 1 in all',
    '500 s canceled at 0: reduce-only: nothing left to reduce',
  ]);
});

test('one that is not alive yet when its position ends, ends as it comes alive', () => {
  const venue = holding();
  venue.submit(order('exit', { side: 'sell', quantity: Decimal.of('1') }), 210 * MS);
  venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  expect(told(venue.onTrades(tape([390, 'sell', 99.5, 90])))).toHaveLength(1);
  expect(told(venue.advanceTo(400 * MS))).toEqual([
    '400 s canceled at 0: reduce-only: nothing left to reduce',
  ]);
});

test('a position closed by hand ends its stop with it', () => {
  const before = holding();
  before.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  const settings = { ...SETTINGS, vices: { ...NO_VICES, closedByHand: 1 } };
  const venue = PaperVenue.restore(settings, before.snapshot());
  expect(told(venue.onTrades(tape([500, 'sell', 99.5, 1])))).toEqual([
    '500 hand-LTCUSDT-2 sell 1 @ 99.5 taker, 1 in all',
    '500 s canceled at 0: reduce-only: nothing left to reduce',
  ]);
});

test('on spot it locks what it would sell, until a cancel has reached it', () => {
  const venue = holding({ spotNoShort: 1 });
  expect(reason(venue.submit(stop('s', 'sell', '0.8', '99'), 300 * MS))).toBe('confirmed');
  expect(base(venue)).toBe('1, 0.2 free');
  const exit = (name: string, quantity: string) =>
    reason(venue.submit(order(name, { side: 'sell', quantity: Decimal.of(quantity) }), 500 * MS));
  expect(exit('a', '1')).toBe('insufficient_balance: asset=LTC needed=1 free=0.2');
  expect(reason(venue.submit(stop('t', 'sell', '0.3', '98'), 500 * MS))).toBe(
    'insufficient_balance: asset=LTC needed=0.3 free=0.2',
  );
  expect(venue.cancel(MAIN, clientOrderId('s'), 600 * MS)).toMatchObject({ timeUs: 700 * MS });
  expect(base(venue)).toBe('1, 0.2 free');
  expect(told(venue.advanceTo(700 * MS))).toEqual(['700 s canceled at 0: requested']);
  expect(base(venue)).toBe('1, 1 free');
  expect(exit('b', '1')).toBe('confirmed');
});

test('once let go it locks what it has not sold yet', () => {
  const venue = holding({ spotNoShort: 1 });
  venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  venue.onTrades(tape([500, 'sell', 99, 90], [600, 'sell', 99, 4]));
  expect(base(venue)).toBe('0.6, 0 free');
});

test('a cancel that reaches it as it is let go leaves nothing to fill', () => {
  const venue = holding();
  venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  venue.cancel(MAIN, clientOrderId('s'), 400 * MS);
  expect(told(venue.onTrades(tape([500, 'sell', 99, 90], [501, 'sell', 99, 90])))).toEqual([
    '500 s canceled at 0: requested',
  ]);
});

test('a stop that was let go fills under another order of the venue, and stays one of ours', () => {
  const fills = (stopChild: number) => {
    const venue = holding({ stopChild });
    const outcome = venue.submit(stop('s', 'sell', '1', '99'), 300 * MS);
    const events = venue.onTrades(tape([500, 'sell', 99, 90], [600, 'sell', 99, 4], [700, 'sell', 99, 90]));
    const ids = new Set(
      events.map((event: VenueEvent) => event.type === 'VenueFilled' && event.fill.venueOrderId),
    );
    const lookup = venue.order(MAIN, clientOrderId('s'));
    if (outcome.type !== 'confirmed' || lookup.type !== 'found') throw new Error('it must be found');
    expect(lookup.order.venueOrderId).toBe(outcome.venueOrderId);
    expect(events.map((event) => event.type === 'VenueFilled' && event.fill.clientOrderId)).toEqual([
      's',
      's',
    ]);
    return { parent: outcome.venueOrderId, ids: [...ids] };
  };
  const own = fills(0);
  expect(own.ids).toEqual([own.parent]);
  const child = fills(1);
  expect(child.ids).toHaveLength(1);
  expect(child.ids).not.toEqual([child.parent]);
});

test('it rests on behind a restart, and in reads that lag it is not there yet', () => {
  const before = holding({ readsBehind: 1 });
  before.submit(stop('s', 'sell', '1', '99'), 300 * MS);
  expect(before.changes.map(({ key, order }) => [key, order])).toEqual([['paper-main/s', null]]);
  const settings = { ...SETTINGS, vices: { ...NO_VICES, readsBehind: 1 } };
  const bytes = sealSnapshot('venue', 1, before.snapshot());
  const after = PaperVenue.restore(settings, openSnapshot('venue', 1, bytes));
  const rows = tape([500, 'sell', 99, 90], [600, 'sell', 99, 90]);
  expect(after.openOrders(MAIN)).toEqual(before.openOrders(MAIN));
  expect(told(after.onTrades(rows))).toEqual(['600 s sell 1 @ 99 taker, 1 in all']);
});
