import { expect, test } from 'vitest';
import type { ExecutionOutput } from './execution-io.ts';
import {
  canceled,
  close,
  d,
  denial,
  filled,
  fillOf,
  found,
  holding,
  life,
  lookedUp,
  mode,
  outcome,
  ready,
  S,
  sent,
  submitted,
  told,
  types,
} from './testing/execution-scenario.ts';
import { described, guarded, protect } from './testing/protection-scenario.ts';

/** Which of our stops the order takes the place of. */
function replaced(outputs: readonly ExecutionOutput[]) {
  const effect = outputs.find((o) => o.type === 'SubmitOrder');
  return effect?.type === 'SubmitOrder' ? effect.replaces : undefined;
}

const replaceTold = (
  id: ReturnType<typeof sent>['clientOrderId'],
  type: 'confirmed' | 'refused' | 'unknown',
) => ({ type: 'CancelOutcomeKnown', outcome: outcome(id, type, 2.2 * S) }) as const;

test('a stop rests at the venue for what is held, its trigger on the tick away from the market', () => {
  const { engine } = holding();
  engine.handle(described(true));
  const out = engine.handle(protect(1));
  expect(types(out)).toEqual(['OrderSubmitted', 'SubmitOrder']);
  expect(out[0]).toMatchObject({ intent: 'protection', position: 'position-1', replaces: null });
  expect(sent(out)).toMatchObject({ side: 'sell', type: 'stop', timeInForce: 'gtc', limitPrice: null });
  expect(`${sent(out).triggerPrice}`).toBe('82.12');
});

test('a venue that holds no stops is asked for none, and says so by a code', () => {
  const { engine } = holding();
  expect(denial(engine.handle(protect(1)))).toBe('NO_VENUE_STOP');
});

test('a stop guards no more than is held, and nothing where nothing is held or an exit takes it', () => {
  const { engine } = holding();
  engine.handle(described(true));
  expect(`${sent(engine.handle(protect(1, { quantity: d('25') }))).quantity}`).toBe('10');
  const flat = ready();
  flat.handle(described(true));
  expect(denial(flat.handle(protect(1)))).toBe('NO_POSITION');
  const leaving = holding().engine;
  leaving.handle(described(true));
  leaving.handle(close(2));
  expect(denial(leaving.handle(protect(1)))).toBe('NO_POSITION');
  expect(denial(leaving.handle(protect(2, { direction: 'short' })))).toBe('NO_POSITION');
});

test('a stop that the venue rejects has the books compared soon: it may hold something else', () => {
  const { engine } = holding();
  engine.handle(described(true));
  const asks = (at: number) => types(engine.handle(told(at * S))).includes('ReconciliationRequested');
  expect(asks(5)).toBe(false);
  const stop = sent(engine.handle(protect(1, { timeUs: 5 * S })));
  engine.handle(submitted(stop.clientOrderId, 'refused', 5 * S));
  expect([6, 7].map(asks)).toEqual([false, true]);
});

test('a stop that guards nothing is withdrawn again and again, though its cancel was refused', () => {
  const { engine, stop } = guarded();
  const exit = sent(engine.handle(close(2, { timeUs: 2 * S })));
  engine.handle(filled(exit, 'x1', '10', '10', 2.1 * S));
  engine.handle(replaceTold(stop.clientOrderId, 'refused'));
  engine.handle(lookedUp(stop.clientOrderId, found(stop, 'open', '0'), 2.3 * S));
  expect(types(engine.handle(told(5 * S)))).toContain('CancelAtVenue');
});

test('a stop too small for the venue is denied by us, not refused by it', () => {
  const { engine } = holding();
  engine.handle(described(true));
  expect(denial(engine.handle(protect(1, { quantity: d('0.0001') })))).toBe('QUANTITY_BELOW_MIN');
});

test('the next stop takes the place of the one that rests, and waits while that one is in doubt', () => {
  const { engine, stop } = guarded();
  const second = engine.handle(protect(2, { triggerPrice: d('82.5') }));
  expect(replaced(second)).toBe(stop.clientOrderId);
  expect(denial(engine.handle(protect(3)))).toBe('UNKNOWN_ORDERS');
  engine.handle(submitted(sent(second).clientOrderId, 'confirmed', 2.2 * S));
  expect(types(engine.handle(replaceTold(stop.clientOrderId, 'confirmed')))).toEqual(['LookUpOrder']);
  expect(denial(engine.handle(protect(4)))).toBe('UNKNOWN_ORDERS');
  expect(types(engine.handle(canceled(stop, '0', 2.3 * S)))).toEqual(['OrderCanceled']);
  expect(replaced(engine.handle(protect(5)))).toBe(sent(second).clientOrderId);
});

