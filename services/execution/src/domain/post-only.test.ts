import type { OrderRequest } from '@algo/model';
import { expect, test } from 'vitest';
import { nextAttemptIdOf } from './client-order-id.ts';
import { PRICED_ANEW_MAX } from './command-desk.ts';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput, ExecutionOutput } from './execution-io.ts';
import {
  ACCOUNT,
  alive,
  canceled,
  close,
  d,
  filled,
  found,
  INSTRUMENT_LIMITS,
  LIMITS,
  LTC,
  limited,
  lookedUp,
  mode,
  neverLeft,
  place,
  price,
  ready,
  S,
  SETTINGS,
  sent,
  submitted,
  told,
  types,
} from './testing/execution-scenario.ts';

const entry = place(1, { timeInForce: 'post_only', expiresUs: 60 * S });

function placed(engine = ready()): { engine: ExecutionEngine; first: OrderRequest } {
  const first = sent(engine.handle(entry));
  engine.handle(submitted(first.clientOrderId, 'confirmed', S));
  return { engine, first };
}

/** The venue has canceled it, because it would have taken. */
function wouldTake(request: OrderRequest, timeUs: number, cumulative = '0'): ExecutionInput {
  return { ...canceled(request, cumulative, timeUs), reason: 'post_only: it would take' };
}

/** What was said of the end of an order. */
function lastWord(outputs: readonly ExecutionOutput[]): string {
  const [end] = outputs;
  if (end?.type !== 'OrderCanceled') throw new Error(`not canceled: ${types(outputs)}`);
  return end.reason;
}

test('a post-only entry stands at the last trade, never at a worse price than asked', () => {
  const { first } = placed();
  expect([first.type, first.timeInForce, `${first.limitPrice}`]).toEqual(['limit', 'post_only', '83']);
  const lower = sent(ready().handle({ ...entry, limitPrice: d('82.9') }));
  expect(`${lower.limitPrice}`).toBe('82.9');
  const short = sent(ready().handle({ ...entry, direction: 'short', limitPrice: d('82.9') }));
  expect(`${short.limitPrice}`).toBe('83');
});

test('one that would have taken is priced anew a tick further away, three times at most', () => {
  const { engine, first } = placed();
  let order = first;
  const prices = ['82.99', '82.98', '82.97'];
  for (let n = 1; n <= PRICED_ANEW_MAX; n++) {
    const outputs = engine.handle(wouldTake(order, S + n));
    expect(types(outputs)).toEqual(['OrderCanceled', 'OrderSubmitted', 'SubmitOrder']);
    expect(lastWord(outputs)).toBe('post_only: it would take; priced anew');
    const next = sent(outputs);
    expect(outputs[1]).toMatchObject({ retryOf: order.clientOrderId, commandId: entry.commandId });
    expect(next.clientOrderId).toBe(nextAttemptIdOf(ACCOUNT, order.clientOrderId));
    expect([`${next.limitPrice}`, `${next.quantity}`]).toEqual([prices[n - 1], '10']);
    order = next;
  }
  const outputs = engine.handle(wouldTake(order, 2 * S));
  expect(types(outputs)).toEqual(['OrderCanceled']);
  expect(lastWord(outputs)).toBe('post_only: it would take; the last attempt: priced anew 3 times');
  expect(engine.openOrders()).toEqual([]);
});

test('the first attempt names none before it, and a restored engine goes on alike', () => {
  const engine = ready();
  const outputs = engine.handle(entry);
  expect(outputs[0]).toMatchObject({ type: 'OrderSubmitted', retryOf: null });
  const first = sent(outputs);
  const restored = new ExecutionEngine(SETTINGS, engine.snapshot());
  const told = wouldTake(first, 1.1 * S);
  expect(restored.handle(told)).toEqual(engine.handle(told));
  expect(restored.openOrders()).toEqual(engine.openOrders());
});

test('the end of an attempt told twice makes one next attempt', () => {
  const { engine, first } = placed();
  expect(types(engine.handle(wouldTake(first, 1.1 * S)))).toContain('SubmitOrder');
  expect(engine.handle(wouldTake(first, 1.1 * S))).toEqual([]);
});

