import { clientOrderId, type OrderRequest } from '@algo/model';
import { expect, test } from 'vitest';
import { compare, differs } from './testing/compared.ts';
import {
  close,
  d,
  denial,
  filled,
  fillOf,
  holding,
  place,
  S,
  sent,
  submitted,
} from './testing/execution-scenario.ts';

const HAND = clientOrderId('hand-1');

/** An engine that held 10 and whose exit has sold them at second 3. */
function left() {
  const { engine, entry } = holding();
  const exit = sent(engine.handle(close(2, { timeUs: 2 * S })));
  engine.handle(submitted(exit.clientOrderId, 'confirmed', 2 * S));
  engine.handle(filled(exit, 'out', '10', '10', 3 * S));
  return { engine, entry, exit };
}
/** Somebody sells by hand, and we hear of it now. */
const byHand = (exit: OrderRequest, quantity: string, seconds: number) => {
  const fill = fillOf({ ...exit, clientOrderId: HAND }, 'x1', quantity, seconds * S);
  return { type: 'VenueFilled', fill, cumulative: fill.quantity } as const;
};
const told = (out: ReturnType<ReturnType<typeof left>['engine']['handle']>) =>
  out.flatMap((one) =>
    one.type === 'OrderQuarantined'
      ? [`${one.problem} ${one.booked}`]
      : one.type === 'OrderFilled'
        ? ['filled']
        : [],
  );

test('a close by hand heard behind our own exit has left us short: booked, said, entries shut', () => {
  const { engine, exit } = left();
  expect(told(engine.handle(byHand(exit, '10', 2.5)))).toEqual(['filled', 'overshot true']);
  expect(engine.positions().map(({ quantity }) => `${quantity}`)).toEqual(['-10']);
  expect(denial(engine.handle(place(3, { timeUs: 4 * S })))).toBe('REDUCE_ONLY');
});

test('the short that is ours may be closed at once', () => {
  const { engine, exit } = left();
  engine.handle(byHand(exit, '10', 2.5));
  const back = sent(engine.handle(close(3, { direction: 'short', quantity: d('10'), timeUs: 4 * S })));
  expect([back.side, `${back.quantity}`]).toEqual(['buy', '10']);
});

test('an exit that is told behind the close by hand has left us short as well', () => {
  const { engine } = holding();
  const exit = sent(engine.handle(close(2, { timeUs: 2 * S })));
  engine.handle(submitted(exit.clientOrderId, 'confirmed', 2 * S));
  expect(told(engine.handle(byHand(exit, '10', 2.5)))).toEqual(['filled']);
  expect(told(engine.handle(filled(exit, 'out', '10', '10', 3 * S)))).toEqual(['filled', 'overshot true']);
});

test.each([
  ['behind our exit', '10', 3.5],
  ['at the very moment of our exit', '10', 3],
  ['of more than we held', '10.5', 2.5],
])('what a person sells %s is none of ours', (_, quantity, seconds) => {
  const { engine, exit } = left();
  expect(told(engine.handle(byHand(exit, quantity, seconds)))).toEqual(['foreign_fill false']);
  expect(engine.positions()).toEqual([]);
});

test('what a correction has settled since is not booked once more', () => {
  const { engine, entry } = holding();
  compare(engine, 31, differs());
  compare(engine, 62, differs());
  expect(engine.positions()).toEqual([]);
  const fill = { ...byHand(entry, '10', 20), type: 'VenueFilled' } as const;
  const sold = { ...fill, fill: { ...fill.fill, side: 'sell' } } as const;
  expect(told(engine.handle(sold))).toEqual(['foreign_fill false']);
});
