import {
  accountId,
  Decimal,
  type Decision,
  type HaltScope,
  hashId,
  type Instrument,
  instrumentId,
  type PlaceOrder,
  REFUSAL_CODES,
  type RefusalCode,
  strategyName,
  type TradingMode,
} from '@algo/model';
import { configurationHash, defineStrategy, NAMED_STRATEGIES } from '@algo/strategy';
import { exampleState, withFeature, withStructure } from '@algo/strategy/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { DecisionEngine } from './decision-engine.ts';
import type { DecisionInput, DecisionOutput } from './decision-io.ts';
import {
  ACCOUNT,
  BTC,
  closedInput,
  configOf,
  equityInput,
  instrumentOf,
  LTC,
  openedInput,
  START_US,
  settingsOf,
  signalInput,
  stateInput,
} from './testing/engine-scenario.ts';

function feed(engine: DecisionEngine, ...inputs: DecisionInput[]): DecisionOutput[] {
  return inputs.flatMap((input) => engine.handle(input));
}

function decisionsOf(outputs: readonly DecisionOutput[]): Decision[] {
  return outputs.flatMap((output) => (output.type === 'DecisionMade' ? [output.decision] : []));
}

function ordersOf(outputs: readonly DecisionOutput[]): PlaceOrder[] {
  return outputs.flatMap((output) => (output.type === 'PlaceOrder' ? [output] : []));
}

function codesOf(outputs: readonly DecisionOutput[]): (RefusalCode | 'accepted')[] {
  return decisionsOf(outputs).map((decision) =>
    decision.outcome.type === 'accepted' ? 'accepted' : decision.outcome.code,
  );
}

function halt(scope: HaltScope, mode: TradingMode): DecisionInput {
  return {
    type: 'TradingModeChanged',
    scope,
    mode,
    ...{ reason: 'test', by: 'someone', latched: true, commandId: null },
    timeUs: START_US,
  };
}

function withStrategies(names: readonly string[]) {
  return settingsOf({ config: configOf({ strategies: names.map(strategyName) }) });
}

test('an accepted signal is a full record, the news of high confluence, and one order', () => {
  const engine = new DecisionEngine(settingsOf());
  const outputs = feed(engine, equityInput(0), signalInput(1));
  expect(outputs.map((output) => output.type)).toEqual(['DecisionMade', 'ConvictionHigh', 'PlaceOrder']);
  const [decision] = decisionsOf(outputs);
  const [order] = ordersOf(outputs);
  const id = hashId('decision', ACCOUNT, 'order_flow_scalping', LTC, 'sig-1', configurationHash(configOf()));
  expect(order).toMatchObject({
    commandId: hashId('place', id),
    decision: id,
    strategy: 'order_flow_scalping',
    account: ACCOUNT,
    instrument: LTC,
    direction: 'long',
    orderType: 'limit',
    timeInForce: 'ioc',
    timeUs: START_US + 1_000_000,
    expiresUs: START_US + 6_000_000,
    plan: { holdMaxUs: 300_000_000 },
  });
  expect(
    [order?.quantity, order?.limitPrice, order?.plan.stopPrice, order?.plan.targetPrice].map(String),
  ).toEqual(['2', '100.05', '99.7', '101']);
  expect(String(order?.plan.trailing)).toBe('0.005');
  expect(decision).toMatchObject({
    id,
    signal: 'sig-1',
    configuration: 'scenario',
    configurationHash: configurationHash(configOf()),
    direction: 'long',
    level: 4,
    confluence: 8,
    confluenceMax: 8,
    conviction: 'high',
    outcome: { type: 'accepted', commandId: order?.commandId },
  });
  expect(decision?.checks.map((check) => check.name)).toEqual([
    'primary.order_flow',
    'primary.microstructure',
    'confluence.market_profile',
    'confluence.mean_reversion',
    'confluence.autocorrelation',
    'confluence.entry_zone',
    'confluence.target_zone',
    'confluence.fair_value_gap',
    'confluence',
    'guard.trading_mode',
    'guard.complete_data',
    'guard.price',
    'guard.age_seconds',
    'guard.free_instrument',
    'guard.cool_down_seconds',
    'guard.positions',
    'guard.equity',
    'plan.limit_price',
    'plan.stop_price',
    'plan.target_price',
    'size.quantity',
    'size.notional',
  ]);
  expect(decision?.checks.every((check) => check.passed !== false)).toBe(true);
});

