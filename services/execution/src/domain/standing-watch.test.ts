import type { Denial, EntryCause, EntryStanding } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput } from './execution-io.ts';
import type { ExecutionLimits } from './limits.ts';
import {
  ACCOUNT,
  alive,
  denial,
  gate,
  heard,
  INSTRUMENT_LIMITS,
  LIMITS,
  LTC,
  life,
  limited,
  mode,
  neverLeft,
  place,
  price,
  ready,
  S,
  SETTINGS,
  STRATEGY,
  sent,
  shut,
  told,
} from './testing/execution-scenario.ts';

const MS = S / 1_000;
const lost: ExecutionInput = { type: 'AccountStreamLost' };
const ACCOUNT_SCOPE = { kind: 'account', account: ACCOUNT } as const;

/** Gives inputs to an engine, and looks after each as the machine does; returns what was said. */
function watch(engine: ExecutionEngine, ...inputs: readonly ExecutionInput[]): EntryStanding[] {
  return inputs.flatMap((input) => {
    engine.handle(input);
    return input.type === 'PriceSeen' ? [] : (engine.standing.news() ?? []);
  });
}

const codes = (said: readonly EntryStanding[]) => said.map(({ causes }) => causes.map(({ code }) => code));

/** An engine that has said that entries pass. */
function calm(limits = LIMITS): ExecutionEngine {
  const engine = ready({ limits });
  expect(codes(watch(engine, told(S)))).toEqual([[]]);
  return engine;
}

test('a fresh life says what is missing, and that entries pass once it is there', () => {
  const engine = new ExecutionEngine(SETTINGS);
  const said = watch(
    engine,
    limited(),
    told(S),
    life(1),
    told(2 * S),
    heard,
    alive(2 * S),
    told(3 * S),
    gate(),
    told(4 * S),
  );
  expect(codes(said)).toEqual([
    ['ACCOUNT_STREAM_LOST', 'NO_GUARD'],
    ['NO_RECONCILIATION', 'NO_GUARD'],
    ['NO_RECONCILIATION'],
    [],
  ]);
  expect(said[1]?.causes[1]).toMatchObject({ scope: ACCOUNT_SCOPE, sinceUs: S, lift: 'itself' });
});

test('a new epoch says it anew, and nothing is said before any time is told', () => {
  const engine = calm();
  const restored = new ExecutionEngine(SETTINGS, engine.snapshot());
  expect(codes(watch(restored, told(1.1 * S), life(2)))).toEqual([['ACCOUNT_STREAM_LOST']]);
  expect(watch(new ExecutionEngine(SETTINGS), limited(), life(1))).toEqual([]);
});

test('a cause keeps when it began over a restart, and one that comes again begins anew', () => {
  const engine = calm();
  watch(engine, lost, told(9 * S));
  const restored = new ExecutionEngine(SETTINGS, engine.snapshot());
  expect(watch(restored, life(2))).toMatchObject([{ causes: [{ sinceUs: S }], timeUs: 9 * S }]);
  const again = watch(restored, heard, alive(10 * S), told(10 * S), lost, told(11 * S)).at(-1);
  expect(again?.causes).toMatchObject([{ code: 'ACCOUNT_STREAM_LOST', sinceUs: 10 * S }]);
});

test('changes are said at most each 250 ms of told time, and the newest is never lost', () => {
  const engine = calm();
  expect(watch(engine, lost, heard, lost)).toEqual([]);
  expect(watch(engine, told(S + 249 * MS))).toEqual([]);
  expect(codes(watch(engine, told(S + 250 * MS)))).toEqual([['ACCOUNT_STREAM_LOST']]);
  expect(codes(watch(engine, heard, gate(1, 4), told(2 * S)))).toEqual([[]]);
});

test('a failed comparison, a silent guard and a limit are listed with what lifts them, widest first', () => {
  const engine = calm();
  const scope = { kind: 'strategy', strategy: STRATEGY } as const;
  const halt = { ...mode('halted', S), scope, by: 'Ada' } as ExecutionInput;
  const said = watch(engine, halt, shut(), told(20 * S)).at(-1)!;
  expect(said.causes).toMatchObject([
    { code: 'NO_RECONCILIATION', lift: 'itself' },
    { code: 'NO_GUARD', scope: ACCOUNT_SCOPE, lift: 'itself' },
    { code: 'HALTED', scope, lift: 'person', sinceUs: S, detail: 'test, by Ada' },
  ]);
});

