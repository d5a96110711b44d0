import { openSnapshot, sealSnapshot, type TradingMode } from '@algo/model';
import { expect, test } from 'vitest';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput } from './execution-io.ts';
import { NO_LIMITS, namedLimits } from './limits.ts';
import {
  ACCOUNT,
  BTC,
  canceled,
  close,
  d,
  denial,
  filled,
  holding,
  INSTRUMENT_LIMITS,
  LIMITS,
  LTC,
  limited,
  neverLeft,
  place,
  price,
  ready,
  S,
  SETTINGS,
  STRATEGY,
  sent,
  submitted,
  told,
  types,
} from './testing/execution-scenario.ts';

const only = (change: Partial<typeof INSTRUMENT_LIMITS>) => ({
  ...LIMITS,
  byInstrument: new Map([LTC, BTC].map((id) => [id, { ...INSTRUMENT_LIMITS, ...change }])),
});
const active = (scope: 'strategy' | 'account', mode: TradingMode = 'active'): ExecutionInput => ({
  type: 'TradingModeChanged',
  ...(scope === 'account'
    ? { scope: { kind: scope, account: ACCOUNT } }
    : { scope: { kind: scope, strategy: STRATEGY } }),
  ...{ mode, reason: 'looked at', by: 'Ada', latched: false, commandId: 'c', timeUs: 2 * S },
});

/** Enters and has the venue refuse it, so that nothing stays open. */
function refusedEntry(engine: ExecutionEngine, n: number) {
  const outputs = engine.handle(place(n, { timeUs: S }));
  const code = denial(outputs);
  if (code === null) engine.handle(submitted(sent(outputs).clientOrderId, 'refused', S));
  return code ?? 'passed';
}

test('before limits are told nothing is entered, and by new limits the next entry is judged', () => {
  const engine = ready({ limits: NO_LIMITS.limits });
  expect(denial(engine.handle(place(1)))).toBe('NO_LIMIT_CONFIGURED');
  engine.handle(limited(only({ orderNotionalMax: d('800') })));
  expect(denial(engine.handle(place(2, { timeUs: S })))).toBe('ORDER_NOTIONAL_MAX');
  engine.handle(limited());
  expect(denial(engine.handle(place(3, { timeUs: S })))).toBeNull();
});

test('limits are kept with their name', () => {
  const engine = ready();
  const bytes = sealSnapshot('execution', 1, engine.snapshot());
  const restored = new ExecutionEngine(SETTINGS, openSnapshot('execution', 1, bytes));
  expect([restored.limitsHash, restored.snapshot().limits]).toEqual([
    namedLimits(LIMITS).hash,
    engine.snapshot().limits,
  ]);
  const { hash } = namedLimits(LIMITS);
  expect(namedLimits(only({ openOrdersMax: 4 })).hash).not.toBe(hash);
  expect(namedLimits(LIMITS, ['none of its own']).hash).not.toBe(hash);
});

test('a strategy that enters too often is stopped everywhere until a person resumes it', () => {
  const engine = ready({ limits: { ...only({ entriesPerHourMax: 2 }), entriesPerMinuteMax: 99 } });
  const come = [1, 2, 3, 4].map((n) => refusedEntry(engine, n));
  expect(come).toEqual(['passed', 'passed', 'ENTRY_COUNT_MAX', 'REDUCE_ONLY']);
  expect(denial(engine.handle(place(5, { timeUs: S, instrument: BTC })))).toBe('REDUCE_ONLY');
  engine.handle(active('account'));
  expect(refusedEntry(engine, 6)).toBe('REDUCE_ONLY');
  engine.handle(active('strategy'));
  expect([7, 8, 9].map((n) => refusedEntry(engine, n))).toEqual(['passed', 'passed', 'ENTRY_COUNT_MAX']);
});

