import type { Say } from '@algo/bus';
import { accountId, InputError, type TradeOrigin } from '@algo/model';
import { expect, test } from 'vitest';
import type { ExecutionRequest, ExecutionWord } from './execution-io.ts';
import { ExecutionMachine, type ExecutionTaken } from './machine.ts';
import { ACCOUNT, LIMITS, LTC, named, place, S, SETTINGS, told } from './testing/execution-scenario.ts';

/** Gives inputs to a machine; returns what it said and what it asked for. */
function take(machine: ExecutionMachine, ...inputs: readonly ExecutionTaken[]) {
  const words: (readonly [ExecutionWord, object])[] = [];
  const requests: ExecutionRequest[] = [];
  const word = (name: ExecutionWord, body: object) => void words.push([name, body]);
  const request = (asked: ExecutionRequest) => void requests.push(asked);
  const say = Object.assign(word, { request, input: 1 }) as Say<ExecutionWord, ExecutionRequest>;
  for (const input of inputs) machine.take(input, say);
  return { words, requests };
}

function trades(origin: TradeOrigin): ExecutionTaken {
  const one = (value: number) => Float64Array.of(value);
  const columns = { timeUs: one(S), price: one(83), quantity: one(1), side: Uint8Array.of(0) };
  const ids = { kind: 'counted', values: one(1) } as const;
  return {
    name: 'TradeBatch',
    body: {
      trades: { instrument: LTC, count: 1, ...columns, ids },
      receivedUs: S,
      complete: true,
      origin,
      sides: 'told',
    },
  };
}

const STARTED: readonly ExecutionTaken[] = [
  { name: 'LimitsChanged', body: named(LIMITS) },
  { name: 'TimeAdvanced', body: told(S) },
  { name: 'GuardAlive', body: { account: ACCOUNT, feed: 'synthetic', timeUs: S } },
  { name: 'EpochStarted', body: { epoch: 1 } },
  { name: 'AccountStreamConnected', body: null },
];
const PASSED: ExecutionTaken = {
  name: 'ReconciliationCompleted',
  body: {
    ...{ reportId: 'r', requestId: `${ACCOUNT}:1:2`, account: ACCOUNT, venue: 'paper', epoch: 1, asOfUs: S },
    ...{
      snapshotHash: 'h',
      discrepancies: [],
      counts: {},
      validForMs: 60_000,
      shut: [],
      differences: [],
      aside: [],
      setup: null,
      shownUs: 1,
      orders: [],
    },
  },
};
const PLACE: ExecutionTaken = { name: 'PlaceOrder', body: place(1) };

test('a fresh machine asks for a reconciliation, and trades in its first life when that passes', () => {
  const machine = new ExecutionMachine(SETTINGS);
  const asked = ['ReconciliationRequested', { epoch: 1 }];
  const words = take(machine, ...STARTED).words;
  expect(words.filter(([name]) => name !== 'EntryStanding')).toMatchObject([asked, asked]);
  const { words: said, requests } = take(machine, PASSED, trades('live'), PLACE);
  expect([said.map(([name]) => name), requests]).toMatchObject([
    ['OrderSubmitted'],
    [{ type: 'FetchCash' }, { type: 'SubmitOrder' }],
  ]);
});

test('history that is only given is no price to trade by', () => {
  const { words } = take(new ExecutionMachine(SETTINGS), ...STARTED, PASSED, trades('warm-up'), PLACE);
  expect(words.at(-1)).toMatchObject(['OrderDenied', { denial: { code: 'STALE_MARKET' } }]);
});

test('a snapshot goes on where it was taken, and is no other account’s', () => {
  const machine = new ExecutionMachine(SETTINGS);
  take(machine, ...STARTED, PASSED, trades('live'));
  const bytes = machine.snapshot();
  const restored = new ExecutionMachine(SETTINGS, bytes);
  expect(take(restored, PLACE)).toEqual(take(machine, PLACE));
  expect(restored.snapshot()).toEqual(machine.snapshot());
  const other = { ...SETTINGS, account: accountId('other') };
  expect(() => new ExecutionMachine(other, bytes)).toThrow(InputError);
});
