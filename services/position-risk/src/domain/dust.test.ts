import type { CorrectionMade, PositionEvent } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACCOUNT, at, BTC, d, ETH, PLAN, Scenario } from './testing/position-risk-scenario.ts';

const FAR = { ...PLAN, stopPrice: d('1000'), trailing: d('0.5') };

/** A long of 2 ETH whose stop fired and whose exit left 0.002 of it: 3.96 USDT, where 5 is the least. */
function withDust(): Scenario {
  const story = new Scenario();
  story.open('long', '2', '2000', { ...PLAN, stopPrice: d('1990') }, ETH);
  story.prices(ETH, [1, 1_980]);
  const exit = story.obey(story.commands[0]!, 1);
  story.fill(exit, 'sell', '1.998', '1980', { id: ETH, seconds: 1, leaves: '0.002' });
  story.ended('OrderCanceled', exit, '1.998', 1, ETH);
  return story;
}
const dustOf = (story: Scenario) => story.log.filter((event) => event.type === 'DustChanged');
const lastDust = (story: Scenario) => {
  const { quantity, price, cause } = dustOf(story).at(-1)!;
  return [cause, `${quantity}`, `${price}`];
};
const closed = (story: Scenario) => story.log.filter((event) => event.type === 'PositionClosed');
const equity = (story: Scenario) => {
  const { realized, fees } = story.engine.account.equity.totals();
  return `${realized.minus(fees).plus(story.log.findLast((e) => e.type === 'EquityMarked')!.unrealized)}`;
};

test('what no order can close ends the position and stays ours as dust, without a further attempt', () => {
  const story = withDust();
  expect(closed(story)).toMatchObject([{ reason: 'initial_stop' }]);
  expect(lastDust(story)).toEqual(['left', '0.002', '1980']);
  expect(story.commands).toHaveLength(1);
  expect(story.engine.books.positions()).toEqual([]);
  story.prices(ETH, [2, 2_400]);
  expect(story.commands).toHaveLength(1);
});

test('dust counts in equity', () => {
  const story = withDust();
  story.prices(ETH, [2, 2_080]);
  story.open('long', '1', '50000');
  // The loss of the sale, and 0.002 that has gained 100 each.
  expect(equity(story)).toBe('-39.8');
});

test('dust is sold at the price at which it becomes enough, as a position of its strategy', () => {
  const story = withDust();
  story.prices(ETH, [2, 2_549]);
  expect(story.commands).toHaveLength(1);
  story.prices(ETH, [3, 2_550]);
  expect(lastDust(story)).toEqual(['for_sale', '0', '1980']);
  expect(story.engine.books.positions()).toMatchObject([{ strategy: 'hierarchical', quantity: d('0.002') }]);
  const sale = story.commands[1]!;
  expect(sale).toMatchObject({ reason: 'residual', quantity: d('0.002'), attempt: 1 });
  story.fill(story.obey(sale, 3), 'sell', '0.002', '2550', { id: ETH, seconds: 3 });
  expect(closed(story).at(-1)?.netPnl.toString()).toBe('1.14');
});

test('the price falls again before dust is sold: it is dust again, and not tried at each print', () => {
  const story = withDust();
  story.prices(ETH, [2, 2_300], [2, 2_550]);
  story.prices(ETH, [3, 2_400]);
  story.denied(story.commands[1]!, 'NOTIONAL_BELOW_MIN', 3);
  expect(lastDust(story)).toEqual(['left', '0.002', '2400']);
  for (let seconds = 4; seconds < 60; seconds++) story.prices(ETH, [seconds, 2_500 + (seconds % 2)]);
  expect(story.commands).toHaveLength(2);
});

test('less than the least quantity is sold at no price', () => {
  const story = new Scenario();
  story.open('long', '0.0005', '2000', FAR, ETH);
  story.flatten(1);
  expect(lastDust(story)).toEqual(['left', '0.0005', '2000']);
  story.prices(ETH, [2, 3_000], [3, 4_000]);
  expect(story.commands).toEqual([]);
});

test('the next position of the same side takes dust along, and its exit sells it', () => {
  const story = withDust();
  story.open('long', '1', '2000', FAR, ETH);
  expect(lastDust(story)).toEqual(['joined', '0', '1980']);
  expect(story.engine.books.positions()).toMatchObject([{ quantity: d('1.002') }]);
  story.flatten(5);
  expect(story.commands.at(-1)?.quantity.toString()).toBe('1.002');
});

test('a position of the other side is what is left once dust has been taken', () => {
  const story = withDust();
  story.open('short', '1', '2000', { ...FAR, stopPrice: d('4000') }, ETH);
  expect(lastDust(story)).toEqual(['netted', '0', '1980']);
  expect(dustOf(story).at(-1)?.realized.toString()).toBe('0.04');
  expect(story.engine.books.positions()).toMatchObject([{ direction: 'short', quantity: d('0.998') }]);
});

test('dust outlives a restart, and is sold after it', () => {
  const story = withDust();
  story.restart();
  story.prices(ETH, [2, 2_300], [2, 2_550]);
  expect(story.commands[1]).toMatchObject({ reason: 'residual', quantity: d('0.002') });
});

const correction = (own: string, seconds = 1, change: Partial<CorrectionMade> = {}): CorrectionMade => ({
  ...{ type: 'CorrectionMade', account: ACCOUNT, instrument: BTC, before: d('1'), own: d(own) },
  ...{ beside: d('0'), price: d('0'), reason: 'gone', evidence: [], by: null, commandId: null },
  ...{ timeUs: at(seconds), settledUs: null, ...change },
});

