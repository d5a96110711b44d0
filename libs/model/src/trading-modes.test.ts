import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountId, instrumentId, strategyName } from './ids.ts';
import { type HaltScope, haltScopeKey, type TradingMode } from './risk.ts';
import {
  binds,
  isStricter,
  LIMITED_SCOPES_MAX,
  type ModeChange,
  type Reach,
  type StandingMode,
  TradingModes,
} from './trading-modes.ts';

const ACCOUNT = accountId('paper-main');
const REACH: Reach = {
  account: ACCOUNT,
  instrument: instrumentId('binance.spot.LTCUSDT'),
  strategy: strategyName('hierarchical'),
};
const OWN: HaltScope = { kind: 'account', account: ACCOUNT };
const VENUE: HaltScope = { kind: 'venue', venue: 'binance' };
const INSTRUMENT: HaltScope = { kind: 'instrument', instrument: REACH.instrument };
const STRATEGY: HaltScope = { kind: 'strategy', strategy: 'hierarchical' };
const SCOPES = [OWN, VENUE, INSTRUMENT, STRATEGY];

const change = (scope: HaltScope, mode: TradingMode, more: Partial<ModeChange> = {}): ModeChange => ({
  ...{ scope, mode, reason: 'because', by: 'Ada', latched: false, timeUs: 1, ...more },
});
const limit = (scope: HaltScope, mode: StandingMode['mode'], latched = false): StandingMode => ({
  ...{ scope, mode, reason: 'because', by: 'Ada', latched, timeUs: 1 },
});
/** As many limits, of strategies that nobody trades, as have a place. */
const full = () =>
  new TradingModes(
    ACCOUNT,
    Array.from({ length: LIMITED_SCOPES_MAX }, (_, i) =>
      limit({ kind: 'strategy', strategy: `s${i}` }, 'halted'),
    ),
  );

test.each(SCOPES.map((scope) => [haltScopeKey(scope), scope] as const))(
  '%s binds until lifted',
  (_, scope) => {
    const modes = new TradingModes(ACCOUNT);
    expect(modes.set(change(scope, 'halted'))).toEqual(limit(scope, 'halted'));
    expect(modes.binding(REACH)).toEqual(limit(scope, 'halted'));
    expect(modes.set(change(scope, 'active'))).toBeNull();
    expect(modes.binding(REACH)).toBeNull();
  },
);

test('what is latched yields to a person’s active alone; the engine’s own lifts what is not', () => {
  const engine = change(INSTRUMENT, 'active', { by: 'engine:exits' });
  for (const latched of [true, false]) {
    const modes = new TradingModes(ACCOUNT, [limit(INSTRUMENT, 'reducing', latched)]);
    modes.set(engine);
    expect(modes.at(INSTRUMENT) !== null).toBe(latched);
    modes.set(change(INSTRUMENT, 'active'));
    expect(modes.at(INSTRUMENT)).toBeNull();
  }
});

test('other accounts, venues, instruments and strategies bind nothing of ours', () => {
  const modes = new TradingModes(ACCOUNT);
  modes.set(change({ kind: 'account', account: accountId('other') }, 'halted'));
  modes.set(change({ kind: 'venue', venue: 'bybit' }, 'halted'));
  modes.set(change({ kind: 'instrument', instrument: 'binance.spot.BTCUSDT' }, 'halted'));
  modes.set(change({ kind: 'strategy', strategy: 'other' }, 'halted'));
  expect(modes.binding(REACH)).toBeNull();
});

test('an exit is bound by no halt of a strategy', () => {
  const modes = new TradingModes(ACCOUNT, [limit(STRATEGY, 'halted')]);
  expect(modes.binding({ ...REACH, strategy: null })).toBeNull();
  expect(binds(STRATEGY, { ...REACH, strategy: null })).toBe(false);
});

test('the strictest binds, and of equally strict ones the widest, whatever the order they came in', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(SCOPES, { minLength: 1 }),
      fc.array(fc.constantFrom('reducing' as const, 'halted' as const), { minLength: 4, maxLength: 4 }),
      (scopes, kinds) => {
        const limits = scopes.map((scope, i) => limit(scope, kinds[i]!));
        const modes = new TradingModes(ACCOUNT);
        for (const one of limits) modes.set(one);
        const binding = modes.binding(REACH)!;
        expect(limits.some(({ mode }) => isStricter(mode, binding.mode))).toBe(false);
        const equals = limits.filter(({ mode }) => mode === binding.mode);
        const width = ({ scope }: StandingMode) => SCOPES.findIndex(({ kind }) => kind === scope.kind);
        expect(width(binding)).toBe(Math.min(...equals.map(width)));
      },
    ),
  );
});

test('the last word about a scope counts, even one stamped by a clock that is behind', () => {
  const modes = new TradingModes(ACCOUNT);
  modes.set(change(OWN, 'halted', { timeUs: 2_000 }));
  modes.set(change(OWN, 'reducing', { timeUs: 1_000 }));
  expect(modes.at(OWN)).toMatchObject({ mode: 'reducing', timeUs: 1_000 });
});

test('tightening never loosens, and says when nothing changes', () => {
  const modes = new TradingModes(ACCOUNT);
  expect(modes.tighten(limit(VENUE, 'reducing'))).toMatchObject({ mode: 'reducing', latched: false });
  expect(modes.tighten(limit(VENUE, 'reducing'))).toBeNull();
  expect(modes.tighten(limit(VENUE, 'reducing', true))).toMatchObject({ mode: 'reducing', latched: true });
  expect(modes.tighten(limit(VENUE, 'halted'))).toMatchObject({ mode: 'halted', latched: true });
  expect(modes.tighten(limit(VENUE, 'reducing', true))).toBeNull();
  expect(modes.at(VENUE)).toMatchObject({ mode: 'halted', latched: true });
});

test.each(['set', 'tighten'] as const)('a limit that finds no place binds the whole account: %s', (how) => {
  const modes = full();
  expect(modes.binding(REACH)).toBeNull();
  const standing = modes[how](limit({ kind: 'venue', venue: 'bybit' }, 'reducing'));
  expect(standing).toMatchObject({ scope: OWN, mode: 'reducing', by: 'Ada' });
  expect(standing?.reason).toBe('venue:bybit and 1024 other scopes are limited: because');
  expect(modes.binding(REACH)).toEqual(standing);
  expect(modes.set(change(OWN, 'active'))).toBeNull();
  expect(modes.binding(REACH)).toBeNull();
});

test('a limit that finds no place never loosens the account, and the account always has its place', () => {
  const modes = full();
  modes.set(change(OWN, 'halted', { reason: 'lunch' }));
  expect(modes.set(change(VENUE, 'reducing'))).toBeNull();
  expect(modes.at(OWN)).toMatchObject({ mode: 'halted', reason: 'lunch' });
  expect(modes.entries()).toHaveLength(LIMITED_SCOPES_MAX + 1);
  expect(modes.set(change({ kind: 'strategy', strategy: 's0' }, 'reducing'))).toMatchObject({
    scope: { kind: 'strategy', strategy: 's0' },
  });
});

test('state that was written as text and read back binds alike', () => {
  const modes = new TradingModes(ACCOUNT);
  // An event carries more than a limit does; only what a limit is must come back.
  const event = { ...change(INSTRUMENT, 'halted'), type: 'TradingModeChanged' };
  modes.set(event);
  const back = new TradingModes(ACCOUNT, JSON.parse(JSON.stringify(modes.entries())));
  expect(back.entries()).toEqual([limit(INSTRUMENT, 'halted')]);
  expect(back.binding(REACH)).toEqual(modes.binding(REACH));
});
