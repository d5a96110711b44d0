import type { EntryStanding, TradingMode } from '@algo/model';
import { expect, test } from 'vitest';
import { paperEngine } from './paper-engine.ts';
import type { SimulatedEngine } from './simulated-engine.ts';
import { ACCOUNT, STRATEGY, Stage } from './stage.ts';

const EXECUTION = 'execution.paper-main';
const TIGHT = { ALGO_LIMITS_FILE: 'test/simulation/limits/tight.yaml' };

const last = (engine: SimulatedEngine): EntryStanding | undefined =>
  engine.said('ORDERS', 'EntryStanding').at(-1);
const codes = (engine: SimulatedEngine) => last(engine)?.causes.map(({ code }) => code);
const denials = (engine: SimulatedEngine) =>
  engine.said('ORDERS', 'OrderDenied').map(({ denial }) => denial.code);

test('a strategy that entered too often stands still through a kill, until a person resumes it', async () => {
  const engine = paperEngine(60, '', { environment: TIGHT });
  await engine.start(...engine.identities);
  await engine.until(() => codes(engine)?.includes('ENTRY_COUNT_MAX') === true);
  const [cause] = last(engine)!.causes;
  expect(cause).toMatchObject({ scope: { kind: 'strategy' }, lift: 'person' });
  const { scope } = cause!;
  if (scope.kind !== 'strategy') throw new Error('not a strategy');
  const entries = () =>
    engine.said('ORDERS', 'OrderSubmitted').filter(({ strategy }) => strategy === scope.strategy).length;
  const before = entries();
  engine.kill(EXECUTION);
  await engine.pass(500);
  await engine.start(EXECUTION);
  await engine.pass(5_000);
  expect(codes(engine)).toContain('ENTRY_COUNT_MAX');
  expect(entries()).toBe(before);

  const body = { type: 'SetTradingMode', scope, mode: 'active', reason: 'seen', by: 'Ada' } as const;
  engine.command(ACCOUNT, {
    name: 'SetTradingMode',
    body: { ...body, commandId: 'resume-1', timeUs: 0, expiresWallUs: Number.MAX_SAFE_INTEGER },
  });
  await engine.until(() => entries() > before);
  expect(engine.said('RISK', 'TradingModeChanged')).toMatchObject([{ scope, mode: 'active', by: 'Ada' }]);
  expect(engine.divergences).toEqual([]);
}, 120_000);

test('a venue that rejects row after row stops the account until a person resumes', async () => {
  const stage = await Stage.open(EXECUTION, { environment: TIGHT });
  const { engine } = stage;
  await stage.openGate();
  await engine.pass(300);
  await stage.time();
  expect(codes(engine)).toEqual([]);
  stage.venue.refuses = true;
  await stage.place(1);
  await engine.pass(1_000);
  await stage.trade(100);
  await stage.place(2);
  await stage.time();
  const latched = [{ code: 'VENUE_REJECTS', scope: { kind: 'account' }, lift: 'person' }];
  expect(last(engine)?.causes).toMatchObject(latched);
  stage.venue.refuses = false;
  await stage.again();
  await stage.openGate();
  await engine.pass(300);
  await stage.time();
  expect(last(engine)?.causes).toMatchObject(latched);
  await stage.place(3);
  const mode: TradingMode = 'active';
  await stage.mode(mode);
  await stage.place(4);
  await engine.pass(300);
  await stage.time();
  expect([denials(engine), codes(engine)]).toEqual([['REDUCE_ONLY'], []]);
  expect(engine.said('ORDERS', 'OrderSubmitted').at(-1)?.strategy).toBe(STRATEGY);
  expect(engine.divergences).toEqual([]);
});

test('a lost account stream and a dead position-risk are said, and when they are over', async () => {
  const stage = await Stage.open(EXECUTION);
  const { engine } = stage;
  await stage.openGate();
  stage.stream.breaks();
  await engine.pass(300);
  await stage.time();
  expect(codes(engine)).toEqual(['ACCOUNT_STREAM_LOST']);
  stage.stream.isBack();
  await engine.pass(300);
  await stage.openGate();
  await engine.pass(300);
  await stage.time();
  expect(codes(engine)).toEqual([]);
  await engine.pass(16_000);
  await stage.time();
  expect(codes(engine)).toEqual(['NO_GUARD']);
  await stage.alive();
  await engine.pass(300);
  await stage.time();
  expect(codes(engine)).toEqual([]);
});
