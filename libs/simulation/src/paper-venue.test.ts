import { accountId, clientOrderId, Decimal, instrumentId, type SubmitOutcome, US_PER_MS } from '@algo/model';
import { beforeEach, expect, test } from '@jest/globals';
import { LTC, limit, MAIN, order, SETTINGS, tape, told } from './paper-fixture.ts';
import { PaperVenue } from './paper-venue.ts';

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

test('a market buy pays the worse of print and reference, half a flip more on a taker sell, a tenth of each print', () => {
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
  expect(cash()).toBe('9999.949983');
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

test('without a fresh print of its own side, a taker must expect a flip spread worse than the last print', () => {
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
  // A visit is 1 LTC on average, so 1 stands before us: 0.4 of it goes at 200, 0.6 at 400, which leaves a tenth of 1.
  expect(told(events)).toEqual([
    '400 g buy 0.1 @ 99.99 maker, 0.1 in all',
    '500 g buy 0.3 @ 99.99 maker, 0.4 in all',
    '600 g buy 0.2 @ 99.99 maker, 0.6 in all',
  ]);
  expect(cash()).toBe('9999.9880012');
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
  expect(cash()).toBe('9998.58298');
});

test.each([
  ['an account it does not have', order('r', { account: accountId('other') }), 'unknown_account: other'],
  [
    'an instrument it does not list',
    order('r', { instrument: instrumentId('binance.spot.BTCUSDT') }),
    'unknown_instrument: binance.spot.BTCUSDT',
  ],
  [
    'a market order with a limit',
    order('r', { limitPrice: Decimal.of('1') }),
    'bad_shape: type=market limitPrice=1',
  ],
  ['a limit without a price', order('r', { type: 'limit' }), 'bad_shape: type=limit limitPrice=null'],
  ['a quantity of zero', order('r', { quantity: Decimal.zero }), 'quantity_not_positive: quantity=0'],
  ['a negative quantity', order('r', { quantity: Decimal.of('-1') }), 'quantity_not_positive: quantity=-1'],
  [
    'a quantity between two steps',
    order('r', { quantity: Decimal.of('0.5005') }),
    'quantity_off_step: quantity=0.5005 step=0.001',
  ],
  [
    'a quantity under the least',
    order('r', { quantity: Decimal.of('0.001') }),
    'quantity_below_min: quantity=0.001 min=0.002',
  ],
  [
    'a quantity beyond exact numbers',
    order('r', { quantity: Decimal.of('9007199254740993') }),
    'too_large: quantity=9007199254740993',
  ],
  [
    'a price between two ticks',
    limit('r', 'buy', '1', '99.999', 'ioc'),
    'price_off_tick: limitPrice=99.999 tick=0.01',
  ],
  ['a price of zero', limit('r', 'buy', '1', '0', 'ioc'), 'price_not_positive: limitPrice=0'],
  [
    'a small notional',
    limit('r', 'buy', '0.05', '99.99', 'gtc'),
    'notional_below_min: notional=4.9995 min=5',
  ],
  [
    'a market order of small notional',
    order('r', { quantity: Decimal.of('0.049') }),
    'notional_below_min: notional=4.90098 min=5',
  ],
  [
    'a reduction of nothing',
    order('r', { side: 'sell', reduceOnly: true }),
    'nothing_to_reduce: side=sell position=0',
  ],
  [
    'more than the cash pays for with its fee',
    limit('r', 'buy', '100', '100', 'gtc'),
    'insufficient_balance: asset=USDT needed=10010 free=10000',
  ],
  [
    'a short that the cash can not back',
    limit('r', 'sell', '100', '99', 'gtc'),
    'insufficient_balance: asset=USDT needed=10010 free=10000',
  ],
])('refuses %s', (_, request, expected) => {
  expect(reason(venue.submit(request, 50 * MS))).toBe(expected);
  const lookup = venue.order(request.account, request.clientOrderId);
  expect(lookup.type).toBe(request.account === MAIN ? 'absent' : 'failed');
});

test('refuses any order before the first trade: there is no price to check it against', () => {
  expect(reason(new PaperVenue(SETTINGS).submit(order('m'), 0))).toBe('no_trades_yet: binance.spot.LTCUSDT');
});

test('refuses a client order id for ever, whatever became of the first; a refused one is not spent', () => {
  expect(reason(venue.submit(order('m', { quantity: Decimal.of('0.0005') }), 10 * MS))).toContain(
    'quantity_off_step',
  );
  expect(venue.submit(order('m'), 20 * MS).type).toBe('confirmed');
  expect(reason(venue.submit(order('m'), 30 * MS))).toBe('duplicate: m was used before');
  venue.onTrades(tape([200, 'buy', 100, 90]));
  expect(reason(venue.submit(order('m'), 300 * MS))).toBe('duplicate: m was used before');
  const restored = PaperVenue.restore(SETTINGS, JSON.parse(JSON.stringify(venue.snapshot())));
  expect(reason(restored.submit(order('m'), 400 * MS))).toBe('duplicate: m was used before');
});

test('working orders tie up cash; those that only close a position do not', () => {
  venue.submit(limit('g', 'buy', '50', '99', 'gtc'), 50 * MS);
  const [usdt] = venue.balances(MAIN);
  expect(`${usdt?.total} ${usdt?.free}`).toBe('10000 5045.05');
  expect(reason(venue.submit(limit('h', 'buy', '51', '99', 'gtc'), 60 * MS))).toBe(
    'insufficient_balance: asset=USDT needed=5054.049 free=5045.05',
  );
  venue.onTrades(tape([200, 'sell', 98, 500]));
  expect(venue.balances(MAIN)[0]?.free.toString()).toBe('5049.01');
  // 50 held: a sell of 150 closes 50 and needs backing for the 100 beyond.
  expect(venue.submit(limit('s', 'sell', '50', '99', 'gtc'), 300 * MS).type).toBe('confirmed');
  expect(reason(venue.submit(limit('t', 'sell', '60', '99', 'gtc'), 310 * MS))).toContain(
    'insufficient_balance',
  );
});

test('a reduce-only order needs neither minimum notional nor cash', () => {
  goLong();
  const request = order('x', { side: 'sell', quantity: Decimal.of('0.01'), reduceOnly: true });
  expect(venue.submit(request, 250 * MS).type).toBe('confirmed');
});

test('refuses more open orders than its bound', () => {
  for (let i = 0; i < 500; i++)
    expect(venue.submit(limit(`g${i}`, 'buy', '0.1', '60', 'gtc'), 50 * MS).type).toBe('confirmed');
  expect(reason(venue.submit(limit('more', 'buy', '0.1', '60', 'gtc'), 50 * MS))).toBe(
    'too_many_open_orders: max=500',
  );
});

test.each([
  ['time running back', tape([2, 'buy', 100, 1]), 'trades.timeUs[0] = 2000'],
  ['a price that is none', tape([9, 'buy', 100, 1], [10, 'buy', Number.NaN, 1]), 'trades.price[1] = NaN'],
  ['a quantity of zero', tape([10, 'buy', 100, 0]), 'trades.quantity[0] = 0'],
  [
    'an unknown instrument',
    { ...tape([10, 'buy', 100, 1]), instrument: instrumentId('a.b.C') },
    'instrument = "a.b.C"',
  ],
])('refuses trades with %s, and then counts none of them', (_, trades, message) => {
  const before = venue.snapshot();
  expect(() => venue.onTrades(trades)).toThrow(message);
  expect(venue.snapshot()).toEqual(before);
});

test.each([
  ['participation', { ...SETTINGS, participation: 1.5 }],
  ['residualMs', { ...SETTINGS, residualMs: 0 }],
  ['latency.sigma', { ...SETTINGS, latency: { medianMs: 1, sigma: -1 } }],
  ['fees.takerBps', { ...SETTINGS, fees: { makerBps: 0, takerBps: Number.NaN } }],
  ['instruments', { ...SETTINGS, instruments: [LTC, LTC] }],
])('refuses settings with an impossible %s', (field, settings) => {
  expect(() => new PaperVenue(settings)).toThrow(field);
});

test('refuses a snapshot of another version, and reads of an unknown account', () => {
  const snapshot = JSON.parse(JSON.stringify({ ...venue.snapshot(), version: 2 }));
  expect(() => PaperVenue.restore(SETTINGS, snapshot)).toThrow('paper.version = 2');
  expect(() => venue.fillsSince(accountId('other'), 0)).toThrow('account = "other"');
  expect(() => venue.openOrders(accountId('other'))).toThrow('account = "other"');
});
