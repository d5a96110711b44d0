import { openSnapshot, sealSnapshot, strategyName } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecisionEngine } from './decision-engine.ts';
import type { DecisionInput } from './decision-io.ts';
import type { DecisionState } from './decision-state.ts';
import {
  BTC,
  closedInput,
  configOf,
  equityInput,
  LTC,
  openedInput,
  START_US,
  settingsOf,
  signalInput,
  stateInput,
} from './testing/engine-scenario.ts';

const CONFIG = configOf({
  strategies: ['hierarchical', 'order_flow_scalping', 'bid_ask_bounce'].map(strategyName),
});
const settings = settingsOf({ config: CONFIG });

const changes = fc.constantFrom(
  {},
  { zones: [] },
  { flow: [] },
  { complete: false },
  { bars: [] },
  { microstructure: null },
  { session: null, gaps: [] },
);
const instrument = fc.constantFrom(LTC, BTC);

/** One input at a time that the walk below gives it. */
const step: fc.Arbitrary<(seconds: number) => DecisionInput> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(changes, instrument).map(
      ([change, of]) =>
        (at: number) =>
          stateInput(at, { ...change, instrument: of }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(changes, instrument).map(
      ([change, of]) =>
        (at: number) =>
          signalInput(at, { ...change, instrument: of }),
    ),
  },
  { weight: 1, arbitrary: fc.constant((at: number) => signalInput(at, {}, 'sig-same')) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('10000', '3', '0').map((amount) => (at: number) => equityInput(at, amount)),
  },
  {
    weight: 1,
    arbitrary: instrument.map((of) => (at: number) => openedInput(at, of, `pos-${of.slice(-7)}`)),
  },
  {
    weight: 1,
    arbitrary: instrument.map((of) => (at: number) => closedInput(at, of, `pos-${of.slice(-7)}`)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('active' as const, 'halted' as const).map(
      (mode) => (): DecisionInput => ({
        type: 'TradingModeChanged',
        scope: { kind: 'instrument', instrument: LTC },
        mode,
        reason: 'test',
        by: 'someone',
        latched: false,
        commandId: null,
        timeUs: START_US,
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(3, 8).map(
      (minConfluence) =>
        (at: number): DecisionInput => ({
          type: 'ConfigurationActivated',
          config: { ...CONFIG, minConfluence },
          timeUs: START_US + at,
        }),
    ),
  },
);

// Walks begin with equity, so that many of them get as far as an order.
const walk = fc.array(fc.tuple(step, fc.constantFrom(0, 0.3, 1, 5, 30)), { maxLength: 60 }).map((steps) => {
  let seconds = 0;
  const rest = steps.map(([make, wait]) => {
    seconds += wait;
    return make(seconds);
  });
  return [equityInput(0), ...rest];
});

function sealedAndOpened(state: DecisionState): DecisionState {
  return openSnapshot('decision', 1, sealSnapshot('decision', 1, state));
}

function told(outputs: unknown): string {
  return JSON.stringify(outputs);
}

test('restored at any point is as if never stopped, and the same inputs give the same outputs', () => {
  let accepted = 0;
  fc.assert(
    fc.property(walk, fc.nat(60), (inputs, at) => {
      const whole = new DecisionEngine(settings);
      const again = new DecisionEngine(settings);
      let split = new DecisionEngine(settings);
      inputs.forEach((input, index) => {
        if (index === at) split = DecisionEngine.restore(settings, sealedAndOpened(split.snapshot()));
        const outputs = told(whole.handle(input));
        if (outputs.includes('PlaceOrder')) accepted++;
        expect(told(split.handle(input))).toBe(outputs);
        expect(told(again.handle(input))).toBe(outputs);
      });
      expect(split.snapshot()).toEqual(whole.snapshot());
      expect(split.snapshot()).toEqual(whole.snapshot());
    }),
    { numRuns: 150, seed: 20251122 },
  );
  expect(accepted).toBeGreaterThan(50);
});

test('ids never repeat for different causes', () => {
  fc.assert(
    fc.property(walk, (inputs) => {
      const engine = new DecisionEngine(settings);
      const ids = inputs
        .flatMap((input) => engine.handle(input))
        .flatMap((output) => (output.type === 'DecisionMade' ? [output.decision.id] : []));
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 50, seed: 7 },
  );
});

test.each([
  ['that was changed by hand', { ...CONFIG, positionSize: 1 }],
  ['that is none', {} as typeof CONFIG],
])('refuses a state with a configuration %s', (_name, config) => {
  const state = { ...new DecisionEngine(settings).snapshot(), config };
  expect(() => DecisionEngine.restore(settings, state)).toThrow(
    expect.objectContaining({ name: 'InputError' }),
  );
});
