import { clientOrderId, Decimal, type SubmitOutcome, US_PER_MS } from '@algo/model';
import { beforeEach, expect, test } from 'vitest';
import { PaperVenue } from './paper-venue.ts';
import { limit, MAIN, order, SETTINGS, tape, told } from './testing/paper-fixture.ts';

const MS = US_PER_MS;
let venue: PaperVenue;

/** Buyers at 100.02, sellers at 100.00: a flip spread of two ticks; visits of 1 LTC. */
beforeEach(() => {
  venue = new PaperVenue(SETTINGS);
  venue.onTrades(
    tape([0, 'buy', 100.02, 1], [1, 'sell', 100, 1], [2, 'buy', 100.02, 1], [3, 'sell', 100, 1]),
  );
});

function reason(outcome: SubmitOutcome): string {
  return outcome.type === 'refused' ? outcome.reason : outcome.type;
}

function cash(): string {
  return venue
    .balances(MAIN)
    .map(({ total }) => total.toString())
    .join();
}

function held(): string[] {
  return venue.positions(MAIN).map(({ quantity, averagePrice }) => `${quantity} @ ${averagePrice}`);
}

/** Opens a long of 1 LTC at 100.02. */
function goLong(): void {
  venue.submit(order('open', { quantity: Decimal.of('1') }), 10 * MS);
  expect(told(venue.onTrades(tape([200, 'buy', 100.02, 10])))).toEqual([
    '200 open buy 1 @ 100.02 taker, 1 in all',
  ]);
}

test('a market buy pays the worse of print and reference, half a flip more on a taker sell', () => {
  expect(venue.submit(order('m'), 50 * MS)).toMatchObject({ type: 'confirmed', timeUs: 150 * MS });
  const events = venue.onTrades(
    tape(
      [150, 'buy', 100.02, 100],
      [200, 'buy', 100.01, 2],
      [300, 'sell', 100.03, 2],
      [400, 'buy', 100.05, 5],
    ),
  );
  expect(told(events)).toEqual([
    '200 m buy 0.2 @ 100.02 taker, 0.2 in all',
    '300 m buy 0.2 @ 100.04 taker, 0.4 in all',
    '400 m buy 0.1 @ 100.05 taker, 0.5 in all',
  ]);
  expect(held()).toEqual(['0.5 @ 100.034']);
  expect(cash()).toBe('9949.932983'); // what is held is paid for
});

test('a market sell mirrors it, and a spot short is a position below zero', () => {
  venue.submit(order('s', { side: 'sell' }), 50 * MS);
  const events = venue.onTrades(
    tape([200, 'sell', 100.01, 2], [300, 'buy', 99.99, 2], [400, 'sell', 99.97, 5]),
  );
  expect(told(events)).toEqual([
    '200 s sell 0.2 @ 100 taker, 0.2 in all',
    '300 s sell 0.2 @ 99.98 taker, 0.4 in all',
    '400 s sell 0.1 @ 99.97 taker, 0.5 in all',
  ]);
  expect(held()).toEqual(['-0.5 @ 99.986']);
});

test('without a fresh print of its own side, a taker pays a flip spread more than the last print', () => {
  venue.submit(order('m'), 1_950 * MS);
  expect(told(venue.onTrades(tape([3_000, 'buy', 99, 50])))).toEqual([
    '3000 m buy 0.5 @ 100.02 taker, 0.5 in all',
  ]);
  venue.submit(order('n'), 5_000 * MS);
  expect(told(venue.onTrades(tape([5_200, 'buy', 98, 50])))).toEqual([
    '5200 n buy 0.5 @ 99.02 taker, 0.5 in all',
  ]);
});

test('after its window a market order slips a flip spread a second', () => {
  venue.submit(order('m'), 50 * MS);
  const events = venue.onTrades(
    tape([5_150, 'buy', 100.02, 1], [5_151, 'buy', 100.02, 1], [7_151, 'buy', 100.02, 10]),
  );
  expect(told(events)).toEqual([
    '5150 m buy 0.1 @ 100.02 taker, 0.1 in all',
    '5151 m buy 0.1 @ 100.04 taker, 0.2 in all',
    '7151 m buy 0.3 @ 100.08 taker, 0.5 in all',
  ]);
});

test('the rest of a market order is canceled when slippage reaches its cap', () => {
  venue.onTrades(
    tape([4, 'buy', 100.5, 1], [5, 'sell', 100.1, 1], [6, 'buy', 100.5, 1], [7, 'sell', 100.1, 1]),
  );
  venue.onTrades(tape([8, 'buy', 100.5, 1], [9, 'sell', 100.1, 1]));
  venue.submit(order('m'), 50 * MS);
  // Flip 40 ticks, cap 100 ticks: two steps of a second after the window that ends at 5150.
  expect(told(venue.advanceTo(7_149 * MS))).toEqual([]);
  expect(told(venue.advanceTo(7_150 * MS))).toEqual([
    '7150 m canceled at 0: slippage cap: rest of a market order',
  ]);
});

