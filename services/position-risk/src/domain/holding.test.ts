import { Decimal, type Direction, positionId, strategyName } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  exitPriceOf,
  increaseHolding,
  openHolding,
  reduceHolding,
  returnPercentOf,
  splitLot,
  unrealizedOf,
} from './holding.ts';
import { BTC, d, T0 } from './testing/position-risk-scenario.ts';

const open = (direction: Direction, quantity: string, price: string, fee = '0') =>
  openHolding(
    { id: positionId('p'), instrument: BTC, strategy: strategyName('s'), direction, openedUs: T0 },
    lot(quantity, price, fee),
  );
const lot = (quantity: string, price: string, fee = '0') => ({
  quantity: d(quantity),
  price: d(price),
  fee: d(fee),
});

test('averages what is added by quantity', () => {
  const holding = increaseHolding(open('long', '1', '100'), lot('3', '104'));
  expect(holding.averagePrice.toString()).toBe('103');
  expect(unrealizedOf(holding, d('105')).toString()).toBe('8');
});

test.each([
  ['a long gains when it sells above its average', 'long', '120', '40'],
  ['a long loses when it sells below its average', 'long', '90', '-20'],
  ['a short gains when it buys below its average', 'short', '90', '20'],
  ['a short loses when it buys above its average', 'short', '120', '-40'],
] as const)('%s', (_, direction, price, realized) => {
  const holding = reduceHolding(open(direction, '5', '100'), lot('2', price));
  expect(holding.realized.toString()).toBe(realized);
  expect(holding.quantity.toString()).toBe('3');
  expect(holding.averagePrice.toString()).toBe('100');
});

test('tells the mean exit price and the return after fees', () => {
  const half = reduceHolding(open('long', '2', '50000', '10'), lot('1', '50700', '5'));
  const flat = reduceHolding(half, lot('1', '50800', '5'));
  expect(exitPriceOf(flat).toString()).toBe('50750');
  expect(returnPercentOf(flat).toString()).toBe('1.48');
});

const amounts = fc.tuple(fc.bigInt(1n, 10n ** 9n), fc.bigInt(1n, 10n ** 9n));

test('over a whole life, gains are exactly the cash that came in less what went out', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Direction>('long', 'short'),
      fc.array(fc.tuple(amounts, fc.boolean()), { minLength: 1, maxLength: 30 }),
      fc.bigInt(1n, 10n ** 9n),
      (direction, steps, lastPrice) => {
        let holding = open(direction, '3', '7');
        let cash = d('-21');
        const go = (quantity: Decimal, price: Decimal, adds: boolean) => {
          const step = { quantity, price, fee: Decimal.zero };
          holding = adds ? increaseHolding(holding, step) : reduceHolding(holding, step);
          cash = adds ? cash.minus(quantity.times(price)) : cash.plus(quantity.times(price));
        };
        for (const [[q, p], adds] of steps) {
          const quantity = Decimal.scaled(q, 6);
          if (!adds && !quantity.lessThan(holding.quantity)) continue;
          go(quantity, Decimal.scaled(p, 4), adds);
        }
        go(holding.quantity, Decimal.scaled(lastPrice, 4), false);
        expect(holding.cost.isZero()).toBe(true);
        expect(holding.realized.equals(direction === 'long' ? cash : cash.negated())).toBe(true);
      },
    ),
  );
});

test('a lot split in two loses nothing of its fee', () => {
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 999 }), ([q, fee], part) => {
      const whole = { quantity: Decimal.scaled(q * 1_000n, 6), price: d('1'), fee: Decimal.scaled(fee, 7) };
      const [one, two] = splitLot(whole, Decimal.scaled(q * BigInt(part), 6));
      expect(one.fee.plus(two.fee).equals(whole.fee)).toBe(true);
      expect(one.quantity.plus(two.quantity).equals(whole.quantity)).toBe(true);
    }),
  );
});
