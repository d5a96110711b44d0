import { type ClientOrderId, clientOrderId, type Fill } from '@algo/model';
import { expect, test } from 'vitest';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput } from './execution-io.ts';
import { compare, differs } from './testing/compared.ts';
import {
  close,
  d,
  denial,
  filled,
  fillOf,
  gate,
  holding,
  mode,
  place,
  ready,
  S,
  SETTINGS,
  sent,
  told,
  types,
} from './testing/execution-scenario.ts';
import { guarded } from './testing/protection-scenario.ts';

const SOLD = { side: 'sell', clientOrderId: clientOrderId('liquidation-LTCUSDT-1') } as const;

/** An engine that holds 10 LTC, and what somebody else's order does on its account. */
function held({ engine, entry } = holding()) {
  const takes = (
    trade: string,
    quantity: string,
    of: Partial<Fill> & { clientOrderId: ClientOrderId } = SOLD,
  ) => {
    const fill = { ...fillOf({ ...entry, ...of }, trade, quantity, 2 * S), ...of };
    return engine.handle({ type: 'VenueFilled', fill, cumulative: fill.quantity });
  };
  return { engine, takes };
}

test('what the venue or a person takes away from what we hold is booked, and no longer ours to sell', () => {
  const { engine, takes } = held();
  const booked = takes('x1', '4');
  expect(booked).toMatchObject([{ type: 'OrderFilled', clientOrderId: SOLD.clientOrderId, leaves: d('0') }]);
  expect(engine.positions().map(({ quantity }) => quantity.toString())).toEqual(['6']);
  expect(sent(engine.handle(close(3, { timeUs: 2 * S }))).quantity.toString()).toBe('6');
  expect(engine.order(SOLD.clientOrderId)?.status).toBe('filled');
});

test('an order of somebody else that fills in pieces takes as much as its pieces, each once', () => {
  const { engine, takes } = held();
  for (const trade of ['x1', 'x2', 'x1', 'x2']) takes(trade, '5');
  expect(engine.positions()).toEqual([]);
  expect(denial(engine.handle(close(3, { timeUs: 2 * S })))).toBe('NO_POSITION');
});

test('an order of somebody else that adds to what we hold is reported once and never booked', () => {
  const { engine, takes } = held();
  const bought = { ...SOLD, side: 'buy' } as const;
  expect(types(takes('x1', '1', bought))).toEqual(['OrderQuarantined']);
  expect(takes('x1', '1', bought)).toEqual([]);
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['10']);
  expect(denial(engine.handle(place(4, { timeUs: 2 * S })))).toBe('BOOKS_DIFFER');
});

test.each([
  ['0', '11', '0', '0'],
  ['3', '13', '0', '0'],
  ['3', '11', '2', '0'],
  ['-3', '11', '0', '-3'],
])('beside %s of others an order of somebody else that takes %s leaves us %s', (beside, taken, own, rest) => {
  const { engine, entry } = holding();
  const { positions, ...state } = engine.snapshot();
  const with_ = positions.map((position) => ({ ...position, beside: d(beside) }));
  const after = held({ engine: new ExecutionEngine(SETTINGS, { ...state, positions: with_ }), entry });
  const said = after.takes('x1', taken);
  expect(said).toMatchObject([
    { type: 'OrderQuarantined', booked: false },
    { type: 'CorrectionMade', own: d(own), beside: d(rest), reason: 'gone' },
  ]);
  expect(after.takes('x1', taken)).toEqual([]);
});

test('a stop that rests does not keep an order of somebody else that adds from being reported', () => {
  const { engine, stop } = guarded();
  const bought = { ...stop, side: 'buy', clientOrderId: clientOrderId('web_1') } as const;
  expect(types(engine.handle(filled(bought, 'x1', '1', '1', 3 * S)))).toEqual(['OrderQuarantined']);
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['10']);
});

test('what somebody took before our position was opened took nothing of it, however late it is told', () => {
  const { engine, takes } = held();
  expect(types(takes('x1', '4', { ...SOLD, timeUs: S / 2 }))).toEqual(['OrderQuarantined']);
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['10']);
});

test('while an exit is on its way, what takes more than we hold only keeps the next from leaving', () => {
  const { engine, takes } = held();
  engine.handle(close(2, { timeUs: 2 * S, quantity: d('4') }));
  expect(types(takes('x1', '11'))).toEqual(['OrderQuarantined']);
  const next = new ExecutionEngine(SETTINGS, engine.snapshot());
  for (const one of [engine, next])
    expect(denial(one.handle(close(3, { timeUs: 2 * S })))).toBe('BOOKS_DIFFER');
});