test('what a venue refuses because it would have taken is priced anew as well, and is no reject', () => {
  const one = { ...LIMITS, venue: { ...LIMITS.venue, rejectsMax: 1 } };
  const engine = ready({ limits: one });
  const first = sent(engine.handle(entry));
  const reason = 'post_only: -2010 would immediately match';
  const { clientOrderId } = first;
  const outputs = engine.handle({
    type: 'SubmitOutcomeKnown',
    outcome: { type: 'refused', clientOrderId, reason, retryAfterMs: null, evidence: ['e'], timeUs: S },
  });
  expect(types(outputs)).toEqual(['OrderCanceled', 'OrderSubmitted', 'SubmitOrder']);
  expect(engine.snapshot().rejects).toEqual({
    rowUs: [],
    pausedUntilUs: 0,
    hasPaused: false,
    shutUntilUs: 0,
  });
});

test('attempts together never ask for more than the command, and what is filled is one position', () => {
  const { engine, first } = placed();
  engine.handle(filled(first, 't1', '4', '4', 1.1 * S));
  const outputs = engine.handle(wouldTake(first, 1.2 * S, '4'));
  const next = sent(outputs);
  expect(`${next.quantity}`).toBe('6');
  const order = outputs.find((output) => output.type === 'SubmitOrder')!;
  expect(engine.mayLeave(order)).toBeNull();
  engine.handle(filled(first, 'late', '1', '5', 1.3 * S));
  expect(engine.mayLeave(order)).toEqual({ code: 'CONSERVATION', detail: 'quantity=6 before=5 asked=10' });
});

test.each<[string, ExecutionInput, string]>([
  ['a limit on trading', mode('reducing', S), 'REDUCE_ONLY scope=account'],
  ['a market that has moved away', price(1.05 * S, 90), 'PRICE_COLLAR'],
  [
    'a limit that has come down',
    limited({
      ...LIMITS,
      byInstrument: new Map([[LTC, { ...INSTRUMENT_LIMITS, orderNotionalMax: d('1') }]]),
    }),
    'ORDER_NOTIONAL_MAX',
  ],
])('behind %s it is not priced anew, and says why', (_, input, code) => {
  const { engine, first } = placed();
  engine.handle(input);
  const outputs = engine.handle(wouldTake(first, 1.1 * S));
  expect(types(outputs).filter((type) => type !== 'LookUpOrder')).toEqual(['OrderCanceled']);
  expect(lastWord(outputs)).toContain(`not priced anew: ${code}`);
});

test('behind the end of its command it is not priced anew', () => {
  const engine = ready();
  const first = sent(engine.handle({ ...entry, expiresUs: 2 * S }));
  engine.handle(submitted(first.clientOrderId, 'confirmed', S));
  engine.handle(price(2.1 * S));
  engine.handle(alive(2.1 * S));
  expect(lastWord(engine.handle(wouldTake(first, 2.1 * S)))).toContain('not priced anew: EXPIRED');
});

test('its pace counts a command once, however often it is priced anew', () => {
  const limits = { ...LIMITS, entriesPerMinuteMax: 1 };
  const slow = new Map([[LTC, { ...INSTRUMENT_LIMITS, repeatAfterUs: 10 * S, entriesPerHourMax: 1 }]]);
  const { engine, first } = placed(ready({ limits: { ...limits, byInstrument: slow } }));
  const second = sent(engine.handle(wouldTake(first, 1.1 * S)));
  sent(engine.handle(wouldTake(second, 1.2 * S)));
  expect(engine.snapshot().entries).toHaveLength(1);
});

test('one that somebody wants canceled, or that was canceled for another reason, is not priced anew', () => {
  const { engine, first } = placed();
  engine.handle(filled(first, 't1', '4', '4', 1.1 * S));
  expect(types(engine.handle(close(1, { quantity: d('4'), timeUs: 1.2 * S })))).toContain('CancelAtVenue');
  expect(lastWord(engine.handle(wouldTake(first, 1.3 * S, '4')))).toContain('no longer wanted');
  const other = placed();
  expect(types(other.engine.handle(canceled(other.first, '0', 1.1 * S)))).toEqual(['OrderCanceled']);
  const asked = placed();
  const outputs = asked.engine.handle(
    lookedUp(asked.first.clientOrderId, found(asked.first, 'canceled', '0'), 1.1 * S),
  );
  expect(types(outputs)).toEqual(['OrderCanceled']);
});

test('an attempt that the last look stops is the last', () => {
  const { engine, first } = placed();
  const second = sent(engine.handle(wouldTake(first, 1.1 * S)));
  const outputs = engine.handle(neverLeft(second.clientOrderId, 'GATE_CLOSED', 'GATE_CLOSED'));
  expect(types(outputs)).toEqual(['OrderCanceled']);
  expect(engine.openOrders()).toEqual([]);
});

test('one that rests is canceled when its command ends', () => {
  const { engine } = placed();
  expect(types(engine.handle(told(60 * S + 1)))).toContain('CancelAtVenue');
});
