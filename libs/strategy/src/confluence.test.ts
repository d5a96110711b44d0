import type { Direction, MarketState, Regime, Zone } from '@algo/model';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CONFLUENCE_MAX, convictionOf, scoreConfluence } from './confluence.ts';
import { exampleState } from './testing/example-state.ts';

const config = { timeframes: ['1m', '5m', '15m'], primaryTimeframe: '1m' } as const;

function pointsOf(filter: string, state: MarketState, direction: Direction): number | null | undefined {
  const { checks } = scoreConfluence(state, direction, config);
  return checks.find((check) => check.name === `confluence.${filter}`)?.points;
}

function withPrimary(state: MarketState, change: Partial<Regime>): MarketState {
  return {
    ...state,
    regimes: state.regimes.map((regime) => (regime.timeframe === '1m' ? { ...regime, ...change } : regime)),
  };
}

test.each(['long', 'short'] as const)('a perfect %s scores 8.0 of 8.0', (direction) => {
  const score = scoreConfluence(exampleState(direction), direction, config);
  expect(score).toMatchObject({ points: 8, pointsMax: 8, share: 1, conviction: 'high' });
  expect(score.checks.map((check) => check.pointsMax)).toEqual([1.5, 1.5, 1, 2, 0.5, 1.5]);
});

test('the worked example: touched once, −1.5 σ, no gap is 4.75, 59.4 %, low', () => {
  const state = withPrimary({ ...exampleState('long'), gaps: [] }, { deviation: -1.5 });
  const zones = state.zones.map((zone) => ({ ...zone, touches: 1 }));
  expect(scoreConfluence({ ...state, zones }, 'long', config)).toMatchObject({
    points: 4.75,
    share: 0.59375,
    conviction: 'low',
  });
});

test.each([
  ['at the low', 100, 1.5],
  ['5 % of the width above the low', 100.25, 1.5],
  ['5 % of the width below the low', 99.75, 1.5],
  ['just over 5 % above, inside', 100.26, 0.5],
  ['just over 5 % below, outside', 99.74, 0],
  ['at the far edge, inside', 105, 0.5],
  ['past the far edge', 105.01, 0],
])('market profile, long, value area 100–105: %s', (_name, price, points) => {
  const state = exampleState('long');
  const session = { ...state.session!, valueAreaLow: 100, valueAreaHigh: 105 };
  expect(pointsOf('market_profile', { ...state, price, session }, 'long')).toBe(points);
});

test('a value area without width, or none, adds nothing and says so', () => {
  const state = exampleState('long');
  for (const session of [null, { ...state.session!, valueAreaLow: 100, valueAreaHigh: 100 }]) {
    const [check] = scoreConfluence({ ...state, session }, 'long', config).checks;
    expect(check).toMatchObject({ points: 0, value: null });
    expect(check?.note).toContain('not available');
  }
});

test.each([
  [-2.01, 'long', 1.5],
  [-2, 'long', 0.75],
  [-1.01, 'long', 0.75],
  [-1, 'long', 0],
  [2.5, 'long', 0],
  [2.01, 'short', 1.5],
  [2, 'short', 0.75],
  [1, 'short', 0],
  [-2.5, 'short', 0],
  [null, 'long', 0],
] as const)('mean reversion at %s σ for a %s adds %s', (deviation, direction, points) => {
  expect(pointsOf('mean_reversion', withPrimary(exampleState(direction), { deviation }), direction)).toBe(
    points,
  );
});

test.each([
  [0.61, 1],
  [-0.61, 1],
  [0.6, 0.5],
  [0.45, 0.5],
  [0.3, 0.5],
  [-0.3, 0.5],
  [0.29, 1],
  [0, 1],
  [null, 0],
])('autocorrelation %s adds %s', (autocorrelation, points) => {
  expect(pointsOf('autocorrelation', withPrimary(exampleState('long'), { autocorrelation }), 'long')).toBe(
    points,
  );
});