test('an exit takes the place of the stop that rests, or of the one that is on its way there', () => {
  const { engine, stop } = guarded();
  expect(replaced(engine.handle(close(2)))).toBe(stop.clientOrderId);
  const moving = guarded();
  const next = sent(moving.engine.handle(protect(2)));
  expect(replaced(moving.engine.handle(close(3)))).toBe(next.clientOrderId);
});

test('nothing is sold beside a stop in doubt that it may sell too; not found, it holds up nothing', () => {
  const { engine } = holding();
  engine.handle(described(true));
  const stop = sent(engine.handle(protect(1, { quantity: d('6') })));
  engine.handle(submitted(stop.clientOrderId, 'unknown', 2 * S));
  const first = engine.handle(close(2));
  expect([replaced(first), `${sent(first).quantity}`]).toEqual([null, '4']);
  engine.handle(filled(sent(first), 'x1', '4', '4', 2 * S));
  expect(denial(engine.handle(close(3)))).toBe('NO_POSITION');
  engine.handle(lookedUp(stop.clientOrderId, { type: 'absent' }, 2 * S));
  const last = engine.handle(close(4));
  expect([replaced(last), `${sent(last).quantity}`]).toEqual([null, '6']);
});

test('what a stop has sold is ours no longer, and no exit sells beside one that goes off', () => {
  const { engine, stop } = guarded();
  expect(types(engine.handle(filled(stop, 's1', '4', '4', 3 * S)))).toEqual(['OrderFilled']);
  expect(`${engine.positions()[0]?.quantity}`).toBe('6');
  expect(denial(engine.handle(close(4)))).toBe('NO_POSITION');
  expect(types(engine.handle(filled(stop, 's2', '6', '10', 4 * S)))).toEqual(['OrderFilled']);
});

test('a stop is taken back when an exit that left it standing has filled', () => {
  const { engine, stop } = guarded();
  const exit = sent(engine.handle(close(4)));
  engine.handle(submitted(exit.clientOrderId, 'confirmed', 4 * S));
  engine.handle(replaceTold(stop.clientOrderId, 'refused'));
  const last = engine.handle(filled(exit, 'x1', '10', '10', 4 * S));
  expect(types(last)).toEqual(['OrderFilled', 'CancelAtVenue']);
  expect(last[1]).toMatchObject({ clientOrderId: stop.clientOrderId });
});

test('a triggered stop fills under another order of the venue, before anything else is told of it', () => {
  const { engine } = holding();
  engine.handle(described(true));
  const stop = sent(engine.handle(protect(1)));
  const child = { ...fillOf(stop, 's1', '10', 3 * S), venueOrderId: 'child' as never };
  const early = engine.handle({ type: 'VenueFilled', fill: child, cumulative: d('10') });
  expect(types(early)).toEqual(['OrderAccepted', 'OrderFilled']);
  expect(engine.handle(submitted(stop.clientOrderId, 'confirmed', 3.1 * S))).toEqual([]);
  expect(engine.positions()).toEqual([]);
});

test('no halt binds a stop, and only a gate that has never been open keeps it back', () => {
  const { engine } = holding();
  engine.handle(described(true));
  engine.handle(mode('halted', 1.8 * S));
  expect(denial(engine.handle(protect(1)))).toBeNull();
  engine.handle(life(2));
  expect(denial(engine.handle(protect(2)))).toBe('GATE_CLOSED');
});

test('a stop that has not left when an exit is made stays where it is', () => {
  const { engine } = holding();
  engine.handle(described(true));
  const out = engine.handle(protect(1));
  const order = out.find((o) => o.type === 'SubmitOrder');
  if (order?.type !== 'SubmitOrder') throw new Error('nothing was sent');
  expect(engine.mayLeave(order)).toBeNull();
  engine.handle(close(2));
  expect(engine.mayLeave(order)?.code).toBe('NO_POSITION');
});
