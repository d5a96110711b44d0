import { expect, test } from 'vitest';
import {
  absence,
  d,
  denial,
  filled,
  found,
  lookedUp,
  place,
  price,
  S,
  types,
} from './testing/execution-scenario.ts';
import { inDoubt } from './testing/in-doubt.ts';

test('silence, a failed lookup and an absence that is not proven leave an order unknown', () => {
  const { engine, id } = inDoubt();
  expect(engine.handle(lookedUp(id, { type: 'failed', reason: 'timeout' }, 1.1 * S))).toEqual([]);
  expect(types(engine.handle(lookedUp(id, { type: 'absent' }, 1.2 * S)))).toEqual(['ProveAbsence']);
  expect(engine.handle(lookedUp(id, { type: 'absent' }, 1.2 * S))).toEqual([]);
  expect(engine.handle(absence(id, 'not proven', 1.2 * S))).toEqual([]);
  expect(engine.order(id)?.status).toBe('unknown');
  expect(denial(engine.handle(place(2, { timeUs: 1.3 * S })))).toBe('POSITION_EXISTS');
  expect(types(engine.handle(price(3 * S)))).toEqual(['LookUpOrder']);
  expect(engine.handle(price(3.1 * S))).toEqual([]);
});

test('an order that is proven never to have arrived is over: its id goes out once', () => {
  const { engine, id } = inDoubt();
  expect(engine.handle(lookedUp(id, { type: 'absent' }, 1.5 * S))).toMatchObject([
    { type: 'ProveAbsence', clientOrderId: id, sentUs: S },
  ]);
  expect(engine.handle(absence(id, 'proven', 1.5 * S))).toMatchObject([
    { type: 'OrderCanceled', reason: 'NEVER_ARRIVED no such order', cumulative: d('0') },
  ]);
  expect(denial(engine.handle(place(2, { timeUs: 1.6 * S })))).toBeNull();
});

test('a proof of absence comes to nothing where the order was found meanwhile, or has filled', () => {
  const seen = inDoubt();
  seen.engine.handle(lookedUp(seen.id, { type: 'absent' }, 1.5 * S));
  seen.engine.handle(lookedUp(seen.id, found(seen.entry, 'open', '0'), 1.6 * S));
  expect(seen.engine.handle(absence(seen.id, 'proven', 1.7 * S))).toEqual([]);
  expect(seen.engine.order(seen.id)?.status).toBe('accepted');
  const filling = inDoubt();
  filling.engine.handle(lookedUp(filling.id, { type: 'absent' }, 1.5 * S));
  filling.engine.handle(filled(filling.entry, 't1', '4', '4', 1.6 * S));
  expect(filling.engine.handle(absence(filling.id, 'proven', 1.7 * S))).toEqual([]);
});
