import type { Say } from '@algo/bus';
import { type AskWall, type Candle, TIMEFRAMES } from '@algo/model';
import { expect, test } from 'vitest';
import { type GuardInput, GuardMachine, type GuardWord } from './machine.ts';
import { namedRules, OWNER_RULES } from './portfolio/portfolio-rules.ts';
import { ACCOUNT, BTC, SETTINGS, T0 } from './testing/position-risk-scenario.ts';

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

test('a bar that it says it passes by changes nothing, whatever rules are in force', () => {
  const say = Object.assign(() => {}, { request: () => {}, input: 1 }) as Say<GuardWord, AskWall>;
  const machine = new GuardMachine(SETTINGS);
  const dump = { ...OWNER_RULES.dump, enabled: true };
  machine.take({ name: 'RulesChosen', body: namedRules({ ...OWNER_RULES, dump }) }, say);
  const remembered = TIMEFRAMES.filter((timeframe) => {
    const body: Candle = {
      ...{ instrument: BTC, timeframe, openTimeUs: T0, complete: true, open: 1, high: 1, low: 1, close: 1 },
      ...{ volume: 2, buyVolume: 1, sellVolume: 1, trades: 2, buyTrades: 1, sellTrades: 1 },
    };
    const [input, before] = [{ name: 'CandleClosed', body } as const, machine.snapshot().slice()];
    const isPassedBy = machine.passesBy(input);
    machine.take(input, say);
    const hasChanged = !Buffer.from(before).equals(machine.snapshot());
    expect([timeframe, hasChanged]).toEqual([timeframe, !isPassedBy]);
    return hasChanged;
  });
  expect(remembered).toEqual(['1m', '5m']);
});
