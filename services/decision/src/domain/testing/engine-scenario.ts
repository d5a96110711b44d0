import {
  accountId,
  Decimal,
  type Instrument,
  type InstrumentId,
  type InstrumentRules,
  instrumentId,
  type MarketState,
  type Position,
  positionId,
  rulesOf,
  signalId,
  strategyName,
  type TimeUs,
  type TradingConfig,
  US_PER_SECOND,
} from '@algo/model';
import { NAMED_STRATEGIES, parseTradingConfig } from '@algo/strategy';
import { exampleState } from '@algo/strategy/testing';
import type { DecisionInput } from '../decision-io.ts';
import type { DecisionSettings } from '../decision-settings.ts';

/** One account, two instruments, config_1's numbers: what the engine's tests start from. */
export const ACCOUNT = accountId('paper-main');
export const LTC = instrumentId('binance.spot.LTCUSDT');
export const BTC = instrumentId('binance.spot.BTCUSDT');
export const START_US: TimeUs = exampleState('long').timeUs;

export function instrumentOf(id: InstrumentId, rules: Partial<Instrument> = {}): Instrument {
  return {
    id,
    venue: 'binance',
    market: 'spot',
    symbol: 'LTCUSDT',
    base: 'LTC',
    quote: 'USDT',
    assetClass: 'regular',
    priceTick: Decimal.of('0.01'),
    quantityStep: Decimal.of('0.001'),
    minQuantity: Decimal.of('0.001'),
    minNotional: Decimal.of('5'),
    minNotionalBindsExits: true,
    ...rules,
  };
}

export function configOf(change: Partial<TradingConfig> = {}): TradingConfig {
  const config = parseTradingConfig(
    {
      name: 'scenario',
      timeframes: ['1m', '5m', '15m'],
      primary_timeframe: '1m',
      hold_duration_seconds: [30, 300],
      target_trades_per_hour: 10,
      risk_reward: 1.5,
      enabled_strategies: ['order_flow_scalping'],
      position_size_pct: 2,
      max_concurrent_positions: 3,
      initial_stop_pct: [0.2, 0.3],
      trailing_stop_pct: 0.5,
      take_profit_pct: [0.5, 1],
      min_win_rate: 0.6,
    },
    'scenario',
  );
  return { ...config, ...change };
}

export function settingsOf(change: Partial<DecisionSettings> = {}): DecisionSettings {
  return {
    account: ACCOUNT,
    instruments: new Map([LTC, BTC].map((id) => [id, instrumentOf(id)])),
    config: configOf(),
    strategies: NAMED_STRATEGIES,
    codeVersion: 'test-1',
    ...change,
  };
}

export function stateAt(seconds: number, change: Partial<MarketState> = {}): MarketState {
  return { ...exampleState('long'), timeUs: START_US + Math.round(seconds * US_PER_SECOND), ...change };
}

export function stateInput(seconds: number, change: Partial<MarketState> = {}): DecisionInput {
  return { type: 'MarketStateUpdated', state: stateAt(seconds, change) };
}

export function signalInput(
  seconds: number,
  change: Partial<MarketState> = {},
  name = `sig-${seconds}`.replace('.', '-'),
): DecisionInput {
  const state = stateAt(seconds, change);
  return { type: 'SignalGenerated', signal: { id: signalId(name), direction: 'long', state } };
}

export function equityInput(seconds: number, amount = '10000'): DecisionInput {
  return {
    type: 'EquityMarked',
    account: ACCOUNT,
    equity: Decimal.of(amount),
    realized: Decimal.zero,
    unrealized: Decimal.zero,
    drawdown: Decimal.zero,
    unvalued: [],
    timeUs: START_US + Math.round(seconds * US_PER_SECOND),
  };
}

function positionIn(instrument: InstrumentId, name: string, quantity: Decimal): Position {
  return {
    id: positionId(name),
    account: ACCOUNT,
    instrument,
    strategy: strategyName('order_flow_scalping'),
    direction: 'long',
    quantity,
    averagePrice: Decimal.of('100'),
    realized: Decimal.zero,
    fees: Decimal.zero,
    openedUs: START_US,
  };
}

export function openedInput(seconds: number, instrument: InstrumentId = LTC, name = 'pos-1'): DecisionInput {
  return {
    type: 'PositionOpened',
    position: positionIn(instrument, name, Decimal.one),
    stopPrice: Decimal.of('99.7'),
    timeUs: START_US + Math.round(seconds * US_PER_SECOND),
  };
}

export function closedInput(seconds: number, instrument: InstrumentId = LTC, name = 'pos-1'): DecisionInput {
  return {
    type: 'PositionClosed',
    position: positionIn(instrument, name, Decimal.zero),
    exitPrice: Decimal.of('100.5'),
    netPnl: Decimal.of('1'),
    returnPercent: Decimal.of('0.5'),
    reason: 'target',
    timeUs: START_US + Math.round(seconds * US_PER_SECOND),
  };
}

/** Returns that the exchange takes orders of LTC by other rules from now on. */
export function ruleChangeInput(change: Partial<InstrumentRules>): DecisionInput {
  const before = rulesOf(instrumentOf(LTC));
  const after = { ...before, ...change };
  const of = { feed: 'binance', instrument: LTC, timeUs: START_US };
  return { type: 'InstrumentChanged', ...of, before, after };
}