const refused = (engine: ExecutionEngine, n: number): ExecutionInput => {
  const { clientOrderId } = sent(engine.handle(place(n, { timeUs: S })));
  const about = { clientOrderId, reason: 'no', retryAfterMs: null, evidence: ['e'], timeUs: S } as const;
  return { type: 'SubmitOutcomeKnown', outcome: { type: 'refused', ...about } };
};
const LATCHES: Readonly<Record<string, readonly [EntryCause['scope'], (engine: ExecutionEngine) => void]>> = {
  CONSERVATION: [
    ACCOUNT_SCOPE,
    (engine) => {
      const { clientOrderId } = sent(engine.handle(place(1)));
      engine.handle(neverLeft(clientOrderId, 'CONSERVATION quantity=11', 'CONSERVATION'));
    },
  ],
  VENUE_REJECTS: [
    ACCOUNT_SCOPE,
    (engine) => {
      engine.handle(refused(engine, 1));
      engine.handle(refused(engine, 2));
    },
  ],
  ENTRY_COUNT_MAX: [
    { kind: 'strategy', strategy: STRATEGY },
    (engine) => {
      engine.handle(refused(engine, 1));
      engine.handle(place(2, { timeUs: S }));
    },
  ],
};
/** Limits under which the second of anything latches. */
function tight(code: string): ExecutionLimits {
  const rejects = code === 'VENUE_REJECTS' ? { rejectsMax: 1, rejectsPauseUs: 0 } : {};
  const counted = code === 'ENTRY_COUNT_MAX' ? { entriesPerHourMax: 1 } : {};
  const byInstrument = new Map([[LTC, { ...INSTRUMENT_LIMITS, ...counted }]]);
  return { ...LIMITS, byInstrument, venue: { ...LIMITS.venue, ...rejects } };
}

test.each(Object.keys(LATCHES))(
  '%s stands until a person resumes its scope, also in a later life',
  (code) => {
    const [scope, cause] = LATCHES[code]!;
    const engine = calm(tight(code));
    cause(engine);
    const latched = [{ code, scope, lift: 'person', untilUs: null, detail: '' }];
    expect(watch(engine, told(1.3 * S)).at(-1)?.causes).toMatchObject(latched);
    const next = new ExecutionEngine(SETTINGS, engine.snapshot());
    const opened = watch(next, life(2), heard, told(2 * S), gate(2), told(3 * S));
    expect(opened.at(-1)?.causes).toMatchObject(latched);
    for (const by of ['engine:exits', 'Ada']) {
      const resumed = { ...mode('active', 3 * S), scope, by, latched: false } as ExecutionInput;
      const said = watch(next, resumed, alive(3 * S), price(3 * S), told(4 * S));
      expect(codes(said)).toEqual(by === 'Ada' ? [[]] : []);
    }
    expect(sent(next.handle(place(4))).quantity.isPositive()).toBe(true);
  },
);

test('a venue that takes no cancel for now takes no order either, and both are said with their end', () => {
  const engine = calm();
  const { clientOrderId } = sent(engine.handle(place(1, { timeInForce: 'gtc' })));
  const reason = 'rate limit';
  const outcome = {
    type: 'refused',
    clientOrderId,
    reason,
    retryAfterMs: 20_000,
    evidence: [],
    timeUs: S,
  } as const;
  const said = watch(engine, { type: 'CancelOutcomeKnown', outcome }, told(2 * S));
  expect(said.at(-1)?.causes).toMatchObject([{ code: 'VENUE_SHUT', untilUs: 21 * S, lift: 'time' }]);
  expect(denial(engine.handle(place(2)))).toBe('VENUE_SHUT');
  expect(codes(watch(engine, alive(21 * S), told(21 * S)))).toEqual([[]]);
});

test('beyond 32 causes the others are counted, and the account’s own is listed all the same', () => {
  const engine = calm();
  const halts = Array.from({ length: 40 }, (_, i): ExecutionInput => {
    const scope = { kind: 'strategy', strategy: `s${i}` } as const;
    return { ...mode('halted', S), scope } as ExecutionInput;
  });
  const said = watch(engine, ...halts, lost, told(2 * S)).at(-1)!;
  expect([said.causes.length, said.more, said.causes[0]?.code]).toEqual([32, 9, 'ACCOUNT_STREAM_LOST']);
});

test('whatever comes, entries get past the door exactly while no cause stands', () => {
  const inputs = fc.constantFrom<ExecutionInput>(
    ...[lost, heard, gate(1, 2), gate(1, 3), gate(1, 4), shut(1, 3), mode('halted', S), mode('active', S)],
    ...[alive(20 * S), alive(51 * S), told(20 * S), told(40 * S)],
  );
  fc.assert(
    fc.property(fc.array(inputs, { maxLength: 12 }), (given) => {
      const engine = calm();
      let last: EntryStanding | undefined;
      for (const said of watch(engine, ...given, told(50 * S), told(51 * S))) last = said;
      engine.handle(price(51 * S));
      const door: (Denial['code'] | undefined)[] = ['GATE_CLOSED', 'HALTED', 'REDUCE_ONLY', 'NO_GUARD'];
      const denied = engine.handle(place(51, { timeUs: 51 * S })).find((o) => o.type === 'OrderDenied');
      const isBarred = denied?.type === 'OrderDenied' && door.includes(denied.denial.code);
      expect((last?.causes.length ?? 0) > 0).toBe(isBarred);
    }),
  );
});
