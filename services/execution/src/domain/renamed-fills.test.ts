// Who cancels an order of ours by hand at spot gives it that cancel's name, and to all that it ever filled: a
// life that begins behind that reads its fills under a stranger's name.
import { clientOrderId, type OrderRequest } from '@algo/model';
import { expect, test } from 'vitest';
import {
  close,
  d,
  fetched,
  filled,
  fillOf,
  holding,
  place,
  ready,
  S,
  sent,
} from './testing/execution-scenario.ts';

const renamed = (order: OrderRequest, trade: string, quantity: string) => ({
  ...fillOf(order, trade, quantity, 1.6 * S),
  clientOrderId: clientOrderId('web_cancel_1'),
});

test('fills of an entry that a person canceled are booked once, to that entry', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  engine.handle(filled(entry, 't1', '4', '4', 1.5 * S));
  const said = engine.handle(fetched([renamed(entry, 't1', '4'), renamed(entry, 't2', '2')]));
  const { clientOrderId: ours } = entry;
  expect(said).toMatchObject([
    { type: 'OrderFilled', clientOrderId: ours, fill: { clientOrderId: ours }, cumulative: d('6') },
  ]);
  expect(engine.positions().map(({ quantity }) => `${quantity}`)).toEqual(['6']);
});

test('what an exit has sold before a person canceled it is not sold once more by a stranger', () => {
  const { engine } = holding();
  const exit = sent(engine.handle(close(1, { timeUs: 2 * S })));
  engine.handle(filled(exit, 't2', '4', '4', 2 * S));
  expect(engine.handle(fetched([renamed(exit, 't2', '4')]))).toEqual([]);
  expect(engine.positions().map(({ quantity }) => `${quantity}`)).toEqual(['6']);
});