const NOTHING = { features: [], profiles: [] };
const ON_SIGNALS = { trigger: 'signal', parameters: z.object({}), reads: () => NOTHING } as const;
const broken = defineStrategy({
  name: 'broken',
  ...ON_SIGNALS,
  evaluate() {
    throw new Error('no such field');
  },
});
const NO_ZONES = { structures: withStructure(exampleState('long'), { zones: [] }).structures };
const NO_GAPS = { structures: withStructure(exampleState('long'), { gaps: [] }).structures };
const NO_BOUNCE = { bars: withFeature(exampleState('long'), '1m', 'volume_spike', 0).bars };

const nowhere = defineStrategy({
  name: 'nowhere',
  ...ON_SIGNALS,
  evaluate: () => ({
    type: 'proposal',
    direction: 'long',
    level: 4,
    confluence: null,
    checks: () => [],
    entryScore: 1,
    stopPrice: Number.NaN,
  }),
});

function rulesFor(rules: Partial<Instrument>) {
  return settingsOf({ instruments: new Map([[LTC, instrumentOf(LTC, rules)]]) });
}

const everyRefusal: readonly (readonly [string, RefusalCode, DecisionEngine, readonly DecisionInput[]])[] = [
  [
    'no zone in the hierarchy',
    'ZONE',
    new DecisionEngine(withStrategies(['hierarchical'])),
    [stateInput(1, NO_ZONES)],
  ],
  [
    'no cascade',
    'CASCADE',
    new DecisionEngine(withStrategies(['hierarchical'])),
    [stateInput(1, { flow: [] })],
  ],
  ['no bounce', 'BOUNCE', new DecisionEngine(withStrategies(['hierarchical'])), [stateInput(1, NO_BOUNCE)]],
  [
    'primaries apart',
    'PRIMARY_DISAGREE',
    new DecisionEngine(settingsOf()),
    [signalInput(1, { microstructure: null })],
  ],
  [
    'too few points',
    'CONFLUENCE',
    new DecisionEngine(settingsOf()),
    [signalInput(1, { bars: [], structures: [] })],
  ],
  [
    'a strategy that throws',
    'STRATEGY',
    new DecisionEngine({ ...withStrategies(['broken']), strategies: [broken] }),
    [signalInput(1)],
  ],
  [
    'a stop that is no price',
    'STRATEGY',
    new DecisionEngine({ ...withStrategies(['nowhere']), strategies: [nowhere] }),
    [signalInput(1)],
  ],
  [
    'the account halted',
    'HALTED',
    new DecisionEngine(settingsOf()),
    [halt({ kind: 'account', account: ACCOUNT }, 'halted'), signalInput(1)],
  ],
  [
    'the account reducing',
    'HALTED',
    new DecisionEngine(settingsOf()),
    [halt({ kind: 'account', account: ACCOUNT }, 'reducing'), signalInput(1)],
  ],
  [
    'the venue halted',
    'HALTED',
    new DecisionEngine(settingsOf()),
    [halt({ kind: 'venue', venue: 'binance' }, 'halted'), signalInput(1)],
  ],
  [
    'the instrument halted',
    'HALTED',
    new DecisionEngine(settingsOf()),
    [halt({ kind: 'instrument', instrument: LTC }, 'halted'), signalInput(1)],
  ],
  [
    'the strategy halted',
    'HALTED',
    new DecisionEngine(settingsOf()),
    [halt({ kind: 'strategy', strategy: 'order_flow_scalping' }, 'reducing'), signalInput(1)],
  ],
  [
    'a gap in the data',
    'DEGRADED_DATA',
    new DecisionEngine(settingsOf()),
    [signalInput(1, { complete: false })],
  ],
  [
    'a state 2.1 s behind another instrument',
    'STALE_STATE',
    new DecisionEngine(settingsOf()),
    [stateInput(3.1, { instrument: BTC }), signalInput(1)],
  ],
  ['an open position', 'POSITION_OPEN', new DecisionEngine(settingsOf()), [openedInput(0), signalInput(1)]],
  [
    'a pending entry',
    'POSITION_OPEN',
    new DecisionEngine(settingsOf()),
    [equityInput(0), signalInput(1), signalInput(15.9)],
  ],
  [
    'a close less than 60 s ago',
    'COOL_DOWN',
    new DecisionEngine(settingsOf()),
    [openedInput(0), closedInput(1), signalInput(60.9)],
  ],
  [
    'the last place taken by a position',
    'POSITION_LIMIT',
    new DecisionEngine(settingsOf({ config: configOf({ maxConcurrentPositions: 1 }) })),
    [openedInput(0, BTC), signalInput(1)],
  ],
  [
    'the last place taken by a pending entry',
    'POSITION_LIMIT',
    new DecisionEngine(settingsOf({ config: configOf({ maxConcurrentPositions: 1 }) })),
    [equityInput(0), signalInput(0, { instrument: BTC }), signalInput(1)],
  ],
  ['no equity mark', 'NO_EQUITY', new DecisionEngine(settingsOf()), [signalInput(1)]],
  ['equity of nothing', 'NO_EQUITY', new DecisionEngine(settingsOf()), [equityInput(0, '0'), signalInput(1)]],
  [
    'less than the least quantity',
    'SIZE_TOO_SMALL',
    new DecisionEngine(rulesFor({ minQuantity: Decimal.of('2.001') })),
    [equityInput(0), signalInput(1)],
  ],
  [
    'less than the least notional',
    'SIZE_TOO_SMALL',
    new DecisionEngine(rulesFor({ minNotional: Decimal.of('200.01') })),
    [equityInput(0), signalInput(1)],
  ],
  [
    'a tick wider than the stop',
    'NOT_CONFIGURED',
    new DecisionEngine(rulesFor({ priceTick: Decimal.of('1') })),
    [equityInput(0), signalInput(1)],
  ],
];

