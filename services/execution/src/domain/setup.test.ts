import type { AccountSetup, ContractSetup } from '@algo/model';
import { expect, test } from 'vitest';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput } from './execution-io.ts';
import { namedLimits } from './limits.ts';
import {
  ACCOUNT,
  alive,
  BTC,
  close,
  d,
  denial,
  filled,
  gate,
  LIMITS,
  LTC,
  place,
  price,
  ready,
  S,
  SETTINGS,
  SETUP,
  sent,
  told,
  types,
} from './testing/execution-scenario.ts';

const [CONTRACT] = SETUP.instruments;
const setupOf = (change: Partial<ContractSetup>): AccountSetup => ({
  ...SETUP,
  instruments: [{ ...CONTRACT!, ...change }],
});
const HEDGE: AccountSetup = { ...SETUP, positionMode: 'hedge' };
const ENTRY = { instrument: BTC, quantity: d('1') };

/** Lets a comparison at a second find the account set up so. */
function compared(engine: ExecutionEngine, seconds: number, setup: AccountSetup): ExecutionEngine {
  const asked = engine.handle(told(seconds * S)).find((one) => one.type === 'ReconciliationRequested');
  if (asked?.type !== 'ReconciliationRequested') throw new Error('nothing was asked');
  const passed = gate() as Extract<ExecutionInput, { type: 'ReconciliationCompleted' }>;
  engine.handle(alive(seconds * S));
  engine.handle({ ...passed, requestId: asked.asked.requestId, setup });
  for (const instrument of [LTC, BTC]) engine.handle(price(seconds * S, 83, instrument));
  return engine;
}
const causes = (engine: ExecutionEngine) =>
  (engine.standing.news()?.causes ?? []).map(({ code, scope, detail }) => ({ code, scope, detail }));
const entry = (engine: ExecutionEngine, n: number, seconds: number) =>
  denial(engine.handle(place(n, { ...ENTRY, timeUs: seconds * S })));
const acknowledge = (engine: ExecutionEngine) => {
  engine.handle({
    ...{ type: 'CorrectBooks', commandId: 'ack', account: ACCOUNT, instrument: BTC, how: 'acknowledge' },
    ...{ by: 'Ada', reason: 'I did', timeUs: 31 * S, expiresWallUs: 60 * S },
  });
  return engine.handle({ type: 'WallTold', commandId: 'ack', wallUs: 32 * S });
};

test.each<[string, AccountSetup, string]>([
  ['leverage', setupOf({ leverage: 20 }), 'leverage was 5, is 20'],
  ['margin mode', setupOf({ marginMode: 'isolated' }), 'margin mode was cross, is isolated'],
  ['position mode', HEDGE, 'position mode is hedge, must be one_way'],
  ['silence about it', { ...SETUP, instruments: [] }, 'the venue does not say how it is set up'],
])('another %s shuts the contract for entries until it is as before, and says so', (_, setup, detail) => {
  const engine = compared(ready(), 31, setup);
  expect(causes(engine)).toEqual([
    { code: 'ACCOUNT_SETUP', scope: { kind: 'instrument', instrument: BTC }, detail },
  ]);
  expect(entry(engine, 1, 31)).toBe('ACCOUNT_SETUP');
  expect(denial(engine.handle(place(2, { timeUs: 31 * S, quantity: d('1') })))).toBeNull();
  expect(entry(compared(engine, 61, SETUP), 3, 61)).toBeNull();
  expect(causes(engine)).toEqual([]);
});

test('an exit passes, however the account is set up', () => {
  const engine = ready();
  const order = sent(engine.handle(place(1, { ...ENTRY, timeUs: S })));
  engine.handle(filled(order, 't1', '1', '1', 1.5 * S));
  compared(engine, 31, { ...HEDGE, instruments: [] });
  expect(denial(engine.handle(close(2, { ...ENTRY, timeUs: 31 * S })))).toBeNull();
});

test('a person lets the new leverage be: from then on it is what counts, over a restart too', () => {
  const engine = compared(ready(), 31, setupOf({ leverage: 20 }));
  const said = acknowledge(engine);
  expect(said).toContainEqual(
    expect.objectContaining({
      ...{ type: 'CorrectionMade', reason: 'acknowledged', own: d('0'), by: 'Ada' },
      evidence: ['I did', 'leverage was 5, is 20'],
    }),
  );
  expect(types(said)).toContain('CommandObeyed');
  const next = new ExecutionEngine(SETTINGS, engine.snapshot());
  expect(causes(compared(next, 61, SETUP))).toMatchObject([{ detail: 'leverage was 20, is 5' }]);
});

test('hedge mode can’t be acknowledged: no order of ours says which of two positions it is of', () => {
  const engine = compared(ready(), 31, HEDGE);
  const refused = acknowledge(engine).find((one) => one.type === 'CommandRefused');
  expect(refused?.type === 'CommandRefused' && refused.reason).toContain('must be one_way');
  expect(entry(engine, 1, 33)).toBe('ACCOUNT_SETUP');
});

test.each([
  [true, null],
  [false, 'NO_SHORT_SELLING'],
])('where spot may be short: %s, a short entry of it is denied with %s', (shortSpot, code) => {
  const engine = compared(ready(), 31, { ...SETUP, shortSpot });
  const short = { direction: 'short', quantity: d('1'), timeUs: 31 * S } as const;
  expect(denial(engine.handle(place(1, { ...short, direction: 'long' })))).toBeNull();
  expect(denial(engine.handle(place(2, { ...short, instrument: BTC })))).toBeNull();
  expect(denial(compared(ready(), 31, { ...SETUP, shortSpot }).handle(place(3, short)))).toBe(code);
});

test.each<[string, ExecutionInput]>([
  ['its limits', { type: 'LimitsChanged', ...namedLimits(LIMITS, ['none of its own.']) }],
  [
    'whoever started the engine',
    {
      ...{ type: 'VenueDescribed', holdsStops: false, readsSettleMs: 10_000 },
      objections: ['none of its own.'],
    },
  ],
])('what %s object to stands against every entry, not against an exit, over a restart too', (_, said) => {
  const engine = ready();
  const order = sent(engine.handle(place(1, { ...ENTRY, timeUs: S })));
  engine.handle(filled(order, 't1', '1', '1', 1.5 * S));
  engine.handle(said);
  expect(causes(engine)).toEqual([
    {
      code: 'ACCOUNT_SETUP',
      scope: { kind: 'account', account: ACCOUNT },
      detail: 'none of its own.',
    },
  ]);
  const next = new ExecutionEngine(SETTINGS, engine.snapshot());
  for (const one of [engine, next]) {
    expect(denial(one.handle(place(2, { timeUs: 2 * S })))).toBe('ACCOUNT_SETUP');
    expect(denial(one.handle(close(3, { ...ENTRY, timeUs: 2 * S })))).toBeNull();
  }
});

test('what the exchange objects to stands against every entry until it no longer does', () => {
  const objections = ['the key of the account: it may withdraw.'];
  const engine = compared(ready(), 31, { ...SETUP, objections });
  expect(entry(engine, 1, 31)).toBe('ACCOUNT_SETUP');
  expect(entry(compared(engine, 62, SETUP), 2, 62)).toBeNull();
});
