import { expect, test } from 'vitest';
import { expectSameBooks, expectStops } from './expect-books.ts';
import { paperEngine } from './paper-engine.ts';

/** Maintenance begins a little before positions of these seeds must be left. */
const VICES = 'maintenanceEveryS=2865, cancelOnlyS=300, closedS=600';
/** *Units*: virtual wall ms; the feed runs 60 times as fast. */
const RUN_MS = 28_000;

test.each([
  ['over at once where the refusal is final, and a person is called', true],
  ['unknown until proven absent where it is not', false],
])(
  'an exit waits out a closed venue without an attempt, %s',
  async (_, isFinal) => {
    const vices = isFinal ? VICES : `${VICES}, gateForgets=1`;
    const engine = paperEngine(60, vices, { environment: { ALGO_SEED: '15' } });
    await engine.start(...engine.identities);
    await engine.pass(RUN_MS);

    const alarms = engine.said('RISK', 'TradingModeChanged').filter(({ by }) => by === 'engine:exits');
    const shut = engine
      .said('ORDERS', 'EntryStanding')
      .flatMap(({ causes }) => causes.map(({ code }) => code));
    const orders = engine.said('ORDERS', 'OrderSubmitted');
    const turnedAway = new Set(
      engine.said('ORDERS', 'OrderRejected').map(({ clientOrderId }) => clientOrderId),
    );
    const denied = engine.said('ORDERS', 'OrderDenied').map(({ denial }) => denial.code);
    const commands = engine.said('ORDERS', 'ClosePosition');
    expect(denied).not.toContain('VENUE_REJECTS');
    const unknown = engine.said('ORDERS', 'OrderUnknown').filter((o) => turnedAway.has(o.clientOrderId));
    expect(unknown).toHaveLength(isFinal ? 0 : turnedAway.size);
    expect(alarms.length % 2).toBe(0);
    if (isFinal) expect(alarms.length).toBeGreaterThan(0);
    for (const [i, { mode }] of alarms.entries()) expect(mode).toBe(i % 2 === 0 ? 'reducing' : 'active');
    expect(shut).toContain('VENUE_SHUT');
    expect(engine.said('ORDERS', 'OrderRejected').every(({ retryAfterMs }) => retryAfterMs !== null)).toBe(
      true,
    );
    for (const { position, attempt } of commands) {
      const tried = orders.filter((o) => o.position === position && !turnedAway.has(o.clientOrderId));
      expect(attempt).toBeLessThanOrEqual(tried.length + 1);
    }
    const exits = new Set(orders.filter(({ intent }) => intent === 'exit').map((o) => o.clientOrderId));
    expect([...turnedAway].some((id) => exits.has(id))).toBe(true);
    const opened = engine.said('POSITIONS', 'PositionOpened').length;
    expect(engine.said('POSITIONS', 'PositionClosed').length).toBeGreaterThanOrEqual(opened - 1);
    expectSameBooks(engine);
    expectStops(engine);
    expect(engine.divergences).toEqual([]);
  },
  120_000,
);

test('while no exit gets through, the stop that rests at the venue sells', async () => {
  const engine = paperEngine(60, VICES);
  await engine.start(...engine.identities);
  await engine.pass(RUN_MS);

  const closed = engine.said('POSITIONS', 'PositionClosed');
  const gone = closed.find(({ reason }) => reason === 'venue_stop');
  const orders = engine
    .said('ORDERS', 'OrderSubmitted')
    .filter(({ position }) => position === gone?.position.id);
  const rejected = new Set(engine.said('ORDERS', 'OrderRejected').map(({ clientOrderId }) => clientOrderId));
  expect(orders.some(({ intent }) => intent === 'protection')).toBe(true);
  const exits = orders.filter(({ intent }) => intent === 'exit');
  expect(exits.length).toBeGreaterThan(0);
  expect(exits.every(({ clientOrderId }) => rejected.has(clientOrderId))).toBe(true);
  expectSameBooks(engine);
  expectStops(engine);
}, 120_000);
