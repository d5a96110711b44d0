import type { EntryCause } from '@algo/model';
import { eventually } from '@algo/testkit';
import { expect, test } from 'vitest';
import { ACCOUNT, EngineAtHand } from '../commands/testing/engine-at-hand.ts';
import { EngineView } from './engine-view.ts';

const report = {
  ...{ requestId: '', account: ACCOUNT, venue: 'paper', epoch: 1, asOfUs: 1, discrepancies: [], counts: {} },
};

test('why an account may not trade is told once, and stands until a reconciliation passes', async () => {
  await using engine = await EngineAtHand.open();
  await using view = await EngineView.open(engine.bus, ['paper-main', 'paper-two']);
  const told: string[] = [];
  view.onRefusal = (words) => told.push(words);
  for (const reportId of ['r1', 'r2'])
    await engine.say('ReconciliationFailed', {
      ...{ ...report, reportId, snapshotHash: '', reasons: ['the venue has an order that is not ours'] },
    });
  await eventually('the refusal', () => view.refusals.size > 0);
  expect([...view.refusals.values()]).toEqual([
    'paper-main may not trade, its reconciliation failed: the venue has an order that is not ours',
  ]);
  await engine.say('ReconciliationCompleted', {
    ...report,
    reportId: 'r3',
    snapshotHash: 'h',
    validForMs: 1,
    shut: [],
    differences: [],
    aside: [],
    setup: null,
    shownUs: 1,
    orders: [],
  });
  await eventually('the pass', () => view.refusals.size === 0);
  expect(told).toHaveLength(1);
}, 30_000);

test('the equity is that of all accounts together', async () => {
  await using engine = await EngineAtHand.open();
  await using view = await EngineView.open(engine.bus, ['paper-main', 'paper-two']);
  expect(view.equity?.toString()).toBe('2002');
}, 30_000);

test('a halt of before is told until a person lifts it; what ends by itself is not', async () => {
  await using engine = await EngineAtHand.open();
  const halted = {
    ...{ code: 'HALTED', scope: { kind: 'account', account: ACCOUNT }, sinceUs: 1_000_000, untilUs: null },
    ...{ lift: 'person', detail: 'trading is halted (night, by me)' },
  } as EntryCause;
  const said = { account: ACCOUNT, more: 0, timeUs: 1_000_000 };
  await engine.say('EntryStanding', { ...said, causes: [halted] });
  await using view = await EngineView.open(engine.bus, [ACCOUNT]);
  expect(view.stopped.get(ACCOUNT)).toContain('night, by me');
  expect(view.stopped.get(ACCOUNT)).toContain('algo resume --scope account:paper-main');
  await engine.say('EntryStanding', { ...said, causes: [{ ...halted, lift: 'itself' }], timeUs: 2_000_000 });
  await eventually('it to be over', () => view.stopped.size === 0);
}, 30_000);
