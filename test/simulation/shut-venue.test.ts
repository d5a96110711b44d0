import { expect, test } from '@jest/globals';
import { ENVIRONMENT } from './environment.ts';
import { expectSameBooks, expectStops } from './expect-books.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import { ACCOUNT, INSTRUMENT } from './stage.ts';

/** Maintenance begins 18 s of feed time before a position of this seed must be left. */
const VICES = 'maintenanceEveryS=2865, cancelOnlyS=300, closedS=600';
/** *Units*: virtual wall ms; the feed runs 60 times as fast. */
const STEP_MS = 500;
const STEPS = 56;

test('an exit waits out a closed venue without an attempt, and a person is told', async () => {
  const engine = new SimulatedEngine({
    seed: 1,
    environment: {
      ...{ ...ENVIRONMENT, ALGO_SEED: '1', ALGO_SPEED: '60' },
      ALGO_PAPER_VICES: VICES,
    },
  });
  await engine.start(...engine.identities);
  const alarms = () =>
    engine
      .said('RISK', 'TradingModeChanged')
      .filter(({ by, mode }) => by === 'engine:exits' && mode !== 'active');
  for (let step = 0, heard = 0; step < STEPS; step++) {
    await engine.pass(STEP_MS);
    if (alarms().length === heard) continue;
    heard = alarms().length;
    engine.command(ACCOUNT, {
      name: 'SetTradingMode',
      body: {
        ...{ type: 'SetTradingMode', commandId: `resume-${step}`, mode: 'active', reason: 'seen', by: 'Ada' },
        ...{ scope: { kind: 'instrument', instrument: INSTRUMENT }, timeUs: engine.clock.nowMs() * 1_000 },
      },
    });
  }

  const orders = engine.said('ORDERS', 'OrderSubmitted');
  const turnedAway = new Set(
    engine.said('ORDERS', 'OrderRejected').map(({ clientOrderId }) => clientOrderId),
  );
  const denied = engine.said('ORDERS', 'OrderDenied').map(({ denial }) => denial.code);
  const commands = engine.said('ORDERS', 'ClosePosition');
  expect(denied).toContain('VENUE_SHUT');
  expect(denied).not.toContain('VENUE_REJECTS');
  expect(alarms().map(({ reason }) => reason)).toContain('exit refused after attempt 0');
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
}, 120_000);
