import { InputError } from '@algo/model';
import { expect, test } from 'vitest';
import { configurationHash } from './configuration-hash.ts';
import { parseTradingConfig, TradingConfigError } from './trading-config-schema.ts';

const good = {
  name: 'mine',
  timeframes: ['15m', '1m', '5m'],
  primary_timeframe: '1m',
  hold_duration_seconds: [30, 300],
  target_trades_per_day: 20,
  risk_reward: 1.5,
  enabled_strategies: ['order_flow_scalping'],
  position_size_pct: 0.7,
  max_concurrent_positions: 3,
  initial_stop_pct: [0.2, 0.3],
  trailing_stop_pct: 0.5,
  take_profit_pct: [0.5, 1],
  min_win_rate: 0.6,
};

function violationsOf(document: unknown): readonly string[] {
  try {
    parseTradingConfig(document, 'mine.yaml');
  } catch (error) {
    if (error instanceof TradingConfigError) return error.violations.map((violation) => violation.field);
    throw error;
  }
  return [];
}

test('turns percent into shares without stray digits, sorts timeframes and fills in defaults', () => {
  expect(parseTradingConfig(good, 'mine.yaml')).toEqual({
    name: 'mine',
    description: '',
    timeframes: ['1m', '5m', '15m'],
    primaryTimeframe: '1m',
    holdSeconds: [30, 300],
    targetTrades: { count: 20, per: 'day' },
    riskReward: 1.5,
    strategies: ['order_flow_scalping'],
    positionSize: 0.007,
    maxConcurrentPositions: 3,
    initialStop: [0.002, 0.003],
    trailingStop: 0.005,
    takeProfit: [0.005, 0.01],
    minWinRate: 0.6,
    ruleSet: 'classic',
    minConfluence: 3,
    postOnly: false,
    tradeOnIncomplete: false,
    instruments: [],
  });
});

test.each([
  ['an unknown rule set', { rule_set: 'wild' }, ['rule_set']],
  ['a time in force of no entry', { entry_time_in_force: 'gtc' }, ['entry_time_in_force']],
  ['an unknown key', { leverage: 10 }, ['leverage']],
  ['a misspelt instrument', { instruments: ['LTCUSDT'] }, ['instruments.0']],
  ['both trade targets', { target_trades_per_hour: 10 }, ['target_trades_per_hour']],
  ['no trade target', { target_trades_per_day: undefined }, ['target_trades_per_hour']],
  ['a range upside down', { initial_stop_pct: [0.3, 0.2] }, ['initial_stop_pct']],
  ['a stop of nothing', { initial_stop_pct: [0, 0.2] }, ['initial_stop_pct.0']],
  ['a primary timeframe outside the list', { primary_timeframe: '15s' }, ['primary_timeframe']],
  [
    'a primary timeframe without order flow',
    { timeframes: ['1m', '1h'], primary_timeframe: '1h' },
    ['primary_timeframe'],
  ],
  ['a timeframe twice', { timeframes: ['1m', '1m'] }, ['timeframes']],
  ['targets under the ratio', { take_profit_pct: [0.1, 0.44] }, ['take_profit_pct']],
  ['a win rate in percent', { min_win_rate: 60 }, ['min_win_rate']],
  ['more points than there are', { min_confluence: 8.1 }, ['min_confluence']],
  ['a size above the equity', { position_size_pct: 101 }, ['position_size_pct']],
  ['a number that is text', { risk_reward: '1.5' }, ['risk_reward']],
  ['an infinite number', { trailing_stop_pct: Number.POSITIVE_INFINITY }, ['trailing_stop_pct']],
  ['no strategy', { enabled_strategies: [] }, ['enabled_strategies']],
] as const)('refuses %s', (_name, change, fields) => {
  expect(violationsOf({ ...good, ...change })).toEqual(fields);
});

test('entries are post-only where the configuration says so, and a wrong word says what to write', () => {
  expect(parseTradingConfig({ ...good, entry_time_in_force: 'post_only' }, 'mine.yaml').postOnly).toBe(true);
  expect(parseTradingConfig({ ...good, entry_time_in_force: 'ioc' }, 'mine.yaml').postOnly).toBe(false);
  expect(() => parseTradingConfig({ ...good, entry_time_in_force: 'maker' }, 'mine.yaml')).toThrow(
    /entry_time_in_force = "maker": .*Write ioc .* or post_only/,
  );
});

test('lists every violation at once, those between fields included, with field, value and remedy', () => {
  const bad = {
    ...good,
    name: 'two words',
    position_size_pct: -1,
    rule_set: 'robuster',
    primary_timeframe: '15s',
    colour: 'red',
    take_profit_pct: [0.1, 0.2],
  };
  expect([...violationsOf(bad)].sort()).toEqual(
    ['colour', 'name', 'position_size_pct', 'primary_timeframe', 'rule_set', 'take_profit_pct'].sort(),
  );
  expect(() => parseTradingConfig(bad, 'mine.yaml')).toThrow(InputError);
  expect(() => parseTradingConfig(bad, 'mine.yaml')).toThrow(
    /mine\.yaml.*6 violations.*position_size_pct = -1: .*percent of equity/s,
  );
});

test('lists every missing field of an empty document', () => {
  const required = Object.keys(good).filter((key) => key !== 'target_trades_per_day');
  expect([...violationsOf({})].sort()).toEqual([...required, 'target_trades_per_hour'].sort());
});

test.each([null, 'text', 3, [good]])('refuses %j as a document', (document) => {
  expect(violationsOf(document)).toEqual(['document']);
});

test('the hash names what a configuration says, not how its keys stand', () => {
  const config = parseTradingConfig({ ...good, instruments: ['a.spot.X', 'a.spot.Y'] }, 'mine.yaml');
  const turned = parseTradingConfig(
    Object.fromEntries(Object.entries({ ...good, instruments: ['a.spot.Y', 'a.spot.X'] }).reverse()),
    'mine.yaml',
  );
  expect(configurationHash(turned)).toBe(configurationHash(config));
  expect(configurationHash({ ...config, minConfluence: 3.5 })).not.toBe(configurationHash(config));
  for (const change of [{ postOnly: true }, { tradeOnIncomplete: true }])
    expect(configurationHash({ ...config, ...change })).not.toBe(configurationHash(config));
  expect(configurationHash({ ...config, holdSeconds: [30, 301] })).not.toBe(configurationHash(config));
});
