import { readFileSync } from 'node:fs';
import { NAMED_STRATEGIES, parseTradingConfig } from '@algo/strategy';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { enabledStrategies } from './run-strategy.ts';

function load(name: string) {
  const file = new URL(`../../../../config/trading/${name}.yaml`, import.meta.url);
  return parseTradingConfig(parse(readFileSync(file, 'utf8')), `${name}.yaml`);
}

test('config_1 is ultra-short scalping', () => {
  expect(load('config_1')).toEqual({
    name: 'config_1',
    description: 'Ultra-Short Scalping',
    timeframes: ['1m', '5m', '15m'],
    primaryTimeframe: '1m',
    holdSeconds: [30, 300],
    targetTrades: { count: 10, per: 'hour' },
    riskReward: 1.5,
    strategies: ['hierarchical', 'order_flow_scalping', 'bid_ask_bounce'],
    positionSize: 0.02,
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

test('config_2 is micro-trend following', () => {
  expect(load('config_2')).toEqual({
    name: 'config_2',
    description: 'Micro-Trend Following',
    timeframes: ['1m', '15m', '1h'],
    primaryTimeframe: '1m',
    holdSeconds: [300, 900],
    targetTrades: { count: 20, per: 'day' },
    riskReward: 2,
    strategies: ['hierarchical', 'supply_demand_bounce', 'order_flow_scalping'],
    positionSize: 0.03,
    maxConcurrentPositions: 2,
    initialStop: [0.005, 0.008],
    trailingStop: 0.005,
    takeProfit: [0.01, 0.02],
    minWinRate: 0.5,
    ruleSet: 'classic',
    minConfluence: 3,
    postOnly: false,
    tradeOnIncomplete: false,
    instruments: [],
  });
});

test('config_3 is config_2 by the robust rules', () => {
  const named = { name: 'config_3', description: 'Robust Trend', ruleSet: 'robust' };
  expect(load('config_3')).toEqual({ ...load('config_2'), ...named });
});

test.each(['config_1', 'config_2', 'config_3'])(
  '%s enables only strategies that come with the engine',
  (name) => {
    const config = load(name);
    expect(enabledStrategies(config, NAMED_STRATEGIES).map((strategy) => strategy.name)).toEqual(
      config.strategies,
    );
  },
);
