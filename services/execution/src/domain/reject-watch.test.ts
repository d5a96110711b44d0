import { venueOrderId } from '@algo/model';
import { expect, test } from 'vitest';
import { clientOrderIdOf } from './client-order-id.ts';
import type { ExecutionOutput } from './execution-io.ts';
import { venueRejects } from './handlers/venue-rejects.ts';
import { RejectWatch } from './reject-watch.ts';
import { entryContext } from './testing/entry-context.ts';
import { ACCOUNT, LTC, place, S } from './testing/execution-scenario.ts';

const LIMITS = { openOrdersMax: 9, rejectsMax: 5, rejectsWithinUs: 60 * S, rejectsPauseUs: 1_800 * S };
const about = { clientOrderId: clientOrderIdOf(place(1)), account: ACCOUNT, instrument: LTC };
const rejected = (
  timeUs: number,
  retryAfterMs: number | null = null,
): Extract<ExecutionOutput, { type: 'OrderRejected' }> => ({
  ...about,
  type: 'OrderRejected',
  reason: 'x',
  retryAfterMs,
  timeUs,
});
const accepted: ExecutionOutput = {
  ...{ ...about, type: 'OrderAccepted', venueOrderId: venueOrderId('v'), timeUs: S },
};
const each = (seconds: readonly number[]) => seconds.map((s) => rejected(s * S));

test.each<[string, readonly ExecutionOutput[], number]>([
  ['four in a row', each([1, 2, 3, 4]), 0],
  ['five in a row', each([1, 2, 3, 4, 5]), 1_805],
  ['five, the first a minute before the last', each([0, 57, 58, 59, 60]), 0],
  ['five, the first less than a minute before the last', each([0, 56, 57, 58, 59.9]), 1_859.9],
  ['five with one accepted between', [...each([1, 2, 3, 4]), accepted, ...each([5])], 0],
])('%s pause entries until second %i', (_, said, until) => {
  const watch = new RejectWatch(() => false);
  expect(watch.hear(said, LIMITS)).toBe(false);
  expect(watch.state.pausedUntilUs).toBe(until * S);
});

test('the second row asks for a person, whenever it comes, and a person makes it the first again', () => {
  const watch = new RejectWatch(() => false);
  watch.hear(each([1, 2, 3, 4, 5]), LIMITS);
  const second = each([9_001, 9_002, 9_003, 9_004, 9_005]);
  const restored = new RejectWatch(() => false, watch.state);
  expect([watch.hear(second, LIMITS), restored.hear(second, LIMITS)]).toEqual([true, true]);
  watch.calm();
  expect(watch.hear(second, LIMITS)).toBe(false);
});

test.each([
  [9 * S - 1, 'VENUE_REJECTS'],
  [9 * S, null],
])('paused until second 9, an entry at %i: %s', (nowUs, code) => {
  const denial = venueRejects(entryContext({ nowUs, rejectsPauseUntilUs: 9 * S }), place(1));
  expect(denial?.code ?? null).toBe(code);
});

test('a person who lets the account go on does not open a venue that takes no order for now', () => {
  const watch = new RejectWatch(() => false);
  const { clientOrderId } = about;
  watch.answered({
    type: 'refused',
    clientOrderId,
    reason: 'x',
    retryAfterMs: 30_000,
    evidence: [],
    timeUs: S,
  });
  watch.calm();
  expect(watch.state.shutUntilUs).toBe(31 * S);
});

test('neither a stop at the venue nor what our own side held back makes the row longer', () => {
  const stops = new RejectWatch(() => true);
  expect(stops.hear(each([1, 2, 3, 4, 5, 6]), LIMITS)).toBe(false);
  expect(stops.state.rowUs).toEqual([]);
  const watch = new RejectWatch(() => false);
  const late = each([1, 2, 3, 4, 5, 6]).map((event) => ({ ...event, reason: 'TOO_LATE late_ms=100' }));
  expect([watch.hear(late, LIMITS), watch.state.pausedUntilUs]).toEqual([false, 0]);
});