test('a market order in a silent market of small spread is canceled a minute after its window', () => {
  venue = new PaperVenue(SETTINGS);
  venue.onTrades(tape([0, 'buy', 100.01, 1], [1, 'sell', 100, 1], [2, 'buy', 100.01, 1]));
  venue.submit(order('m'), 50 * MS);
  expect(told(venue.advanceTo(65_149 * MS))).toEqual([]);
  expect(told(venue.advanceTo(65_150 * MS))).toEqual([
    '65150 m canceled at 0: slippage cap: rest of a market order',
  ]);
});

test('an IOC limit never pays beyond its limit, and its rest expires after the window', () => {
  venue.submit(limit('i', 'buy', '1', '100.03', 'ioc'), 50 * MS);
  const events = venue.onTrades(
    tape([200, 'sell', 100.03, 2], [300, 'buy', 100.04, 50], [400, 'buy', 100, 3], [5_151, 'buy', 100, 50]),
  );
  expect(told(events)).toEqual([
    '200 i buy 0.2 @ 100.03 taker, 0.2 in all',
    '400 i buy 0.3 @ 100.02 taker, 0.5 in all',
    '5150 i expired at 0.5: ioc: rest not filled in its window',
  ]);
});

test('an IOC limit that does not reach the market expires as it arrives', () => {
  venue.submit(limit('i', 'buy', '1', '100.01', 'ioc'), 50 * MS);
  expect(told(venue.onTrades(tape([200, 'sell', 99, 50])))).toEqual([
    '150 i expired at 0: ioc: limit does not reach the market',
  ]);
});

test('a resting buy waits for its queue at its price, and fills at its price when traded through', () => {
  venue.submit(limit('g', 'buy', '1', '99.99', 'gtc'), 50 * MS);
  const events = venue.onTrades(
    tape(
      [200, 'sell', 99.99, 0.4],
      [300, 'buy', 99.98, 50],
      [400, 'sell', 99.99, 1.6],
      [500, 'sell', 99.9, 3],
      [600, 'sell', 99.99, 2],
      [700, 'sell', 100, 90],
    ),
  );
  // A visit is 1 LTC on average, so 1 stands before us: 0.4
  // goes at 200, 0.6 at 400, which leaves a tenth of 1.
  expect(told(events)).toEqual([
    '400 g buy 0.1 @ 99.99 maker, 0.1 in all',
    '500 g buy 0.3 @ 99.99 maker, 0.4 in all',
    '600 g buy 0.2 @ 99.99 maker, 0.6 in all',
  ]);
  expect(cash()).toBe('9939.9940012');
  expect(venue.openOrders(MAIN).map(({ filled }) => filled.toString())).toEqual(['0.6']);
});

test('a GTC limit that reaches the market takes during its window, then rests', () => {
  venue.submit(limit('g', 'sell', '1', '99.95', 'gtc'), 50 * MS);
  const events = venue.onTrades(
    tape(
      [200, 'sell', 99.99, 2],
      [300, 'sell', 99.9, 90],
      [6_000, 'sell', 100, 90],
      [7_000, 'buy', 99.96, 3],
    ),
  );
  expect(told(events)).toEqual([
    '200 g sell 0.2 @ 99.99 taker, 0.2 in all',
    '7000 g sell 0.3 @ 99.95 maker, 0.5 in all',
  ]);
});

test.each([
  ['is filled whole by a first print that can', 5, '200 f buy 0.5 @ 100.02 taker, 0.5 in all'],
  ['expires on a first print that can not', 4, '200 f expired at 0: fok: first print does not fill it whole'],
])('a fill-or-kill order %s', (_, quantity, line) => {
  venue.submit(limit('f', 'buy', '0.5', '100.02', 'fok'), 50 * MS);
  expect(told(venue.onTrades(tape([200, 'buy', 100, quantity], [300, 'buy', 100, 90])))).toEqual([line]);
});

test('orders share the tenth of a print, the first alive first', () => {
  venue.submit(order('b'), 60 * MS);
  venue.submit(order('a', { side: 'sell' }), 50 * MS);
  expect(told(venue.onTrades(tape([200, 'buy', 100.02, 7])))).toEqual([
    '200 a sell 0.5 @ 99.99 taker, 0.5 in all',
    '200 b buy 0.2 @ 100.02 taker, 0.2 in all',
  ]);
});

