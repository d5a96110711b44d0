import { expect, test } from 'vitest';
import { FILLS_MARGIN_US } from './order-steps.ts';
import {
  BTC,
  canceled,
  close,
  d,
  denial,
  fetched,
  filled,
  fillOf,
  found,
  heard,
  holding,
  lookedUp,
  mode,
  outcome,
  place,
  price,
  ready,
  S,
  sent,
  submitted,
  types,
} from './testing/execution-scenario.ts';
import { inDoubt } from './testing/in-doubt.ts';

test('a halt cancels entries and binds no exit, whatever its reason', () => {
  const { engine } = holding();
  const entry = sent(engine.handle(place(2, { timeUs: 1.6 * S, instrument: BTC, timeInForce: 'gtc' })));
  engine.handle(submitted(entry.clientOrderId, 'confirmed', 1.6 * S));
  const halt = engine.handle(mode('halted', 1.7 * S));
  expect(halt).toMatchObject([{ type: 'CancelAtVenue', clientOrderId: entry.clientOrderId }]);
  const reasons = ['target', 'hold_time', 'health', 'trailing_stop', 'initial_stop', 'residual'] as const;
  for (const [i, reason] of [...reasons, 'operator' as const, 'circuit_breaker' as const].entries())
    expect(denial(engine.handle(close(2 + i, { reason, quantity: d('1') })))).toBeNull();
});

test('a cancel is sent, asked after, and ends with what the venue says', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { timeInForce: 'gtc' })));
  const id = entry.clientOrderId;
  engine.handle(submitted(id, 'confirmed', S));
  expect(types(engine.handle(mode('halted', S)))).toEqual(['CancelAtVenue']);
  expect(engine.order(id)?.status).toBe('pending_cancel');
  const unknown = engine.handle({ type: 'CancelOutcomeKnown', outcome: outcome(id, 'unknown', S) });
  expect(types(unknown)).toEqual(['OrderUnknown', 'LookUpOrder']);
  engine.handle(lookedUp(id, found(entry, 'open', '0'), 1.1 * S));
  expect(types(engine.handle(price(4 * S)))).toEqual(['CancelAtVenue']);
  expect(types(engine.handle(canceled(entry, '0', 4 * S)))).toEqual(['OrderCanceled']);
});

test('an entry that a halt withdraws is asked for again, though the venue refused and it still works', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { timeInForce: 'gtc' })));
  const id = entry.clientOrderId;
  engine.handle(submitted(id, 'confirmed', S));
  engine.handle(mode('halted', S));
  engine.handle({ type: 'CancelOutcomeKnown', outcome: outcome(id, 'refused', S) });
  engine.handle(lookedUp(id, found(entry, 'open', '0'), 1.1 * S));
  expect(types(engine.handle(price(4 * S)))).toEqual(['CancelAtVenue']);
});

test('a halt asks at once for the cancel of an entry that is on its way to the wire', () => {
  const engine = ready();
  const { clientOrderId } = sent(engine.handle(place(1)));
  expect(engine.handle(mode('halted', S))).toMatchObject([{ type: 'CancelAtVenue', clientOrderId }]);
  expect(engine.order(clientOrderId)?.status).toBe('submitted');
});

test('a cancel right behind a submit is asked for once, and is under way when the order is there', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  const id = entry.clientOrderId;
  engine.handle(mode('halted', S));
  expect(types(engine.handle(submitted(id, 'confirmed', S)))).toEqual(['OrderAccepted']);
  expect(engine.order(id)?.status).toBe('pending_cancel');
  expect(engine.handle(price(9 * S))).toEqual([]);
  const answered = engine.handle({ type: 'CancelOutcomeKnown', outcome: outcome(id, 'confirmed', 9 * S) });
  expect(types(answered)).toEqual(['LookUpOrder']);
});

test('a venue that is slow to answer has one question about an order to answer, not more', () => {
  const { engine, id } = inDoubt();
  for (const seconds of [4, 8, 16]) expect(engine.handle(price(seconds * S))).toEqual([]);
  engine.handle(lookedUp(id, { type: 'failed', reason: 'timeout' }, 17 * S));
  expect(types(engine.handle(price(19 * S)))).toEqual(['LookUpOrder']);
});

