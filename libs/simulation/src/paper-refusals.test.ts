import { accountId, Decimal, instrumentId, type SubmitOutcome, US_PER_MS } from '@algo/model';
import { beforeEach, expect, test } from 'vitest';
import { PaperVenue } from './paper-venue.ts';
import { NO_VICES } from './paper-vices.ts';
import { LTC, limit, MAIN, order, SETTINGS, tape, told } from './testing/paper-fixture.ts';

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

/** Opens a long of 1 LTC at 100.02. */
function goLong(): void {
  venue.submit(order('open', { quantity: Decimal.of('1') }), 10 * MS);
  expect(told(venue.onTrades(tape([200, 'buy', 100.02, 10])))).toEqual([
    '200 open buy 1 @ 100.02 taker, 1 in all',
  ]);
}

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

test('refuses a copy of what it has refused in the same words, also when it could be taken by then', () => {
  const early = new PaperVenue(SETTINGS);
  const first = early.submit(order('m'), 0);
  expect(first).toMatchObject({
    reason: 'no_trades_yet: binance.spot.LTCUSDT',
    evidence: [expect.any(String)],
  });
  early.onTrades(tape([0, 'buy', 100.02, 1], [1, 'sell', 100, 1]));
  for (const one of [early, PaperVenue.restore(SETTINGS, early.snapshot())]) {
    expect(one.submit(order('m'), 10 * MS)).toEqual({ ...first, timeUs: 110 * MS });
    expect(one.order(MAIN, order('m').clientOrderId)).toEqual({ type: 'absent' });
    expect(one.submit(order('n'), 10 * MS).type).toBe('confirmed');
  }
});

test('a gate that forgets may take later what it turned away: its refusal proves nothing', () => {
  for (const gateForgets of [0, 1]) {
    const vices = { ...NO_VICES, maintenanceEveryS: 60, closedS: 5, gateForgets };
    const shut = new PaperVenue({ ...SETTINGS, vices });
    shut.onTrades(tape([0, 'buy', 100.02, 1], [1, 'sell', 100, 1]));
    const turnedAway = shut.submit(order('m'), 56_000 * MS);
    expect(turnedAway).toMatchObject({ evidence: gateForgets === 1 ? [] : [expect.any(String)] });
    expect(shut.submit(order('m'), 61_000 * MS).type).toBe(gateForgets === 1 ? 'confirmed' : 'refused');
  }
});

test('refuses a client order id for ever, whatever became of the first', () => {
  expect(venue.submit(order('m'), 20 * MS).type).toBe('confirmed');
  expect(reason(venue.submit(order('m'), 30 * MS))).toBe('duplicate: m was used before');
  venue.onTrades(tape([200, 'buy', 100, 90]));
  expect(reason(venue.submit(order('m'), 300 * MS))).toBe('duplicate: m was used before');
  const restored = PaperVenue.restore(SETTINGS, venue.snapshot());
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

test('where the least notional binds exits, one that is worth less is refused', () => {
  venue = new PaperVenue({ ...SETTINGS, instruments: [{ ...LTC, minNotionalBindsExits: true }] });
  venue.onTrades(tape([0, 'buy', 100, 10]));
  goLong();
  const request = order('x', { side: 'sell', quantity: Decimal.of('0.01'), reduceOnly: true });
  expect(reason(venue.submit(request, 250 * MS))).toMatch(/^notional_below_min/);
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
  ['tick or step', { ...SETTINGS, instruments: [{ ...LTC, priceTick: Decimal.zero }] }],
])('refuses settings with an impossible %s', (field, settings) => {
  expect(() => new PaperVenue(settings)).toThrow(field);
});

test('refuses reads of an unknown account', () => {
  expect(() => venue.fillsSince(accountId('other'), 0)).toThrow('account = "other"');
  expect(() => venue.openOrders(accountId('other'))).toThrow('account = "other"');
});

test('a reduce-only order larger than its position ties up no cash for the rest', () => {
  goLong();
  const before = venue.balances(MAIN)[0]?.free.toString();
  venue.submit(limit('x', 'sell', '90', '105', 'gtc', { reduceOnly: true }), 250 * MS);
  expect(venue.openOrders(MAIN)).toHaveLength(1);
  expect(venue.balances(MAIN)[0]?.free.toString()).toBe(before);
});
