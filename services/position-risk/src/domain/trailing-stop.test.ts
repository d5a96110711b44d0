import { Decimal, type Direction } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TrailingStop } from './trailing-stop.ts';

const d = (text: string) => Decimal.of(text);
const arm = (direction: Direction, entry: string, initial: string, trailing = '0.005', tick = '0.01') =>
  TrailingStop.arm({
    direction,
    entryPrice: d(entry),
    initialStop: d(initial),
    trailing: d(trailing),
    tick: d(tick),
  });

test('follows a long from 50,000 up to 51,000 and fires at 50,745', () => {
  const stop = arm('long', '50000', '49000');
  expect(stop.level.toString()).toBe('49750');
  expect(stop.onPrice(50_500)).toBe('moved');
  expect(stop.level.toString()).toBe('50247.5');
  expect(stop.onPrice(51_000)).toBe('moved');
  expect(stop.level.toString()).toBe('50745');
  expect(stop.onPrice(50_745.01)).toBe('held');
  expect(stop.onPrice(50_745)).toBe('fired');
});

test('follows a short from 50,000 down to 49,000 and fires at 49,245', () => {
  const stop = arm('short', '50000', '51000');
  expect(stop.level.toString()).toBe('50250');
  expect(stop.onPrice(49_500)).toBe('moved');
  expect(stop.level.toString()).toBe('49747.5');
  expect(stop.onPrice(49_000)).toBe('moved');
  expect(stop.level.toString()).toBe('49245');
  expect(stop.onPrice(49_244.99)).toBe('held');
  expect(stop.onPrice(49_245)).toBe('fired');
});

test.each([
  ['a long keeps an initial stop that is tighter', 'long', '49900', '49900', true],
  ['a long trails from entry when that is tighter', 'long', '49000', '49750', false],
  ['a short keeps an initial stop that is tighter', 'short', '50100', '50100', true],
  ['a short trails from entry when that is tighter', 'short', '51000', '50250', false],
] as const)('%s', (_, direction, initial, level, isInitial) => {
  const stop = arm(direction, '50000', initial);
  expect(stop.level.toString()).toBe(level);
  expect(stop.isInitial).toBe(isInitial);
});

test('is narrowed by hand but never widened', () => {
  const stop = arm('long', '50000', '49000');
  expect(stop.tighten(d('49700'))).toBe(false);
  expect(stop.tighten(d('49850.017'))).toBe(true);
  expect(stop.level.toString()).toBe('49850.01');
  expect(stop.onPrice(50_050)).toBe('held');
  expect(stop.onPrice(50_150)).toBe('moved');
  expect(stop.level.toString()).toBe('49899.25');
});

test('a long whose distance is more than its price can still fire, one tick above nothing', () => {
  const stop = arm('long', '0.02', '0.001', '0.9');
  expect(stop.level.toString()).toBe('0.01');
  expect(stop.onPrice(0.01)).toBe('fired');
});

const walks = fc.record({
  direction: fc.constantFrom<Direction>('long', 'short'),
  scale: fc.integer({ min: 0, max: 8 }),
  entry: fc.integer({ min: 1_000, max: 10_000_000 }),
  initial: fc.integer({ min: 1, max: 300 }),
  trailing: fc.integer({ min: 1, max: 400 }),
  // Shares of price in permille, or single ticks, where rounding shows.
  permille: fc.boolean(),
  steps: fc.array(fc.integer({ min: -20, max: 50 }), { minLength: 1, maxLength: 60 }),
});

function walk(given: typeof walks extends fc.Arbitrary<infer W> ? W : never) {
  const long = given.direction === 'long';
  const side = long ? -1n : 1n;
  const entry = Decimal.scaled(BigInt(given.entry), given.scale);
  const share = Decimal.scaled(BigInt(given.initial), 3);
  const initialStop = entry.times(long ? Decimal.one.minus(share) : Decimal.one.plus(share));
  const trailing = Decimal.scaled(BigInt(given.trailing), 3);
  let ticks = given.entry;
  const prices = given.steps.map((step) => {
    ticks = Math.max(1, ticks + (given.permille ? Math.trunc((ticks * step) / 1_000) : step));
    return Decimal.scaled(BigInt(ticks), given.scale);
  });
  const tick = Decimal.scaled(1n, given.scale);
  const stop = TrailingStop.arm({
    direction: given.direction,
    entryPrice: entry,
    initialStop,
    trailing,
    tick,
  });
  const factor = Decimal.one.plus(Decimal.scaled(side * trailing.units, trailing.scale));
  return { long, entry, initialStop, factor, prices, stop, tick };
}

test('fires exactly when an unrounded stop in exact arithmetic would, whatever the prices', () => {
  fc.assert(
    fc.property(walks, (given) => {
      const { long, entry, initialStop, factor, prices, stop, tick } = walk(given);
      let best = entry;
      for (const price of prices) {
        const trailed = best.times(factor);
        const tighter = (long ? trailed.greaterThan(initialStop) : trailed.lessThan(initialStop))
          ? trailed
          : initialStop;
        const reference = long && tighter.lessThan(tick) ? tick : tighter;
        const reached = long ? !price.greaterThan(reference) : !price.lessThan(reference);
        const fired = stop.onPrice(price.toNumber()) === 'fired';
        expect(fired).toBe(reached);
        if (fired) return;
        if (long ? price.greaterThan(best) : price.lessThan(best)) best = price;
        expect(stop.bestPrice.equals(best)).toBe(true);
        const level = best.times(factor).toStep(tick, long ? 'down' : 'up');
        const initial = initialStop.toStep(tick, long ? 'down' : 'up');
        const [low, high] = level.lessThan(initial) ? [level, initial] : [initial, level];
        const tightest = long ? (high.lessThan(tick) ? tick : high) : low;
        expect(stop.level.toString()).toBe(tightest.toString());
      }
    }),
    { numRuns: 500 },
  );
});

test('only ever tightens, and says moved exactly when it did', () => {
  fc.assert(
    fc.property(walks, (given) => {
      const { long, prices, stop } = walk(given);
      for (const price of prices) {
        const before = stop.level;
        const verdict = stop.onPrice(price.toNumber());
        const order = stop.level.compare(before);
        expect(order).toBe(verdict === 'moved' ? (long ? 1 : -1) : 0);
        if (verdict === 'fired') return;
      }
    }),
    { numRuns: 300 },
  );
});

test('restored from text it goes on as if never stopped', () => {
  fc.assert(
    fc.property(walks, fc.nat(60), (given, cut) => {
      const { prices, stop } = walk(given);
      let other = stop;
      for (const [i, price] of prices.entries()) {
        if (i === cut) other = TrailingStop.restore(stop.snapshot());
        const verdict = stop.onPrice(price.toNumber());
        if (other !== stop) expect(other.onPrice(price.toNumber())).toBe(verdict);
        expect(other.snapshot()).toEqual(stop.snapshot());
        if (verdict === 'fired') return;
      }
    }),
    { numRuns: 300 },
  );
});
