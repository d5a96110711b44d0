// The one book of a symbol: orders of nobody's account meet by price, then by time.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EngineOrder, unitsOfDecimal } from './public-order.ts';
import { SymbolMarket } from './symbol-market.ts';

const order = (
  id: string,
  side: 'buy' | 'sell',
  price: number | undefined,
  quantity: number,
): EngineOrder => ({
  ...{ id, owner: 'somebody', side, quantity: BigInt(quantity) },
  price: price === undefined ? undefined : BigInt(price),
});

function market(): SymbolMarket {
  const quiet = { tick: '0.01', firstTradeId: 1, depth: { levels: 0, quantity: '0', ticksApart: 1 } };
  return new SymbolMarket(quiet, () => 0, { print: () => {}, lastId: () => 0 });
}

function best(engine: SymbolMarket): (number | undefined)[] {
  return (['SELL', 'BUY'] as const).map((side) => {
    const price = engine.book.best(side);
    return price === null ? undefined : Number(unitsOfDecimal(price));
  });
}

const met = (engine: SymbolMarket, taker: EngineOrder) =>
  engine.place(taker).map(({ maker, price, quantity }) => [maker.id, Number(price), Number(quantity)]);

test('the best price is met first, of one price the oldest, at the price that rested', () => {
  const engine = market();
  for (const each of [order('a', 'sell', 101, 5), order('b', 'sell', 100, 2), order('c', 'sell', 100, 3)])
    engine.place(each);
  expect(met(engine, order('t', 'buy', 101, 6))).toEqual([
    ['b', 100, 2],
    ['c', 100, 3],
    ['a', 101, 1],
  ]);
  expect(best(engine)).toEqual([101, undefined]);
});

test('what is left with a price rests, without one it is gone', () => {
  const engine = market();
  expect(met(engine, order('a', 'buy', 99, 4))).toEqual([]);
  expect(met(engine, order('m', 'sell', undefined, 1))).toEqual([['a', 99, 1]]);
  expect(best(engine)).toEqual([undefined, 99]);
  expect(met(engine, order('n', 'sell', undefined, 9))).toEqual([['a', 99, 3]]);
  expect(best(engine)).toEqual([undefined, undefined]);
});

test('whatever is placed, the sides never cross and no quantity comes from nowhere', () => {
  const some = fc.tuple(
    fc.boolean(),
    fc.option(fc.integer({ min: 90, max: 110 })),
    fc.integer({ min: 1, max: 9 }),
  );
  fc.assert(
    fc.property(fc.array(some, { maxLength: 60 }), (told) => {
      const engine = market();
      const left = new Map<string, bigint>();
      for (const [i, [isBuy, price, quantity]] of told.entries()) {
        const taker = order(`${i}`, isBuy ? 'buy' : 'sell', price ?? undefined, quantity);
        left.set(taker.id, taker.quantity);
        for (const match of engine.place(taker))
          for (const { id } of [match.maker, match.taker]) left.set(id, left.get(id)! - match.quantity);
        const [sell, buy] = best(engine);
        expect(buy === undefined || sell === undefined || buy < sell).toBe(true);
      }
      expect([...left.values()].every((each) => each >= 0n)).toBe(true);
    }),
  );
});
