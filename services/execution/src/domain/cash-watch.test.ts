import { accountId, type CashMove, Decimal, type TimeAdvanced, US_PER_DAY, US_PER_SECOND } from '@algo/model';
import { expect, test } from 'vitest';
import { CashWatch } from './cash-watch.ts';
import type { ExecutionInput, ExecutionOutput } from './execution-io.ts';

const ACCOUNT = accountId('paper-main');
const S = US_PER_SECOND;

const moved = (venueMoveId: string, timeUs = 20 * S, account = ACCOUNT): CashMove => ({
  ...{ venueMoveId, account, asset: 'USD', amount: Decimal.of('-3.5'), reason: 'withdrawal', timeUs },
});
const told = (sureUs: number): TimeAdvanced => ({
  ...{ type: 'TimeAdvanced', feed: 'f', toldUs: sureUs, sureUs, wallUs: sureUs, behind: [] },
  ...{ speed: 1, warm: false },
});
const read = (moves: readonly CashMove[], asOfUs: number): ExecutionInput => ({
  ...{ type: 'CashFetched', answer: { type: 'answered', moves, asOfUs } },
});

function heard(watch: CashWatch, ...inputs: readonly ExecutionInput[]): ExecutionOutput[] {
  const out: ExecutionOutput[] = [];
  for (const input of inputs) watch.hear(input, out);
  return out;
}
const ids = (out: readonly ExecutionOutput[]) =>
  out.flatMap((one) => (one.type === 'CashMoved' ? [one.venueMoveId] : []));

test('what is told twice is said once, also after a restart', () => {
  const watch = new CashWatch(ACCOUNT);
  const event = { type: 'VenueCashMoved', ...moved('a') } as const;
  expect(heard(watch, event, event)).toEqual([{ ...moved('a'), type: 'CashMoved' }]);
  expect(heard(new CashWatch(ACCOUNT, watch.state()), event)).toEqual([]);
});

test('what the stream never told comes with the next read, and what it told does not come again', () => {
  const watch = new CashWatch(ACCOUNT);
  heard(watch, { type: 'VenueCashMoved', ...moved('a') });
  expect(ids(heard(watch, read([moved('a'), moved('b')], 30 * S), read([moved('b')], 40 * S)))).toEqual([
    'b',
  ]);
});

test('it is asked for all since the first told time, later since a day before the last answer', () => {
  const watch = new CashWatch(ACCOUNT);
  const compared: ExecutionInput = {
    ...{ type: 'ReconciliationCompleted', account: ACCOUNT, requestId: 'r', epoch: 1, validForMs: 1 },
    ...{ shut: [], differences: [], aside: [], orders: [], setup: null, shownUs: 1 },
  };
  expect(heard(watch, compared)).toEqual([]);
  const asked = (sinceUs: number) => [{ type: 'FetchCash', account: ACCOUNT, sinceUs }];
  expect(heard(watch, told(0), compared)).toEqual([]);
  expect(heard(watch, told(10 * S), told(20 * S), compared)).toEqual(asked(10 * S));
  heard(watch, read([], 3 * US_PER_DAY));
  expect(heard(watch, compared)).toEqual(asked(2 * US_PER_DAY));
  heard(watch, { type: 'CashFetched', answer: { type: 'failed', reason: 'silent' } });
  expect(heard(watch, compared)).toEqual(asked(2 * US_PER_DAY));
});

test('another account’s cash is none of ours', () => {
  const event = { type: 'VenueCashMoved', ...moved('a', S, accountId('paper-two')) } as const;
  expect(heard(new CashWatch(ACCOUNT), event)).toEqual([]);
});
