import { accountId, clientOrderId, Decimal, instrumentId, positionId } from '@algo/model';
import { expect, test } from 'vitest';
import { ExitFollower } from './exit-follower.ts';

const PATIENCE = { exitRetryUs: 3_000_000, exitAttemptsMax: 5 };
const POSITION = positionId('position-1');
const about = (n: number) => ({
  ...{ account: accountId('paper-main'), clientOrderId: clientOrderId(`exit-${n}`), timeUs: n },
  ...{ instrument: instrumentId('binance.spot.LTCUSDT') },
});

/** An exit of which so many attempts work at a venue that ends none of them. */
function working(attempts: number): ExitFollower {
  const exit = new ExitFollower(POSITION, 'trailing_stop', PATIENCE, 0);
  for (let n = 0; n < attempts; n++) {
    exit.begin(n);
    const { commandId } = exit;
    const request = {
      position: POSITION,
      intent: 'exit',
      commandId,
      epoch: 1,
      request: {} as never,
    } as never;
    exit.note({ ...about(n), type: 'OrderSubmitted', ...(request as object) } as never, n);
    exit.note({ ...about(n), type: 'OrderAccepted', venueOrderId: 'v' } as never, n);
  }
  return exit;
}

test('the eighth order of an exit that works without an end is the last until one ends', () => {
  expect(working(7).inDoubt).toBe(false);
  const exit = working(8);
  expect(exit.inDoubt).toBe(true);
  exit.takeOver('operator', 100);
  expect(exit.dueUs(1)).toBe(100 + PATIENCE.exitAttemptsMax * PATIENCE.exitRetryUs);
  expect(exit.escalate()).toBe('exit still in doubt after attempt 8');
  expect(exit.dueUs(1)).toBe(Infinity);
  const end = { ...about(3), type: 'OrderCanceled', reason: 'r', cumulative: Decimal.zero } as const;
  exit.note(end as never, 200);
  expect(exit.inDoubt).toBe(false);
  expect(exit.dueUs(1)).toBeLessThan(Infinity);
  expect(ExitFollower.restore(working(8).snapshot(), PATIENCE).inDoubt).toBe(true);
});
