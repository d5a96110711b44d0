import { Decimal } from '@algo/model';
import { expect, test } from 'vitest';
import { expectSameBooks, expectStops } from './expect-books.ts';
import { paperEngine } from './paper-engine.ts';

/** *Units*: virtual wall ms; the feed runs 30 times as fast. */
const RUN_MS = 24_000;
/** What the exchange tells late has come by then. */
const LATE_MS = 1_000;

test('post-only entries fill as makers, are priced anew, and never exceed their command', async () => {
  const engine = paperEngine(30, 'fillPieces=4, eventLate=0.2, lateInputs=20', {
    ...{ delays: true },
    environment: { ALGO_TRADING_CONFIG: 'patient', ALGO_SNAPSHOT_INTERVAL_MS: '2000' },
  });
  await engine.start(...engine.identities);
  await engine.pass(RUN_MS / 2);
  engine.kill('execution.paper-main');
  await engine.passing(engine.begin('execution.paper-main'));
  await engine.pass(RUN_MS / 2 + LATE_MS);

  const submitted = engine.said('ORDERS', 'OrderSubmitted');
  const entries = submitted.filter(({ intent }) => intent === 'entry');
  expect(entries.every(({ request }) => request.timeInForce === 'post_only')).toBe(true);
  expect(entries.filter(({ retryOf }) => retryOf !== null).length).toBeGreaterThan(0);
  expect(new Set(engine.submitted).size).toBe(engine.submitted.length);
  const fills = engine.said('ORDERS', 'OrderFilled');
  const byId = new Map(entries.map((entry) => [entry.clientOrderId, entry]));
  const asked = new Map(engine.said('ORDERS', 'PlaceOrder').map((command) => [command.commandId, command]));
  const filled = new Map<string, Decimal>();
  for (const { fill } of fills) {
    const entry = byId.get(fill.clientOrderId);
    if (entry === undefined) continue;
    expect(fill.liquidity).toBe('maker');
    filled.set(entry.commandId, (filled.get(entry.commandId) ?? Decimal.zero).plus(fill.quantity));
  }
  expect(filled.size).toBeGreaterThan(0);
  for (const [id, quantity] of filled) expect(quantity.greaterThan(asked.get(id)!.quantity)).toBe(false);
  expectSameBooks(engine);
  expectStops(engine);
  expect(engine.divergences).toEqual([]);
}, 120_000);
