import type { Fact } from '@algo/contracts';
import {
  accountId,
  type ControlCommand,
  clientOrderId,
  instrumentId,
  type PositionId,
  positionId,
} from '@algo/model';
import { expect, test } from 'vitest';
import { commandWords, PersonList } from './person-list.ts';

const account = accountId('paper-main');
const LTC = instrumentId('binance.spot.LTCUSDT');
const scope = { kind: 'account', account } as const;
const PERSON = { commandId: 'c1', reason: 'tired', by: 'Ada', timeUs: 5 } as const;
const UNTIL = { account, expiresWallUs: 9 } as const;
const P1 = positionId('p1');

const flatten: Fact = {
  name: 'FlattenAll',
  body: { type: 'FlattenAll', ...PERSON, ...UNTIL, scope, position: null },
};
const obeyed = (commandId: string, ...positions: PositionId[]): Fact => ({
  name: 'CommandObeyed',
  body: { commandId, positions, orders: [], timeUs: 6 },
});

test('who had a position left is known once the engine has obeyed', () => {
  const list = new PersonList();
  list.take(flatten);
  expect(list.whoLeft(P1)).toBeNull();
  list.take(obeyed('c1', P1));
  expect(list.whoLeft(P1)).toMatchObject({ by: 'Ada', reason: 'tired' });
  expect(list.whoLeft(positionId('p2'))).toBeNull();
});

test('an answer to a command that is not stored any more names nobody', () => {
  const list = new PersonList();
  list.take(flatten);
  list.take(obeyed('c2', P1));
  expect(list.whoLeft(P1)).toBeNull();
});

test.each<[string, ControlCommand]>([
  ['account:paper-main to be halted', { type: 'SetTradingMode', ...PERSON, ...UNTIL, scope, mode: 'halted' }],
  [
    'all of account:paper-main to be left',
    { type: 'FlattenAll', ...PERSON, ...UNTIL, scope, position: null },
  ],
  ['position p1 to be left', { type: 'FlattenAll', ...PERSON, ...UNTIL, scope, position: P1 }],
  [
    'order o1 to be withdrawn',
    { type: 'CancelOrders', ...PERSON, ...UNTIL, scope, clientOrderId: clientOrderId('o1'), force: false },
  ],
  [
    'entries of account:paper-main to be withdrawn',
    { type: 'CancelOrders', ...PERSON, ...UNTIL, scope, clientOrderId: null, force: false },
  ],
  [
    'all of account:paper-main to be withdrawn',
    { type: 'CancelOrders', ...PERSON, ...UNTIL, scope, clientOrderId: null, force: true },
  ],
  [
    `what the venue holds to be ours: ${LTC}`,
    { type: 'CorrectBooks', ...PERSON, ...UNTIL, instrument: LTC, how: 'adopt' },
  ],
  [
    `nothing to be ours any more: ${LTC}`,
    { type: 'CorrectBooks', ...PERSON, ...UNTIL, instrument: LTC, how: 'forget' },
  ],
  ['the books to be compared', { type: 'CompareBooks', ...PERSON, ...UNTIL, dryRun: false }],
  ['the books to be compared, and nothing done', { type: 'CompareBooks', ...PERSON, ...UNTIL, dryRun: true }],
  [
    'trading by config_2',
    { type: 'SwitchConfiguration', commandId: 'c1', configuration: 'config_2', by: 'Ada', timeUs: 5 },
  ],
])('a person asked for %s', (words, command) => {
  expect(commandWords(command)).toBe(words);
});
