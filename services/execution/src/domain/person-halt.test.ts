import { expect, test } from 'vitest';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput } from './execution-io.ts';
import {
  ACCOUNT,
  close,
  denial,
  holding,
  mode,
  place,
  ready,
  S,
  SETTINGS,
  sent,
  submitted,
  types,
} from './testing/execution-scenario.ts';

const scope = { kind: 'account', account: ACCOUNT } as const;
const asked = (commandId: string, to: 'active' | 'reducing' | 'halted'): ExecutionInput => ({
  ...{
    type: 'SetTradingMode',
    commandId,
    scope,
    mode: to,
    reason: 'asked',
    by: 'Ada',
    timeUs: 9 * S,
    expiresWallUs: 0,
  },
});
const answered = (commandId: string, to: 'active' | 'halted'): ExecutionInput => ({
  ...{ type: 'TradingModeChanged', commandId, scope, mode: to, reason: 'asked', by: 'Ada', latched: false },
  timeUs: S,
});
const enters = (engine: ExecutionEngine, n: number) => denial(engine.handle(place(n))) ?? 'passes';

test('a person’s halt holds at once, with position-risk away; exits pass', () => {
  const { engine } = holding();
  const entry = sent(engine.handle(place(2, { timeUs: 1.6 * S, instrument: SETTINGS.instruments[1]!.id })));
  engine.handle(submitted(entry.clientOrderId, 'confirmed', 1.6 * S));
  expect(types(engine.handle(asked('c1', 'halted')))).toEqual(['CancelAtVenue']);
  expect(enters(engine, 3)).toBe('HALTED');
  expect(denial(engine.handle(close(1)))).toBeNull();
});

test('only position-risk’s answer loosens, and it tells of a halt only once', () => {
  const engine = ready();
  engine.handle(asked('c1', 'halted'));
  engine.handle(asked('c2', 'active'));
  expect(enters(engine, 1)).toBe('HALTED');
  engine.handle(answered('c1', 'halted'));
  engine.handle(answered('c2', 'active'));
  expect(enters(engine, 2)).toBe('passes');
});

test('a halt that is read after its answer and the lifting of it does not stand again', () => {
  const engine = ready();
  engine.handle(answered('c1', 'halted'));
  engine.handle(answered('c2', 'active'));
  engine.handle(asked('c1', 'halted'));
  engine.handle(asked('c2', 'active'));
  expect(enters(engine, 1)).toBe('passes');
});

test('neither an answer to an older command nor the engine’s own limit loosens a person’s halt', () => {
  const engine = ready();
  engine.handle(asked('c2', 'halted'));
  engine.handle(answered('c1', 'active'));
  expect(enters(engine, 1)).toBe('HALTED');
  engine.handle(mode('reducing', S));
  expect(enters(engine, 2)).toBe('HALTED');
  const restored = new ExecutionEngine(SETTINGS, engine.snapshot());
  restored.handle(answered('c1', 'active'));
  expect(enters(restored, 3)).toBe('HALTED');
});

test('of more halts than are remembered while position-risk is away, all hold', () => {
  const engine = ready();
  const entry = (n: number) => denial(engine.handle(place(n, { timeUs: 1.1 * S }))) ?? 'passes';
  for (let n = 0; n < 300; n++) engine.handle(asked(`c${n}`, 'halted'));
  expect(entry(1)).toBe('HALTED');
  // An answer to somebody before loosens nothing while later ones have none.
  engine.handle(answered('c0', 'active'));
  expect(entry(2)).toBe('HALTED');
  for (let n = 1; n < 300; n++) engine.handle(answered(`c${n}`, 'active'));
  expect(entry(3)).toBe('passes');
});
