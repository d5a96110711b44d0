import { accountId, type HaltScope, LIMITED_SCOPES_MAX, type TradingMode, US_PER_SECOND } from '@algo/model';
import { expect, test } from 'vitest';
import { ACCOUNT, BTC, d, ETH, PLAN, Scenario, SETTINGS } from './testing/position-risk-scenario.ts';

const OWN: HaltScope = { kind: 'account', account: ACCOUNT };
let commands = 0;
const set = (
  story: Scenario,
  mode: TradingMode,
  by = 'Ada',
  scope: HaltScope = OWN,
  commandId = `c-${++commands}`,
) => story.setMode(commandId, mode, by, scope);

/** Two longs, then a fall that takes 5 % of the account. */
function tripped(): Scenario {
  const story = new Scenario();
  const far = { ...PLAN, trailing: d('0.5'), stopPrice: d('100') };
  story.open('long', '1', '50000', far);
  story.open('long', '10', '2000', far, ETH);
  story.prices(ETH, [1, 2_000]);
  story.prices(BTC, [11, 45_000]);
  return story;
}

test('levels rise with the loss, and five percent closes everything and halts the account', () => {
  const story = new Scenario();
  const far = { ...PLAN, trailing: d('0.5'), stopPrice: d('100') };
  story.open('long', '1', '50000', far);
  story.prices(BTC, [11, 48_000], [22, 47_000], [33, 46_000], [44, 45_000]);
  const levels = story.log.filter((event) => event.type === 'DrawdownLevelChanged');
  const daily = levels.filter(({ measure }) => measure === 'daily');
  expect(daily.map(({ to }) => to)).toEqual(['alert', 'warning', 'critical', 'breaker']);
  const end = story.log.slice(-4).map(({ type }) => type);
  expect(end).toEqual(['DrawdownLevelChanged', 'ExitTriggered', 'ClosePosition', 'TradingModeChanged']);
  expect(story.log.at(-1)).toMatchObject({ scope: OWN, mode: 'halted', latched: true });
});

test('the breaker closes all positions, once', () => {
  const story = tripped();
  expect(story.commands.map(({ instrument, reason }) => [instrument, reason])).toEqual([
    [BTC, 'circuit_breaker'],
    [ETH, 'circuit_breaker'],
  ]);
  story.prices(BTC, [21, 44_000]);
  story.prices(ETH, [21, 1_900]);
  expect(story.commands.filter(({ attempt }) => attempt === 1)).toHaveLength(2);
});

test('a fill that lands after the breaker tripped is closed too', () => {
  const story = tripped();
  for (const command of story.commands)
    story.fill(story.obey(command, 12), 'sell', command.quantity.toString(), '45000', {
      id: command.instrument,
      seconds: 12,
    });
  expect(story.engine.books.positions()).toEqual([]);
  story.fill('late', 'buy', '1', '45000', { seconds: 13 });
  expect(story.commands.at(-1)).toMatchObject({ reason: 'circuit_breaker', instrument: BTC });
});

test('the halt outlives a restart and yields to no time, no recovery and no machine', () => {
  const story = tripped();
  story.restart();
  story.prices(BTC, [100, 60_000]);
  story.time(100_000);
  expect(set(story, 'reducing')).toMatchObject([{ mode: 'halted', latched: true }]);
  expect(() => set(story, 'active', '')).toThrow('by = ""');
  expect(() => set(story, 'active', 'engine:anything')).toThrow('not a person');
  expect(story.engine.account.modes()[0]).toMatchObject({ scope: OWN, mode: 'halted', latched: true });
});

test('a person lifts it, and drawdown counts from the equity of that moment', () => {
  const story = tripped();
  const out = set(story, 'active');
  expect(out.map(({ type }) => type)).toEqual(['EquityMarked', 'DrawdownLevelChanged', 'TradingModeChanged']);
  expect(out[1]).toMatchObject({ from: 'breaker', to: 'none' });
  expect(story.engine.account.modes()).toEqual([]);
  expect(story.prices(BTC, [22, 44_000]).filter(({ type }) => type === 'DrawdownLevelChanged')).toEqual([]);
});

test('a command that comes twice is obeyed once, so that an old release cannot lift a new halt', () => {
  const story = new Scenario();
  set(story, 'halted', 'Ada', OWN, 'halt-1');
  set(story, 'active', 'Ada', OWN, 'lift-1');
  set(story, 'halted', 'Ada', OWN, 'halt-2');
  story.restart();
  expect(set(story, 'active', 'Ada', OWN, 'lift-1')).toEqual([]);
  expect(story.engine.account.modes()).toMatchObject([{ mode: 'halted' }]);
});

