import type { Say } from '@algo/bus';
import { accountId, InputError } from '@algo/model';
import { expect, test } from 'vitest';
import { type Compare, ReconcileMachine, type ReconcileTaken, type ReconcileWord } from './machine.ts';
import { reconcile } from './reconcile.ts';
import { LENT } from './testing/reconcile-scenario.ts';

const ACCOUNT = accountId('paper-main');
const ABOUT = { account: ACCOUNT, validForMs: 60_000 };
const ASK = {
  account: ACCOUNT,
  venue: 'paper',
  epoch: 3,
  requestId: 'paper-main:3:1',
  reason: 'a new life',
  timeUs: 7_000_000,
};
const NOTHING = {
  undecided: new Map(),
  ended: new Map(),
  sentSince: new Set<never>(),
  fills: [],
  positions: [],
  cash: new Map(),
};

/** Gives an input to a machine; returns what it said and what it asked for. */
function take(machine: ReconcileMachine, input: ReconcileTaken) {
  const words: (readonly [ReconcileWord, object])[] = [];
  const requests: Compare[] = [];
  const say = Object.assign((name: ReconcileWord, body: object) => void words.push([name, body]), {
    request: (request: Compare) => void requests.push(request),
    input: 1,
  }) as Say<ReconcileWord, Compare>;
  machine.take(input, say);
  return { words, requests };
}

function reportOf(epochSeen: number) {
  const venue = { openOrders: [], fills: [], positions: [], balances: [], lookups: [], setup: LENT };
  const context = { account: ACCOUNT, epoch: ASK.epoch, asOfUs: ASK.timeUs, fillsSinceUs: 0 };
  return reconcile({ ...NOTHING, epoch: epochSeen }, venue, {
    ...context,
    instruments: [],
    shownUs: 1,
  });
}

test('what is asked for is compared, once for each question', () => {
  const machine = new ReconcileMachine(ABOUT);
  const { words, requests } = take(machine, { name: 'ReconciliationRequested', body: ASK });
  expect([words, requests]).toEqual([[], [{ type: 'Compare', ask: ASK }]]);
});

test('books that agree pass, under the question, its epoch and its time', () => {
  const input = { name: 'Compared', body: { ask: ASK, report: reportOf(3) } } as const;
  expect(take(new ReconcileMachine(ABOUT), input).words).toMatchObject([
    [
      'ReconciliationCompleted',
      { requestId: ASK.requestId, epoch: 3, asOfUs: ASK.timeUs, venue: 'paper', validForMs: 60_000 },
    ],
  ]);
});

test('books that another executor has gone on writing are refused', () => {
  const input = { name: 'Compared', body: { ask: ASK, report: reportOf(4) } } as const;
  expect(take(new ReconcileMachine(ABOUT), input).words).toMatchObject([
    ['ReconciliationFailed', { requestId: ASK.requestId, reasons: [expect.stringContaining('epoch 4')] }],
  ]);
});

test('a venue that does not answer is a failure with its reason', () => {
  const input = { name: 'CompareFailed', body: { ask: ASK, reason: 'paper: timeout' } } as const;
  expect(take(new ReconcileMachine(ABOUT), input).words).toMatchObject([
    ['ReconciliationFailed', { requestId: ASK.requestId, epoch: 3, reasons: ['paper: timeout'] }],
  ]);
});

test('a life goes on from its own snapshot and refuses another account’s', () => {
  const bytes = new ReconcileMachine(ABOUT).snapshot();
  const input = { name: 'ReconciliationRequested', body: ASK } as const;
  expect(take(new ReconcileMachine(ABOUT, bytes), input).requests).toHaveLength(1);
  const other = { ...ABOUT, account: accountId('other') };
  expect(() => new ReconcileMachine(other, bytes)).toThrow(InputError);
});
