import { accountId } from '@algo/model';
import type { ComparisonReport } from '@algo/read-models';
import { expect, test } from 'vitest';
import { foundAgain } from './reconcile.ts';

type Passed = Extract<ComparisonReport, { readonly discrepancies: unknown }>;

/** A comparison in which the venue's USDT differs by so much from ours; null: it agrees. */
function report(ours: string, venue: string | null): ComparisonReport {
  const found = {
    ...{ class: 'D9', subject: 'balance USDT', evidence: '', action: 'adjust_balance' },
    ...{ before: ours, after: venue ?? ours },
  };
  return {
    ...{ account: accountId('a'), venue: 'paper', epoch: 1, requestId: 'r', reportId: 'x', asOfUs: 1 },
    ...{ snapshotHash: 'h', counts: {}, validForMs: 1, shut: [], differences: [], aside: [], orders: [] },
    ...{ setup: null, shownUs: 1, discrepancies: venue === null ? [] : [found] },
  } as Passed;
}

async function looked(...reports: ComparisonReport[]): Promise<{ looks: number; differences: number }> {
  let looks = 0;
  const last = await foundAgain(async () => reports[looks++]!, 0);
  return { looks, differences: (last as Passed).discrepancies.length };
}

test('what agrees is looked at once', async () => {
  expect(await looked(report('100', null))).toEqual({ looks: 1, differences: 0 });
});

test('a fill between two reads is gone at the next look', async () => {
  expect(await looked(report('100', '40'), report('40', null))).toEqual({ looks: 2, differences: 0 });
  const moving = [report('100', '40'), report('40', '70'), report('70', '20'), report('20', null)];
  expect(await looked(...moving)).toEqual({ looks: 4, differences: 0 });
});

test('what is missing for good is told at the second look, also while the account trades', async () => {
  expect(await looked(report('100', '90'), report('70', '60'))).toEqual({ looks: 2, differences: 1 });
});