test.each<[string, HaltScope]>([
  ['account', OWN],
  ['venue', { kind: 'venue', venue: 'binance' }],
  ['instrument', { kind: 'instrument', instrument: ETH }],
  ['strategy', { kind: 'strategy', strategy: 'hierarchical' }],
])('a halt of one %s stands across restarts until it is lifted', (_, scope) => {
  const story = new Scenario();
  expect(set(story, 'halted', 'Ada', scope)).toMatchObject([{ scope, mode: 'halted', by: 'Ada' }]);
  expect(set(story, 'halted', 'Bob', scope)).toMatchObject([{ scope, mode: 'halted', by: 'Ada' }]);
  story.restart();
  expect(set(story, 'reducing', 'Ada', scope)).toMatchObject([{ scope, mode: 'reducing' }]);
  expect(set(story, 'active', 'Ada', scope)).toMatchObject([{ scope, mode: 'active' }]);
  expect(set(story, 'active', 'Bob', scope)).toMatchObject([{ scope, mode: 'active', by: 'Bob' }]);
});

test('a halt of another account is not ours', () => {
  const story = new Scenario();
  expect(set(story, 'halted', 'Ada', { kind: 'account', account: accountId('other') })).toEqual([]);
  expect(story.engine.account.modes()).toEqual([]);
});

test('a latched limit yields to no person who only loosens it, and keeps its latch when tightened', () => {
  const story = new Scenario();
  story.fill('a', 'buy', '1', '50000', { trade: 't' });
  story.fill('a', 'buy', '2', '50000', { trade: 't' });
  const scope: HaltScope = { kind: 'instrument', instrument: BTC };
  expect(story.engine.account.modes()).toMatchObject([{ scope, mode: 'reducing', latched: true }]);
  expect(set(story, 'halted', 'Ada', scope)).toMatchObject([{ mode: 'halted', latched: true }]);
  expect(set(story, 'reducing', 'Ada', scope)).toMatchObject([{ mode: 'halted', latched: true }]);
  expect(set(story, 'active', 'Ada', scope)).toMatchObject([{ mode: 'active', by: 'Ada' }]);
});

test('when too many scopes are limited, a further halt is said of the whole account', () => {
  const story = new Scenario();
  const halt = (i: number) => set(story, 'halted', 'Ada', { kind: 'strategy', strategy: `s${i}` });
  for (let i = 0; i < LIMITED_SCOPES_MAX; i++) halt(i);
  expect(halt(LIMITED_SCOPES_MAX)).toMatchObject([
    { type: 'TradingModeChanged', scope: OWN, mode: 'halted' },
  ]);
  expect(halt(LIMITED_SCOPES_MAX + 1)).toMatchObject([{ scope: OWN, mode: 'halted' }]);
  expect(set(story, 'active')).toMatchObject([{ scope: OWN, mode: 'active' }]);
  expect(story.engine.account.modes()).toHaveLength(LIMITED_SCOPES_MAX);
});

test('two remnants too small to sell are written off once each when the first one trips the breaker', () => {
  const story = new Scenario({ ...SETTINGS, startingEquity: d('1') });
  const far = { ...PLAN, trailing: d('0.5'), stopPrice: d('100'), holdMaxUs: 5 * US_PER_SECOND };
  story.open('long', '0.0005', '50000', far);
  story.open('long', '0.0005', '2000', { ...far, holdMaxUs: 100 * US_PER_SECOND }, ETH);
  story.prices(ETH, [1, 1_800]);
  story.time(5);
  const closed = story.log.filter((event) => event.type === 'PositionClosed');
  expect(closed.map(({ position, reason }) => [position.instrument, reason])).toEqual([
    [BTC, 'hold_time'],
    [ETH, 'circuit_breaker'],
  ]);
  expect(story.log.filter((event) => event.type === 'TradingModeChanged')).toHaveLength(1);
});

test('a contradiction that execution met stops an instrument’s entries until a person resumes it', () => {
  const story = new Scenario();
  const scope: HaltScope = { kind: 'instrument', instrument: BTC };
  story.time(1);
  expect(story.quarantined(3)).toMatchObject([
    { type: 'TradingModeChanged', scope, mode: 'reducing', latched: true, reason: 'overfill: 11 of 10' },
  ]);
  expect(story.quarantined(4)).toEqual([]);
  expect(set(story, 'active', 'Ada', scope)).toMatchObject([
    { type: 'TradingModeChanged', scope, mode: 'active' },
  ]);
});