const entryZones: readonly (readonly [string, Partial<Zone>, number])[] = [
  ['untouched within 0.5 %', { low: 99, high: 99.5 }, 2],
  ['untouched at 0.51 %', { low: 99, high: 99.49 }, 0],
  ['touched once', { touches: 1, status: 'tested' }, 1],
  ['touched twice', { touches: 2, status: 'tested' }, 1],
  ['touched three times', { touches: 3, status: 'tested' }, 0],
  ['broken', { status: 'broken' }, 0],
  ['of a timeframe outside the configuration', { timeframe: '1h' }, 0],
  ['of any configured timeframe', { timeframe: '1m' }, 2],
  ['passed through', { low: 100.1, high: 100.2 }, 0],
];
test.each(entryZones)('entry zone %s', (_name, change, points) => {
  const state = exampleState('long');
  expect(pointsOf('entry_zone', { ...state, zones: [{ ...state.zones[0]!, ...change }] }, 'long')).toBe(
    points,
  );
});

test('the nearest entry zone decides, whatever the order of the list', () => {
  const state = exampleState('long');
  const [entry] = state.zones;
  const farther: Zone = { ...entry!, low: 99, high: 99.6, touches: 0 };
  const nearer: Zone = { ...entry!, low: 99.8, high: 99.95, touches: 2 };
  for (const zones of [
    [farther, nearer],
    [nearer, farther],
  ])
    expect(pointsOf('entry_zone', { ...state, zones }, 'long')).toBe(1);
});

test.each([
  ['ahead', 100.01, 101, 0.5],
  ['around price', 99.9, 101, 0],
  ['starting at price', 100, 101, 0],
  ['behind', 98, 99, 0],
])('target zone %s', (_name, low, high, points) => {
  const state = exampleState('long');
  expect(pointsOf('target_zone', { ...state, zones: [{ ...state.zones[1]!, low, high }] }, 'long')).toBe(
    points,
  );
});

test.each([
  ['bullish ahead', {}, 1.5],
  ['bullish ahead but inverted, as the owner counts it', { status: 'inverted' }, 1.5],
  ['filled', { status: 'filled' }, 0],
  ['bearish ahead', { kind: 'bearish' }, 0],
  ['bullish around price', { low: 99.9, high: 100.2 }, 0],
  ['bullish below', { low: 99, high: 99.5 }, 0],
  ['of a timeframe outside the configuration', { timeframe: '1h' }, 0],
] as const)('fair value gap %s', (_name, change, points) => {
  const state = exampleState('long');
  expect(pointsOf('fair_value_gap', { ...state, gaps: [{ ...state.gaps[0]!, ...change }] }, 'long')).toBe(
    points,
  );
});

test.each([
  [0, 'insufficient'],
  [2.99, 'insufficient'],
  [3, 'low'],
  [4.99, 'low'],
  [5, 'medium'],
  [6.99, 'medium'],
  [7, 'high'],
  [8, 'high'],
])('%s points are called %s', (points, conviction) => {
  expect(convictionOf(points)).toBe(conviction);
});

test('an empty state scores 0 and every check says what is missing', () => {
  const state: MarketState = { ...exampleState('long'), regimes: [], session: null, zones: [], gaps: [] };
  const score = scoreConfluence(state, 'long', config);
  expect(score).toMatchObject({ points: 0, conviction: 'insufficient' });
  for (const check of score.checks) expect(check.note).toMatch(/^(not available|no )/);
});

test('stays within its maximum and is the sum of its checks, for any price and stretch', () => {
  const number = fc.double({ min: 90, max: 110, noNaN: true });
  fc.assert(
    fc.property(
      number,
      fc.double(),
      fc.double(),
      fc.constantFrom('long', 'short'),
      (price, d, r, direction) => {
        const state = withPrimary({ ...exampleState('long'), price }, { deviation: d, autocorrelation: r });
        const score = scoreConfluence(state, direction, config);
        expect(score.points).toBeGreaterThanOrEqual(0);
        expect(score.points).toBeLessThanOrEqual(CONFLUENCE_MAX);
        expect(score.points).toBe(score.checks.reduce((sum, check) => sum + (check.points ?? 0), 0));
      },
    ),
  );
});