test('what somebody took may be what he put there himself: only a comparison tells, and it counts', () => {
  const { engine, takes } = held();
  takes('x1', '5', { ...SOLD, side: 'buy', clientOrderId: clientOrderId('web_added') });
  expect(types(takes('x2', '12'))).toEqual(['OrderQuarantined']);
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['10']);
  const put = differs({ held: d('15'), cure: 'person' });
  compare(engine, 31, put);
  expect(types(takes('x3', '14', { ...SOLD, timeUs: 32 * S }))).toContain('CorrectionMade');
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['1']);
});

test('where we hold nothing, an order of somebody else is reported and not booked', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  const foreign = { ...entry, clientOrderId: clientOrderId('web_1234') };
  expect(types(engine.handle(filled(foreign, 't1', '1', '1', S)))).toEqual(['OrderQuarantined']);
  expect(engine.positions()).toEqual([]);
});

test('a close by somebody else, told before the fill that opened it, is booked when it comes again', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  const sold = { ...entry, ...SOLD };
  expect(types(engine.handle(filled(sold, 'x1', '10', '10', S)))).toEqual(['FetchFills']);
  engine.handle(filled(entry, 't1', '10', '10', S));
  expect(types(engine.handle(filled(sold, 'x1', '10', '10', S)))).toEqual(['OrderFilled']);
  expect(engine.positions()).toEqual([]);
  expect(engine.handle(filled(sold, 'x1', '10', '10', S))).toEqual([]);
});

test('a close by somebody else that waits for our fill is asked for until an answer shows it', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  const sold = { ...entry, ...SOLD };
  engine.handle(filled(sold, 'x1', '10', '10', S));
  const fills = [fillOf(entry, 't1', '10', S)];
  // An old answer, or a short one, leaves out what we were told of: we hold nothing any more.
  engine.handle({ type: 'FillsFetched', answer: { type: 'answered', fills } });
  expect(engine.positions()).toHaveLength(1);
  expect(types(engine.handle(told(4 * S)))).toContain('FetchFills');
  const all = [...fills, { ...fillOf(sold, 'x1', '10', S), ...SOLD }];
  engine.handle({ type: 'FillsFetched', answer: { type: 'answered', fills: all } });
  expect(engine.positions()).toEqual([]);
  expect(types(engine.handle(told(8 * S)))).not.toContain('FetchFills');
});

test('what was reported as nobody’s is booked when it comes again and we hold that much', () => {
  const { engine, entry } = holding();
  const { takes } = held({ engine, entry });
  engine.handle(close(2, { timeUs: 2 * S, quantity: d('4') }));
  expect(types(takes('x1', '11'))).toEqual(['OrderQuarantined']);
  engine.handle(filled(entry, 't2', '5', '15', 1.5 * S)); // more than was ordered: it is held all the same
  expect(types(takes('x1', '11'))).toEqual(['OrderFilled']);
  expect(engine.positions().map((p) => p.quantity.toString())).toEqual(['4']);
});

test('a fill of somebody else whose order has been forgotten is not booked again', () => {
  const engine = ready({ closedOrdersMax: 1 });
  const entry = sent(engine.handle(place(1)));
  engine.handle(filled(entry, 't1', '10', '10', 1.5 * S));
  const { takes } = held({ engine, entry });
  takes('x1', '4');
  takes('x2', '1', { ...SOLD, clientOrderId: clientOrderId('liquidation-LTCUSDT-2') });
  expect(engine.order(SOLD.clientOrderId)).toBeUndefined();
  expect(takes('x1', '4')).toEqual([]);
  expect(engine.positions().map(({ quantity }) => quantity.toString())).toEqual(['5']);
});

test('behind somebody else’s order nothing is entered until it is compared, whoever resumes', () => {
  const { engine, takes } = held();
  takes('x1', '1', { ...SOLD, side: 'buy' });
  engine.handle(mode('active', 2 * S));
  expect(denial(engine.handle(place(4, { timeUs: 2 * S })))).toBe('BOOKS_DIFFER');
  expect(denial(engine.handle(close(5, { timeUs: 2 * S })))).toBeNull();
  const restored = new ExecutionEngine(SETTINGS, engine.snapshot());
  for (const one of [engine, restored]) {
    const [asked] = one.handle(told(4.1 * S)).filter((said) => said.type === 'ReconciliationRequested');
    const requestId = asked?.type === 'ReconciliationRequested' ? asked.asked.requestId : '';
    one.handle({ ...gate(), requestId } as ExecutionInput);
    expect(denial(one.handle(place(6, { timeUs: 4.1 * S })))).not.toBe('BOOKS_DIFFER');
  }
});
