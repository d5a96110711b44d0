import type { Say } from '@algo/bus';
import type { AskWall } from '@algo/model';
import { expect, test } from 'vitest';
import { type GuardInput, GuardMachine, type GuardWord } from './machine.ts';
import { ACCOUNT, SETTINGS } from './testing/position-risk-scenario.ts';

function setMode(commandId: string, mode: 'active' | 'halted', by: string): GuardInput {
  const scope = { kind: 'account', account: ACCOUNT } as const;
  const body = { commandId, scope, mode, reason: 'because', by };
  return { name: 'SetTradingMode', body: { type: 'SetTradingMode', ...body, timeUs: 1, expiresWallUs: 1 } };
}

test('a command that nobody can carry out is refused, and the guard lives on', () => {
  const words: (readonly [GuardWord, object])[] = [];
  const say = Object.assign((name: GuardWord, body: object) => void words.push([name, body]), {
    ...{ request: () => {}, input: 1 },
  }) as Say<GuardWord, AskWall>;
  const machine = new GuardMachine(SETTINGS);
  machine.take(setMode('c-1', 'active', ' '), say); // nobody signs for it
  machine.take({ name: 'WallTold', body: { commandId: 'c-1', wallUs: 1 } }, say);
  machine.take(setMode('c-2', 'halted', 'Ada'), say);
  expect(words).toMatchObject([
    ['CommandRefused', { commandId: 'c-1' }],
    ['TradingModeChanged', { commandId: 'c-2', mode: 'halted' }],
  ]);
});