test('orders that the venue rejects in a row pause entries, the second time until a person resumes', () => {
  const venue = { ...LIMITS.venue, rejectsMax: 2, rejectsPauseUs: 0 };
  const engine = ready({ limits: { ...LIMITS, venue, entriesPerMinuteMax: 99 } });
  expect([1, 2, 3, 4, 5].map((n) => refusedEntry(engine, n))).toEqual([
    ...['passed', 'passed', 'passed', 'passed', 'REDUCE_ONLY'],
  ]);
  engine.handle(active('account'));
  expect([6, 7, 8].map((n) => refusedEntry(engine, n))).toEqual(['passed', 'passed', 'passed']);
  const paused = ready({
    limits: { ...LIMITS, venue: { ...venue, rejectsPauseUs: S }, entriesPerMinuteMax: 9 },
  });
  expect([1, 2, 3].map((n) => refusedEntry(paused, n))).toEqual(['passed', 'passed', 'VENUE_REJECTS']);
  paused.handle(price(2 * S));
  expect(denial(paused.handle(place(4, { timeUs: 2 * S })))).toBeNull();
});

test('an exit has our own resting entry canceled before it leaves, and goes all the same', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { timeInForce: 'gtc', expiresUs: 60 * S })));
  engine.handle(filled(entry, 't1', '4', '4', 1.2 * S));
  const outputs = engine.handle(close(1, { quantity: d('4'), timeUs: 1.5 * S }));
  expect(types(outputs)).toEqual(['CancelAtVenue', 'OrderSubmitted', 'SubmitOrder']);
  expect(sent(outputs).quantity.toString()).toBe('4');
});

test('a resting entry is canceled when told time passes the end of its command, also after a restart', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { timeInForce: 'gtc', expiresUs: 6 * S })));
  engine.handle(submitted(entry.clientOrderId, 'confirmed', S));
  expect(types(engine.handle(told(6 * S)))).toEqual([]);
  const restored = new ExecutionEngine(SETTINGS, engine.snapshot());
  for (const one of [engine, restored]) {
    expect(types(one.handle(told(6 * S + 1)))).toEqual(['CancelAtVenue']);
    expect(types(one.handle(told(9 * S)))).toEqual([]);
    expect(one.handle(canceled(entry, '0', 9 * S))).toMatchObject([{ type: 'OrderCanceled' }]);
  }
});

test('an order that is not the one that was admitted stops at the last hop, and the account with it', () => {
  const { engine } = holding();
  const outputs = engine.handle(place(2, { timeUs: 1.6 * S, instrument: BTC, expiresUs: 9 * S }));
  const order = outputs.find((output) => output.type === 'SubmitOrder')!;
  expect(engine.mayLeave(order)).toBeNull();
  const larger = { ...order, request: { ...order.request, quantity: d('10.001') } };
  expect(engine.mayLeave(larger)).toEqual({ code: 'CONSERVATION', detail: 'quantity=10.001 admitted=10' });
  const { clientOrderId } = order.request;
  engine.handle(neverLeft(clientOrderId, 'x', 'CONSERVATION'));
  expect(engine.mayLeave(order)?.code).toBe('CONSERVATION');
  expect(denial(engine.handle(place(3, { timeUs: S, instrument: BTC })))).toBe('HALTED');
  expect(denial(engine.handle(close(1, { timeUs: 2 * S })))).toBeNull();
});

test('with the account, what halts it takes back the entries that rest', () => {
  const engine = ready();
  const resting = sent(engine.handle(place(1, { timeInForce: 'gtc', expiresUs: 60 * S })));
  engine.handle(submitted(resting.clientOrderId, 'confirmed', S));
  const other = sent(engine.handle(place(2, { timeUs: S, instrument: BTC })));
  const outputs = engine.handle(neverLeft(other.clientOrderId, 'x', 'CONSERVATION'));
  expect(types(outputs)).toEqual(['OrderCanceled', 'CancelAtVenue']);
});
