import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from './decimal.ts';

const decimals = fc
  .tuple(fc.bigInt(-(10n ** 18n), 10n ** 18n), fc.integer({ min: 0, max: 12 }))
  .map(([u, s]) => Decimal.scaled(u, s));

test('spells itself back, canonically', () => {
  expect(Decimal.of('0.10').toString()).toBe('0.1');
  expect(Decimal.of('-0').toString()).toBe('0');
  expect(Decimal.of('-0.05').toString()).toBe('-0.05');
  fc.assert(fc.property(decimals, (a) => Decimal.of(a.toString()).equals(a)));
});

test.each(['', ' 1', '1e3', '+1', '1.', '.5', 'NaN', '1,5', '--1'])(
  'refuses %j, naming field and value',
  (text) => {
    expect(() => Decimal.of(text, 'limit_price')).toThrow(`limit_price = ${JSON.stringify(text)}`);
  },
);

test('adds and multiplies exactly, in any order', () => {
  expect(Decimal.of('0.1').plus(Decimal.of('0.2')).toString()).toBe('0.3');
  fc.assert(
    fc.property(decimals, decimals, decimals, (a, b, c) => {
      expect(a.plus(b).plus(c).equals(c.plus(a).plus(b))).toBe(true);
      expect(a.times(b.plus(c)).equals(a.times(b).plus(a.times(c)))).toBe(true);
      expect(a.minus(a).isZero()).toBe(true);
    }),
  );
});

test('every product of two numbers that a venue or chain can give is read again as it was', () => {
  const digits = (max: number) => fc.stringMatching(new RegExp(`^[1-9][0-9]{0,${max - 1}}$`));
  const number = fc.tuple(digits(40), digits(30)).map(([whole, places]) => Decimal.of(`${whole}.${places}`));
  fc.assert(
    fc.property(number, number, (quantity, price) => {
      const notional = quantity.times(price);
      expect(Decimal.of(notional.toString()).equals(notional)).toBe(true);
    }),
  );
});

test.each([
  ['10', '3', 2, 'down', '3.33'],
  ['10', '3', 2, 'up', '3.34'],
  ['-10', '3', 2, 'down', '-3.33'],
  ['1', '8', 2, 'half-even', '0.12'],
  ['3', '8', 2, 'half-even', '0.38'],
] as const)('%s ÷ %s at %i places %s is %s', (a, b, places, rounding, expected) => {
  expect(Decimal.of(a).dividedBy(Decimal.of(b), places, rounding).toString()).toBe(expected);
});

test('steps toward zero when told down', () => {
  expect(Decimal.of('83.297').toStep(Decimal.of('0.01'), 'down').toString()).toBe('83.29');
  expect(Decimal.of('83.291').toStep(Decimal.of('0.01'), 'up').toString()).toBe('83.3');
  fc.assert(
    fc.property(decimals, (a) => {
      const step = Decimal.of('0.05');
      const down = a.toStep(step, 'down');
      expect(down.abs().greaterThan(a.abs())).toBe(false);
      expect(down.dividedBy(step, 6, 'down').scale).toBe(0);
    }),
  );
});

/** Numbers about the edge of what a double holds, and far on both sides of it. */
const edges = fc
  .tuple(
    fc.oneof(
      fc.bigInt(-(10n ** 6n), 10n ** 6n),
      fc.bigInt(2n ** 53n - 9n, 2n ** 53n + 9n),
      fc.bigInt(-(10n ** 30n), 10n ** 30n),
      fc.integer({ min: 0, max: 20 }).map((places) => -(10n ** BigInt(places))),
    ),
    fc.integer({ min: 0, max: 12 }),
  )
  .map(([units, scale]) => Decimal.scaled(units, scale));

/** The same by integers of any size alone: units at 60 places. */
function at60({ units, scale }: Decimal): bigint {
  return units * 10n ** BigInt(60 - scale);
}

test('counts the same with doubles as with integers of any size, and spells equal numbers alike', () => {
  fc.assert(
    fc.property(edges, edges, (a, b) => {
      const whole = (units: bigint, places: number) => units / 10n ** BigInt(60 - places);
      const is = (result: Decimal, expected: bigint) =>
        expect(result).toStrictEqual(Decimal.scaled(expected, 60));
      is(a.plus(b), at60(a) + at60(b));
      is(a.minus(b), at60(a) - at60(b));
      is(a.times(b), whole(at60(a) * at60(b), 0));
      is(a.rounded(2, 'down'), whole(at60(a), 2) * 10n ** 58n);
      if (!b.isZero()) {
        is(a.dividedBy(b, 8, 'down'), ((at60(a) * 10n ** 8n) / at60(b)) * 10n ** 52n);
        is(a.toStep(b, 'down'), (at60(a) / at60(b)) * at60(b));
      }
      expect(a.compare(b)).toBe(at60(a) < at60(b) ? -1 : at60(a) > at60(b) ? 1 : 0);
      expect(a.equals(b)).toBe(at60(a) === at60(b));
    }),
    { numRuns: 1_000 },
  );
});