test.each(everyRefusal)('refuses on %s: %s', (_name, code, engine, inputs) => {
  const outputs = feed(engine, ...inputs);
  const last = decisionsOf(outputs).at(-1);
  expect(codesOf(outputs).at(-1)).toBe(code);
  expect(last?.outcome).toMatchObject({ type: 'refused', detail: expect.stringMatching(/./) });
  expect(last?.level).toBeGreaterThanOrEqual(2);
  expect(outputs.at(-1)?.type).not.toBe('PlaceOrder');
});

test('every code is reached above, but REGIME, which is only counted, and that of untraded.test.ts', () => {
  const reached = new Set<RefusalCode>(everyRefusal.map(([, code]) => code));
  expect(REFUSAL_CODES.filter((code) => !reached.has(code))).toEqual(['REGIME', 'INSTRUMENT_SHUT']);
});

test('what ends below level 2 is counted and not published', () => {
  const engine = new DecisionEngine(withStrategies(['hierarchical', 'bid_ask_bounce']));
  const quiet = { bars: [], microstructure: null };
  expect(feed(engine, stateInput(0, quiet), stateInput(1, quiet), stateInput(1.5, quiet))).toEqual([]);
  expect(engine.snapshot().refusals).toEqual([
    { instrument: LTC, level: 1, code: 'REGIME', count: 2 },
    { instrument: LTC, level: 1, code: 'STRATEGY', count: 2 },
  ]);
});

test('an instrument outside the configuration is counted; one without trading rules as well', () => {
  const engine = new DecisionEngine(settingsOf({ config: configOf({ instruments: [BTC] }) }));
  const unknown = instrumentId('binance.spot.DOGEUSDT');
  expect(feed(engine, equityInput(0), signalInput(1), signalInput(2, { instrument: unknown }))).toEqual([]);
  expect(engine.snapshot()).toMatchObject({
    refusals: [{ instrument: LTC, level: 1, code: 'NOT_CONFIGURED', count: 1 }],
    unknownInstruments: 1,
  });
});

test.each([
  ['exactly 2 s behind', [stateInput(3, { instrument: BTC }), signalInput(1)]],
  ['15 s after an entry that nobody reported on', [signalInput(1), signalInput(16.1)]],
  ['60 s after the close', [openedInput(0), closedInput(1), signalInput(61)]],
  [
    'after the halt was lifted',
    [
      halt({ kind: 'venue', venue: 'binance' }, 'halted'),
      halt({ kind: 'venue', venue: 'binance' }, 'active'),
      signalInput(1),
    ],
  ],
  [
    'while another account, venue, instrument and strategy are halted',
    [
      halt({ kind: 'account', account: accountId('other') }, 'halted'),
      halt({ kind: 'venue', venue: 'bybit' }, 'halted'),
      halt({ kind: 'instrument', instrument: BTC }, 'halted'),
      halt({ kind: 'strategy', strategy: 'hierarchical' }, 'halted'),
      signalInput(1),
    ],
  ],
] as const)('accepts %s', (_name, inputs) => {
  expect(codesOf(feed(new DecisionEngine(settingsOf()), equityInput(0), ...inputs)).at(-1)).toBe('accepted');
});

test('a repeated signal does nothing, and is counted', () => {
  const engine = new DecisionEngine(settingsOf());
  expect(feed(engine, equityInput(0), signalInput(1)).length).toBe(3);
  expect(feed(engine, signalInput(1))).toEqual([]);
  expect(feed(engine, signalInput(100, {}, 'sig-1'))).toEqual([]);
  expect(engine.snapshot().repeatedSignals).toBe(2);
});