test('fills are fetched once at a time, and again after no answer came', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  engine.handle(filled(entry, 't1', '4', '4', S));
  expect(types(engine.handle(canceled(entry, '7', S)))).toEqual(['FetchFills']);
  expect(engine.handle(price(5 * S))).toEqual([]);
  expect(types(engine.handle(fetched([])))).toEqual([]);
  expect(types(engine.handle(price(9 * S)))).toEqual(['FetchFills']);
  const fills = [fillOf(entry, 't1', '4', S), fillOf(entry, 't2', '3', S)];
  expect(types(engine.handle(fetched(fills)))).toEqual(['OrderFilled', 'OrderCanceled']);
});

test('a refused cancel puts the order back and asks where it stands', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { timeInForce: 'gtc' })));
  const id = entry.clientOrderId;
  engine.handle(submitted(id, 'confirmed', S));
  engine.handle(mode('halted', S));
  const outputs = engine.handle({ type: 'CancelOutcomeKnown', outcome: outcome(id, 'refused', S) });
  expect([types(outputs), engine.order(id)?.status]).toEqual([['LookUpOrder'], 'accepted']);
});

test('silence about an accepted order is questioned every ten seconds, and the answer is believed', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { timeInForce: 'gtc', expiresUs: 60 * S })));
  engine.handle(submitted(entry.clientOrderId, 'confirmed', 1 * S));
  expect(types(engine.handle(price(9.9 * S)))).toEqual([]);
  expect(types(engine.handle(price(11 * S)))).toEqual(['LookUpOrder']);
  expect(types(engine.handle(lookedUp(entry.clientOrderId, found(entry, 'canceled', '0'), 11 * S)))).toEqual([
    'OrderCanceled',
  ]);
});

test('when the account stream is back, what is open is looked up and missing fills are fetched', () => {
  const { engine } = holding();
  const entry = sent(engine.handle(place(2, { timeUs: 1.6 * S, instrument: BTC, timeInForce: 'gtc' })));
  engine.handle(submitted(entry.clientOrderId, 'confirmed', 1.6 * S));
  expect(engine.handle({ type: 'AccountStreamLost' })).toEqual([]);
  expect(denial(engine.handle(place(3, { timeUs: 1.7 * S })))).toBe('GATE_CLOSED');
  expect(denial(engine.handle(close(4, { quantity: d('1'), timeUs: 1.7 * S })))).toBeNull();
  expect(engine.handle(heard)).toMatchObject([
    { type: 'ReconciliationRequested', asked: { reason: 'the account stream is connected' } },
    { type: 'LookUpOrder', clientOrderId: entry.clientOrderId },
    { type: 'FetchFills', sinceUs: 1.5 * S - FILLS_MARGIN_US },
  ]);
});

test('fills that could not be fetched are asked for until they are, also when no order is open', () => {
  const { engine } = holding();
  engine.handle({ type: 'AccountStreamLost' });
  expect(types(engine.handle(heard))).toEqual(['ReconciliationRequested', 'FetchFills']);
  const failed = { type: 'FillsFetched', answer: { type: 'failed', reason: 'timeout' } } as const;
  for (const seconds of [10, 20]) {
    expect(engine.handle(failed)).toEqual([]);
    expect(types(engine.handle(price(seconds * S)))).toEqual(['FetchFills']);
  }
  engine.handle(failed);
  expect(types(engine.handle({ type: 'FeedSilent', forMs: 5_000 }))).toContain('FetchFills');
  engine.handle(fetched([]));
  expect(engine.handle(price(30 * S))).toEqual([]);
});

test('while the account stream is lost, what is open is asked about every two seconds', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { timeInForce: 'gtc' })));
  engine.handle(submitted(entry.clientOrderId, 'confirmed', S));
  engine.handle({ type: 'AccountStreamLost' });
  expect(types(engine.handle(price(2.9 * S)))).toEqual([]);
  expect(types(engine.handle(price(3 * S)))).toEqual(['LookUpOrder']);
});