test('a cancel reaches the venue after its latency; prints before still fill', () => {
  venue.submit(limit('g', 'buy', '1', '99.99', 'gtc'), 50 * MS);
  expect(venue.cancel(MAIN, clientOrderId('g'), 300 * MS)).toMatchObject({
    type: 'confirmed',
    timeUs: 400 * MS,
  });
  expect(venue.cancel(MAIN, clientOrderId('g'), 350 * MS)).toMatchObject({
    type: 'confirmed',
    timeUs: 400 * MS,
  });
  expect(told(venue.onTrades(tape([400, 'sell', 99.9, 3], [401, 'sell', 99.9, 3])))).toEqual([
    '400 g buy 0.3 @ 99.99 maker, 0.3 in all',
    '400 g canceled at 0.3: requested',
  ]);
  expect(reason(venue.cancel(MAIN, clientOrderId('g'), 500 * MS))).toBe('order_ended: canceled');
  expect(reason(venue.cancel(MAIN, clientOrderId('x'), 500 * MS))).toBe('unknown_order: x');
  expect(venue.order(MAIN, clientOrderId('g'))).toMatchObject({
    type: 'found',
    order: { status: 'canceled' },
  });
});

test('a cancel can not overtake its order', () => {
  venue.submit(order('m'), 50 * MS);
  expect(venue.cancel(MAIN, clientOrderId('m'), 0)).toMatchObject({ timeUs: 150 * MS });
});

test('a late print does not fill an order that was not alive at its time', () => {
  venue.submit(order('m'), 50 * MS);
  venue.advanceTo(1_000 * MS);
  expect(venue.onTrades(tape([150, 'buy', 100.02, 90]))).toEqual([]);
  expect(venue.onTrades(tape([151, 'buy', 100.02, 90]))).toHaveLength(1);
});

test('a reduce-only order fills no more than the position, and its rest is canceled', () => {
  goLong();
  venue.submit(order('x', { side: 'sell', quantity: Decimal.of('3'), reduceOnly: true }), 250 * MS);
  const events = venue.onTrades(tape([400, 'sell', 101, 4], [500, 'sell', 101.5, 90]));
  expect(told(events)).toEqual([
    '400 x sell 0.4 @ 100 taker, 0.4 in all',
    '500 x sell 0.6 @ 100 taker, 1 in all',
    '500 x canceled at 1: reduce-only: nothing left to reduce',
  ]);
  expect(held()).toEqual([]);
  // -0.02 lost on the way, 0.10002 + 0.1 of fees.
  expect(cash()).toBe('9999.77998');
});

test('a second reduce-only order ends when the first has closed the position', () => {
  goLong();
  const all = { side: 'sell', quantity: Decimal.of('1'), reduceOnly: true } as const;
  venue.submit(order('x', all), 250 * MS);
  venue.submit(order('y', all), 260 * MS);
  expect(told(venue.onTrades(tape([400, 'sell', 100, 90])))).toEqual([
    '400 x sell 1 @ 100 taker, 1 in all',
    '400 y canceled at 0: reduce-only: nothing left to reduce',
  ]);
});

test('an order through zero closes the long and opens a short at its own price', () => {
  goLong();
  venue.submit(order('x', { side: 'sell', quantity: Decimal.of('3') }), 250 * MS);
  venue.onTrades(tape([400, 'sell', 99, 30]));
  expect(held()).toEqual(['-2 @ 99']);
  expect(cash()).toBe('10196.58298'); // what is short has brought its price
});

test.each([
  ['its window, when that ends first', 6_000, '5150 i expired at 0: ioc: rest not filled in its window'],
  ['a cancel that comes first', 1_000, '1100 i canceled at 0: requested'],
])('an IOC order ends by %s', (_, cancelMs, line) => {
  venue.submit(limit('i', 'buy', '1', '100.03', 'ioc'), 50 * MS);
  venue.cancel(MAIN, clientOrderId('i'), cancelMs * MS);
  expect(told(venue.advanceTo(20_000 * MS))).toEqual([line]);
});

test.each([
  ['a then b', ['a', 'b']],
  ['b then a', ['b', 'a']],
])('orders that come alive together fill by name, whoever was sent first: %s', (_, names) => {
  for (const name of names) venue.submit(order(name), 50 * MS);
  expect(told(venue.onTrades(tape([200, 'buy', 100.02, 6])))).toEqual([
    '200 a buy 0.5 @ 100.02 taker, 0.5 in all',
    '200 b buy 0.1 @ 100.02 taker, 0.1 in all',
  ]);
});
