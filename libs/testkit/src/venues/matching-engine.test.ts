import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type EngineOrder, MatchingEngine } from './matching-engine.ts';

const order = (
  id: string,
  side: 'buy' | 'sell',
  price: number | undefined,
  quantity: number,
): EngineOrder => ({
  ...{ id, owner: 'somebody', side, quantity: BigInt(quantity) },
  price: price === undefined ? undefined : BigInt(price),
});

const met = (engine: MatchingEngine, taker: EngineOrder) =>
  engine.place(taker).map(({ maker, price, quantity }) => [maker.id, Number(price), Number(quantity)]);

test('the best price is met first, of one price the oldest, at the price that rested', () => {
  const engine = new MatchingEngine();
  for (const each of [order('a', 'sell', 101, 5), order('b', 'sell', 100, 2), order('c', 'sell', 100, 3)])
    engine.place(each);
  expect(met(engine, order('t', 'buy', 101, 6))).toEqual([
    ['b', 100, 2],
    ['c', 100, 3],
    ['a', 101, 1],
  ]);
  expect([engine.best('sell'), engine.best('buy')]).toEqual([101n, undefined]);
});

test('what is left with a price rests, without one it is gone; a canceled order is met by nobody', () => {
  const engine = new MatchingEngine();
  expect(met(engine, order('a', 'buy', 99, 4))).toEqual([]);
  expect(met(engine, order('m', 'sell', undefined, 1))).toEqual([['a', 99, 1]]);
  expect([engine.cancel('a'), engine.cancel('a')]).toEqual([3n, undefined]);
  expect(met(engine, order('n', 'sell', undefined, 1))).toEqual([]);
  expect([engine.best('sell'), engine.best('buy')]).toEqual([undefined, undefined]);
});

test('whatever is placed, the sides never cross and no quantity comes from nowhere', () => {
  const some = fc.tuple(
    fc.boolean(),
    fc.option(fc.integer({ min: 90, max: 110 })),
    fc.integer({ min: 1, max: 9 }),
  );
  fc.assert(
    fc.property(fc.array(some, { maxLength: 60 }), (told) => {
      const engine = new MatchingEngine();
      const left = new Map<string, bigint>();
      for (const [i, [isBuy, price, quantity]] of told.entries()) {
        const taker = order(`${i}`, isBuy ? 'buy' : 'sell', price ?? undefined, quantity);
        left.set(taker.id, taker.quantity);
        for (const match of engine.place(taker))
          for (const { id } of [match.maker, match.taker]) left.set(id, left.get(id)! - match.quantity);
        const [buy, sell] = [engine.best('buy'), engine.best('sell')];
        expect(buy === undefined || sell === undefined || buy < sell).toBe(true);
      }
      expect([...left.values()].every((each) => each >= 0n)).toBe(true);
    }),
  );
});
