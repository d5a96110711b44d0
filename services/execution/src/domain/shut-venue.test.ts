import type { ClientOrderId } from '@algo/model';
import { expect, test } from 'vitest';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput } from './execution-io.ts';
import {
  absence,
  alive,
  BTC,
  close,
  denial,
  filled,
  found,
  holding,
  LIMITS,
  lookedUp,
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

/** The venue takes nothing for so long. */
function turnedAway(
  type: 'SubmitOutcomeKnown' | 'CancelOutcomeKnown',
  clientOrderId: ClientOrderId,
  retryAfterMs: number,
  timeUs: number,
  evidence: readonly string[] = [],
): ExecutionInput {
  const reason = `closed: again in ${retryAfterMs / 1_000} s`;
  return { type, outcome: { type: 'refused', clientOrderId, reason, retryAfterMs, evidence, timeUs } };
}

test('where a refusal is final nothing is looked up, and the next exit leaves behind the pause', () => {
  const { engine } = holding();
  const { clientOrderId: id } = sent(engine.handle(close(1, { timeUs: 2 * S })));
  expect(
    engine.handle(turnedAway('SubmitOutcomeKnown', id, 3_000, 2 * S, ['its id is spent'])),
  ).toMatchObject([{ type: 'OrderRejected', clientOrderId: id, retryAfterMs: 3_000 }]);
  engine.handle(alive(5 * S));
  expect(types(engine.handle(told(4.9 * S)))).not.toContain('LookUpOrder');
  expect(denial(engine.handle(close(2, { timeUs: 4.9 * S })))).toBe('VENUE_SHUT');
  expect(sent(engine.handle(close(3, { timeUs: 5 * S }))).quantity.toString()).toBe('10');
});

test('a refusal without a pause is looked up as well where it is not final, and counts as a reject', () => {
  const engine = ready({ limits: { ...LIMITS, venue: { ...LIMITS.venue, rejectsMax: 1 } } });
  const { clientOrderId } = sent(engine.handle(place(1)));
  const outcome = { type: 'refused', clientOrderId, reason: 'no', retryAfterMs: null, evidence: [] } as const;
  const refusal = engine.handle({ type: 'SubmitOutcomeKnown', outcome: { ...outcome, timeUs: S } });
  expect(types(refusal)).toEqual(['OrderUnknown', 'LookUpOrder']);
  engine.handle(lookedUp(clientOrderId, { type: 'absent' }, S));
  expect(engine.handle(absence(clientOrderId, 'proven', S))).toMatchObject([
    { type: 'OrderRejected', reason: 'no', retryAfterMs: null },
  ]);
  expect(denial(engine.handle(place(2, { timeUs: S, instrument: BTC })))).toBe('VENUE_REJECTS');
});

test('an order that was turned away is looked up behind the pause, and over once that is proven', () => {
  const { engine } = holding();
  const { clientOrderId: id } = sent(engine.handle(close(1, { timeUs: 2 * S })));
  expect(types(engine.handle(turnedAway('SubmitOutcomeKnown', id, 20_000, 2 * S)))).toEqual(['OrderUnknown']);
  const restored = new ExecutionEngine(SETTINGS, engine.snapshot());
  for (const one of [engine, restored]) {
    one.handle(alive(22 * S));
    expect(types(one.handle(told(21.9 * S)))).not.toContain('LookUpOrder');
    expect(denial(one.handle(close(2, { timeUs: 21.9 * S })))).toBe('VENUE_SHUT');
    expect(types(one.handle(told(22 * S)))).toContain('LookUpOrder');
    expect(denial(one.handle(close(3, { timeUs: 22 * S })))).toBe('NO_POSITION');
    expect(types(one.handle(lookedUp(id, { type: 'absent' }, 22 * S)))).toEqual(['ProveAbsence']);
    expect(one.handle(absence(id, 'proven', 23 * S))).toMatchObject([
      { type: 'OrderRejected', reason: 'closed: again in 20 s', retryAfterMs: 0 },
    ]);
    expect(sent(one.handle(close(4, { timeUs: 23 * S }))).quantity.toString()).toBe('10');
  }
});

test('a second copy that came when the pause was over is the order: nothing goes out beside it', () => {
  const { engine } = holding();
  const exit = sent(engine.handle(close(1, { timeUs: 2 * S })));
  const { clientOrderId: id } = exit;
  engine.handle(turnedAway('SubmitOutcomeKnown', id, 3_000, 2 * S));
  engine.handle(told(5 * S));
  expect(types(engine.handle(lookedUp(id, found(exit, 'open', '0'), 5 * S)))).toEqual(['OrderAccepted']);
  expect(denial(engine.handle(close(2, { timeUs: 6 * S })))).toBe('NO_POSITION');
  expect(types(engine.handle(filled(exit, 't2', '10', '10', 6 * S)))).toContain('OrderFilled');
  expect(engine.positions()).toEqual([]);
});

test('while a venue takes no order exits are denied, and leave when it does, also after a restart', () => {
  const { engine } = holding();
  const exit = sent(engine.handle(close(1, { timeUs: 2 * S })));
  engine.handle(turnedAway('SubmitOutcomeKnown', exit.clientOrderId, 20_000, 2 * S));
  engine.handle(neverLeft(exit.clientOrderId, 'withdrawn'));
  const restored = new ExecutionEngine(SETTINGS, engine.snapshot());
  for (const one of [engine, restored]) {
    expect(denial(one.handle(close(2, { timeUs: 22 * S - 1 })))).toBe('VENUE_SHUT');
    expect(sent(one.handle(close(3, { timeUs: 22 * S }))).quantity.toString()).toBe('10');
  }
});

test('while a venue takes no order entries are denied as well, and no reject is counted', () => {
  const engine = ready({ limits: { ...LIMITS, venue: { ...LIMITS.venue, rejectsMax: 1 } } });
  const waiting = engine.handle(place(1)).find((output) => output.type === 'SubmitOrder')!;
  const other = sent(engine.handle(place(2, { timeUs: S, instrument: BTC })));
  expect(engine.mayLeave(waiting)).toBeNull();
  engine.handle(turnedAway('SubmitOutcomeKnown', other.clientOrderId, 3_000, S));
  expect(engine.mayLeave(waiting)?.code).toBe('VENUE_SHUT');
  engine.handle(neverLeft(waiting.request.clientOrderId, 'VENUE_SHUT', 'VENUE_SHUT'));
  expect(denial(engine.handle(place(3, { timeUs: 2 * S })))).toBe('VENUE_SHUT');
  engine.handle(price(4 * S));
  expect(denial(engine.handle(place(4, { timeUs: 4 * S })))).toBeNull();
});

test('a venue that says it is shut for a day is asked again after a minute', () => {
  const { engine } = holding();
  const exit = sent(engine.handle(close(1, { timeUs: 2 * S })));
  engine.handle(turnedAway('SubmitOutcomeKnown', exit.clientOrderId, 86_400_000, 2 * S));
  expect(denial(engine.handle(close(2, { timeUs: 62 * S - 1 })))).toBe('VENUE_SHUT');
  engine.handle(alive(62 * S));
  expect(types(engine.handle(told(62 * S)))).toContain('LookUpOrder');
  expect(denial(engine.handle(close(3, { timeUs: 62 * S })))).not.toBe('VENUE_SHUT');
});

test('a cancel that the venue does not take now is asked for again when it does', () => {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { timeInForce: 'gtc', expiresUs: 2 * S })));
  engine.handle(submitted(entry.clientOrderId, 'confirmed', S));
  expect(types(engine.handle(told(3.1 * S)))).toEqual(['CancelAtVenue']);
  engine.handle(turnedAway('CancelOutcomeKnown', entry.clientOrderId, 10_000, 3.1 * S));
  engine.handle(alive(12 * S));
  expect(types(engine.handle(told(13 * S)))).not.toContain('CancelAtVenue');
  engine.handle(lookedUp(entry.clientOrderId, found(entry, 'open', '0'), 13 * S));
  expect(types(engine.handle(told(15.2 * S)))).toContain('CancelAtVenue');
});