test('a strategy on states runs once a second and repeats a refusal once a minute or when it changes', () => {
  const engine = new DecisionEngine(withStrategies(['hierarchical']));
  const far = NO_ZONES;
  const flat = { flow: [] };
  const published: [number, string][] = [];
  for (let step = 0; step <= 1300; step++) {
    const seconds = step / 10;
    const outputs = feed(engine, stateInput(seconds, seconds >= 90 && seconds < 91 ? flat : far));
    for (const code of codesOf(outputs)) published.push([seconds, code]);
  }
  expect(published).toEqual([
    [0, 'ZONE'],
    [60, 'ZONE'],
    [90, 'CASCADE'],
    [91, 'ZONE'],
  ]);
  expect(engine.snapshot().refusals).toEqual([{ instrument: LTC, level: 2, code: 'ZONE', count: 127 }]);
});

test('an accepted entry ends the repeating: the same refusal afterwards is published again', () => {
  const engine = new DecisionEngine(withStrategies(['hierarchical']));
  const far = NO_ZONES;
  const outputs = feed(
    engine,
    equityInput(0),
    stateInput(1, far),
    stateInput(2),
    stateInput(3, far),
    stateInput(4, far),
  );
  expect(codesOf(outputs)).toEqual(['ZONE', 'accepted', 'ZONE']);
});

test('the newest equity mark sizes the entry, whatever order marks arrive in', () => {
  const engine = new DecisionEngine(settingsOf());
  const outputs = feed(engine, equityInput(1, '5000'), equityInput(0, '10000'), signalInput(2));
  expect(ordersOf(outputs).map((order) => String(order.quantity))).toEqual(['1']);
});

test('a position that fills a pending entry counts once', () => {
  const engine = new DecisionEngine(settingsOf({ config: configOf({ maxConcurrentPositions: 2 }) }));
  const outputs = feed(
    engine,
    equityInput(0),
    signalInput(1),
    openedInput(2),
    signalInput(3, { instrument: BTC }),
  );
  expect(codesOf(outputs)).toEqual(['accepted', 'accepted']);
});

test('of two strategies on one state the first takes the instrument', () => {
  const engine = new DecisionEngine(withStrategies(['supply_demand_bounce', 'hierarchical']));
  const outputs = feed(engine, equityInput(0), stateInput(1));
  expect(codesOf(outputs)).toEqual(['accepted', 'POSITION_OPEN']);
  expect(ordersOf(outputs).map((order) => order.strategy)).toEqual(['supply_demand_bounce']);
});

test('a new configuration counts from the next input on, and a broken one leaves the old in force', () => {
  const engine = new DecisionEngine(settingsOf());
  const strict = configOf({ name: 'strict', minConfluence: 8 });
  const poor = NO_GAPS;
  const activate = (config: ReturnType<typeof configOf>): DecisionInput => ({
    type: 'ConfigurationActivated',
    config,
    timeUs: START_US,
  });
  feed(engine, equityInput(0), activate(strict));
  const [decision] = decisionsOf(feed(engine, signalInput(1, poor)));
  expect(decision).toMatchObject({ configuration: 'strict', configurationHash: configurationHash(strict) });
  expect(decision?.outcome).toMatchObject({ code: 'CONFLUENCE' });
  expect(() => engine.handle(activate(configOf({ strategies: [strategyName('absent')] })))).toThrow(/absent/);
  expect(decisionsOf(feed(engine, signalInput(2, poor)))[0]?.configuration).toBe('strict');
});

test('a halt or configuration with a clock ahead does not make the market stale', () => {
  const engine = new DecisionEngine(settingsOf());
  const ahead = START_US + 3_600_000_000;
  const lifted = halt({ kind: 'account', account: ACCOUNT }, 'active');
  if (lifted.type !== 'TradingModeChanged') throw new Error('not a halt');
  feed(engine, equityInput(0), { ...lifted, timeUs: ahead });
  feed(engine, { type: 'ConfigurationActivated', config: configOf(), timeUs: ahead });
  expect(codesOf(feed(engine, signalInput(1)))).toEqual(['accepted']);
});

test('positions and equity of another account are not ours', () => {
  const engine = new DecisionEngine(settingsOf({ account: accountId('other') }));
  expect(codesOf(feed(engine, equityInput(0), openedInput(0), signalInput(1)))).toEqual(['NO_EQUITY']);
});

test('every named strategy can be enabled together', () => {
  const engine = new DecisionEngine(withStrategies(NAMED_STRATEGIES.map((strategy) => strategy.name)));
  const outputs = feed(engine, equityInput(0), stateInput(1), signalInput(1));
  expect(decisionsOf(outputs).map((decision) => decision.strategy)).toEqual([
    'bid_ask_bounce',
    'supply_demand_bounce',
    'hierarchical',
    'order_flow_scalping',
  ]);
});
