import { type DifferingOrder, ownClientOrderId } from '@algo/model';
import { expect, test } from 'vitest';
import type { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput, ExecutionOutput } from './execution-io.ts';
import { gate, holding, LTC, place, ready, S, sent, submitted, told } from './testing/execution-scenario.ts';
import { guarded } from './testing/protection-scenario.ts';

const questions = (out: readonly ExecutionOutput[]) =>
  out.flatMap((one) => (one.type === 'LookUpOrder' || one.type === 'CancelAtVenue' ? [one.type] : []));

/** The light pass that falls due at a second finds these orders to differ, in books as of then. */
function compare(engine: ExecutionEngine, seconds: number, ...orders: DifferingOrder[]) {
  return shown(engine, seconds, seconds, ...orders);
}
function shown(engine: ExecutionEngine, seconds: number, asOf: number | null, ...orders: DifferingOrder[]) {
  const out = engine.handle(told(seconds * S));
  const asked = out.findLast((one) => one.type === 'ReconciliationRequested');
  if (asked?.type !== 'ReconciliationRequested') throw new Error('nothing was asked');
  const passed = gate() as Extract<ExecutionInput, { type: 'ReconciliationCompleted' }>;
  const shownUs = asOf === null ? null : asOf * S;
  return engine.handle({ ...passed, requestId: asked.asked.requestId, orders, shownUs });
}

test('a stop that a comparison finds as it should be is not asked about by itself', () => {
  const { engine, stop } = guarded();
  for (const seconds of [31, 61, 91, 121]) expect(questions(compare(engine, seconds))).toEqual([]);
  expect(questions(engine.handle(told(125 * S)))).toEqual([]);
  const differs = { instrument: LTC, clientOrderId: stop.clientOrderId, works: false };
  expect(questions(compare(engine, 151, differs))).toEqual(['LookUpOrder']);
});

test.each([1, null])('books as of second %s say nothing of a stop since, so it is asked about', (asOf) => {
  const { engine } = guarded();
  expect(questions(shown(engine, 31, asOf))).toEqual([]);
  expect(questions(engine.handle(told(42 * S)))).toEqual(['LookUpOrder']);
});

test('without a comparison that passes a stop is asked about all the same', () => {
  const { engine } = guarded();
  expect(questions(engine.handle(told(41 * S)))).toEqual([]);
  expect(questions(engine.handle(told(42 * S)))).toEqual(['LookUpOrder']);
});

test('what works at the venue and is over for us, or was never heard of, is withdrawn there', () => {
  const { engine, entry } = holding();
  const unheard = ownClientOrderId(9, 'unheard');
  for (const [seconds, clientOrderId] of [
    [31, entry.clientOrderId],
    [91, unheard],
  ] as const) {
    const order = { instrument: LTC, clientOrderId };
    expect(questions(compare(engine, seconds, { ...order, works: true }))).toEqual(['CancelAtVenue']);
    expect(questions(compare(engine, seconds + 30, { ...order, works: false }))).toEqual([]);
  }
});

test('an order that is on its way when the books are compared is left to its answer', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { timeUs: S })));
  const asked = { instrument: LTC, clientOrderId: entry.clientOrderId, works: true };
  expect(questions(compare(engine, 31, asked))).toEqual([]);
  engine.handle(submitted(entry.clientOrderId, 'confirmed', 31 * S));
  expect(engine.order(entry.clientOrderId)?.status).toBe('accepted');
});
