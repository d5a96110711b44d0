import { expect, test } from 'vitest';
import { MonthRun } from './month-run.ts';

const INSTRUMENTS = 8;
/** What a service may keep of an order that is over, until its bound for them is reached. *Units*: bytes. */
const KEPT_OF_ORDER = { execution: 1_250, 'paper-venue': 900, 'position-risk': 225 };
/** And of a signal that was taken up: its id, so that it is not taken twice. */
const KEPT_OF_SIGNAL = 40;

/** Balances that a comparison took for wrong. */
function cashInDoubt({ engine }: MonthRun): string[] {
  const reports = engine.said('RECONCILIATION', 'ReconciliationCompleted');
  expect(reports.length).toBeGreaterThan(50);
  return reports.flatMap(({ discrepancies }) =>
    discrepancies.flatMap((one) =>
      one.class === 'D9' ? [`${one.subject}: ${one.before}, ${one.after}`] : [],
    ),
  );
}

test('a second day leaves nothing behind but the orders and signals of it', async () => {
  using run = new MonthRun(INSTRUMENTS, false);
  await run.open();
  const first = await run.day();
  const second = await run.day();
  expect(run.engine.divergences).toEqual([]);
  // Positions are open at every comparison: what was paid for them is no missing cash.
  expect(cashInDoubt(run)).toEqual([]);
  expect(first.entries).toBe(4 * INSTRUMENTS);
  expect(second.entries).toBe(first.entries);
  expect(second.orders).toBeGreaterThan(2 * second.entries);
  const grown = (service: string) =>
    second.snapshots.get(`${service}.paper-main`)! - first.snapshots.get(`${service}.paper-main`)!;
  for (const [service, bytes] of Object.entries(KEPT_OF_ORDER))
    expect([service, grown(service) < bytes * second.orders]).toEqual([service, true]);
  expect(grown('decision')).toBeLessThan(KEPT_OF_SIGNAL * second.entries);
  expect(grown('reconcile')).toBeLessThan(16);
  // As many facts a day: nobody says more because he has lived for longer.
  for (const [stream, { messages }] of second.streams)
    expect([stream, messages <= 1.1 * first.streams.get(stream)!.messages]).toEqual([stream, true]);
  expect(second.openOrders).toBeLessThanOrEqual(2 * INSTRUMENTS);
  expect(second.openPositions).toBeLessThanOrEqual(INSTRUMENTS);
}, 60_000);
