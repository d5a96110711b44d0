import { Grid } from '@algo/model';
import { expect, test } from 'vitest';
import { MicrostructureReading } from './microstructure.ts';
import { livelyTrades, type TestTrade, uniform } from './testing/synthetic-tape.ts';

const CENTS = new Grid(0.01, 'priceTick');
const S = 1e6;

function feed(trades: readonly TestTrade[], scale = { price: 1, size: 1 }) {
  const micro = new MicrostructureReading();
  const signals: number[] = [];
  for (const [t, p, q, buyOrSell] of trades) {
    const side = buyOrSell === 'buy' ? 1 : -1;
    if (!micro.continues(t, side)) {
      if (micro.isOpen) micro.endOrder();
      micro.nextUs = t;
      micro.startOrder(side);
    }
    micro.add(p * scale.price, p * scale.price * q * scale.size, side);
    signals.push(micro.signal);
  }
  micro.endOrder();
  signals.push(micro.signal);
  return { micro, signals: signals.slice(1) };
}

/** n orders, one a second, of the sides given. */
function orders(n: number, side: (i: number) => 'buy' | 'sell', price = (_: number) => 100): TestTrade[] {
  return Array.from({ length: n }, (_, i) => [i * S, price(i), 1, side(i)] as const);
}

test('a tape of buys alone is bullish at the 20th order, of sells alone bearish', () => {
  expect(feed(orders(25, () => 'buy')).signals.indexOf(1)).toBe(19);
  expect(feed(orders(25, () => 'sell')).signals.indexOf(-1)).toBe(19);
});

test('sides that alternate with equal sizes stay neutral for ever', () => {
  expect(new Set(feed(orders(2000, (i) => (i % 2 === 0 ? 'buy' : 'sell'))).signals)).toEqual(new Set([0]));
});

test('buying that the price refuses to follow is not bullish', () => {
  // One sell between buys keeps a bid that falls, and the mid with it.
  const trades = orders(
    200,
    (i) => (i % 6 === 0 ? 'sell' : 'buy'),
    (i) => 100 - i * 0.05,
  );
  const flat = orders(200, (i) => (i % 6 === 0 ? 'sell' : 'buy'));
  expect(feed(flat).signals).toContain(1);
  expect(feed(trades).signals).not.toContain(1);
});

test('with no order for more than 30 s it reads neutral', () => {
  const { micro } = feed(orders(40, () => 'buy'));
  expect(micro.signalAt(39 * S + 30 * S)).toBe('bullish');
  expect(micro.signalAt(39 * S + 30 * S + 1)).toBe('neutral');
});

test('prints of one order at one time count as that order', () => {
  const split: TestTrade[] = [];
  const merged: TestTrade[] = [];
  const next = uniform(5);
  for (let i = 0; i < 300; i++) {
    const side = next() < 0.6 ? 'buy' : 'sell';
    const sizes = [1, 2, 5].slice(0, 1 + Math.floor(next() * 3));
    for (const size of sizes) split.push([i * S, 64, size, side]);
    merged.push([i * S, 64, sizes.reduce((a, b) => a + b), side]);
  }
  const [a, b] = [feed(split).micro, feed(merged).micro];
  const said = (micro: MicrostructureReading) => [
    ...[micro.signalAt(300 * S), micro.fastZ, micro.slowZ, micro.lastMid, micro.flipSpread(CENTS)],
  ];
  expect(said(a)).toEqual(said(b));
});

test('the scale of prices and of sizes does not matter', () => {
  const trades = livelyTrades(2, 3000, 0);
  const { signals } = feed(trades);
  expect(new Set(signals)).toEqual(new Set([-1, 0, 1]));
  // Powers of two, so that rounding is the same too.
  expect(feed(trades, { price: 1, size: 1024 }).signals).toEqual(signals);
});

test('the flip spread is the median jump between opposite orders within a second', () => {
  const trades: TestTrade[] = [];
  for (let i = 0; i < 60; i++)
    trades.push([i * 0.4 * S, i % 2 === 0 ? 100 : 99.5, 1, i % 2 === 0 ? 'buy' : 'sell']);
  const { micro } = feed(trades);
  expect([micro.flipSpread(CENTS), micro.lastMid]).toEqual([0.5, 99.75]);
  const slow = trades.map(([t, p, q, s]) => [t * 10, p, q, s] as const);
  expect(feed(slow).micro.flipSpread(CENTS)).toBeNull();
});

test('a side that trades through the other pulls the mid along', () => {
  const trades = orders(
    30,
    (i) => (i === 0 ? 'sell' : 'buy'),
    (i) => (i === 0 ? 100 : 98),
  );
  expect(feed(trades).micro.lastMid).toBe(98);
});

test('before 20 orders there is no reading', () => {
  expect(feed(orders(19, () => 'buy')).micro.isKnown).toBe(false);
});