test.each<[string, string, readonly PositionEvent['type'][], string]>([
  ['takes away what is gone', '0.4', ['PositionReduced'], '0.4'],
  ['ends a position that is gone', '0', ['PositionClosed'], '0'],
  ['adds what was adopted', '3', ['PositionIncreased'], '3'],
  ['turns a position round', '-2', ['PositionClosed', 'PositionOpened'], '-2'],
  ['changes nothing where it says what we have', '1', [], '1'],
])('a correction %s, and said again changes nothing', (_, own, expected, held) => {
  const story = new Scenario();
  story.open('long', '1', '50000', { ...PLAN, stopPrice: d('49000') });
  story.prices(BTC, [1, 50_100]);
  const types = (out: readonly { type: string }[]) =>
    out.map(({ type }) => type).filter((type) => type.startsWith('Position'));
  expect(types(story.give(correction(own)))).toEqual(expected);
  expect(types(story.give(correction(own)))).toEqual([]);
  const [position] = story.engine.books.positions();
  expect(
    position === undefined ? '0' : `${position.direction === 'long' ? '' : '-'}${position.quantity}`,
  ).toBe(held);
});

test('what a person adopted is guarded at once by the house distance; taken out, it is corrected', () => {
  const story = new Scenario();
  story.give(correction('1', 1, { price: d('50000'), reason: 'adopted' }));
  expect(story.log.find(({ type }) => type === 'PositionOpened')).toMatchObject({ stopPrice: d('49750') });
  expect(story.asked).toHaveLength(1);
  story.prices(BTC, [2, 49_700]);
  expect(story.commands).toHaveLength(1);
  story.give(correction('0', 3));
  expect(closed(story)).toMatchObject([{ reason: 'correction' }]);
});

test('what is adopted, forgotten and adopted again while no feed tells a time is two positions', () => {
  const story = new Scenario();
  for (const [commandId, own] of Object.entries({ a: '1', b: '0', c: '1' }))
    story.give(correction(own, 1, { price: d('50000'), reason: 'adopted', commandId }));
  const opened = story.log.filter((event) => event.type === 'PositionOpened');
  expect(new Set(opened.map(({ position }) => position.id)).size).toBe(2);
});

test('a correction that leaves dust sets it aside, and one of dust alone tells what it made', () => {
  const story = new Scenario();
  story.open('long', '1', '2000', FAR, ETH);
  story.give(correction('0.001', 1, { instrument: ETH }));
  expect(lastDust(story)).toEqual(['left', '0.001', '2000']);
  story.give(correction('0', 2, { instrument: ETH }));
  expect(lastDust(story)).toEqual(['corrected', '0', '2000']);
});

test('a correction that finds more dust makes no position of it, and it counts at its own price', () => {
  const story = new Scenario();
  story.prices(ETH, [1, 2_000]);
  story.give(correction('0.001', 1, { instrument: ETH, before: d('0') }));
  expect(lastDust(story)).toEqual(['corrected', '0.001', '2000']);
  story.prices(ETH, [2, 2_030]);
  story.give(correction('0.002', 2, { instrument: ETH, before: d('0.001') }));
  expect(lastDust(story)).toEqual(['corrected', '0.002', '2015']);
  expect(story.log.filter(({ type }) => type === 'PositionOpened')).toEqual([]);
  // What an order could close is a position again, with a stop.
  story.give(correction('0.003', 3, { instrument: ETH, before: d('0.002') }));
  expect(story.log.filter(({ type }) => type === 'PositionOpened')).toHaveLength(1);
});

test('whatever fills come, position and dust together are what they add up to, and so is the money', () => {
  const fill = fc.record({
    side: fc.constantFrom('buy', 'sell' as const),
    quantity: fc.integer({ min: 1, max: 40 }),
    price: fc.integer({ min: 1_000, max: 4_000 }),
    leave: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fill, { maxLength: 40 }), (fills) => {
      const story = new Scenario();
      let net = d('0');
      let cash = d('0');
      for (const [n, { side, quantity, price, leave }] of fills.entries()) {
        const size = d(`0.00${quantity < 10 ? `0${quantity}` : quantity}`);
        story.fill(`o${n}`, side === 'buy' ? 'buy' : 'sell', `${size}`, `${price}`, { id: ETH, seconds: n });
        net = side === 'buy' ? net.plus(size) : net.minus(size);
        cash = side === 'buy' ? cash.minus(size.times(d(`${price}`))) : cash.plus(size.times(d(`${price}`)));
        if (leave) story.flatten(n);
        const [position] = story.engine.books.positions();
        const dust = dustOf(story).at(-1)?.quantity ?? d('0');
        const held =
          position === undefined
            ? dust
            : position.direction === 'long'
              ? position.quantity
              : position.quantity.negated();
        expect(`${held}`).toBe(`${net}`);
        const { realized } = story.engine.account.equity.totals();
        const mark = d(`${price}`);
        const open =
          position === undefined
            ? dust.times(mark.minus(dustOf(story).at(-1)?.price ?? mark))
            : held.times(mark.minus(position.averagePrice));
        expect(cash.plus(net.times(mark)).minus(realized).minus(open).abs().toNumber()).toBeLessThan(1e-9);
      }
    }),
  );
});
