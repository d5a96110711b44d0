import type { Direction, FairValueGap, MarketProfile, MarketState, Zone } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONFLUENCE_MAX, convictionOf, scoreConfluence } from './confluence.ts';
import { exampleState, withFeature, withStructure } from './testing/example-state.ts';

const config = { timeframes: ['1m', '5m', '15m'], primaryTimeframe: '1m', ruleSet: 'classic' } as const;
const LONG = exampleState('long');
const { zones: ZONES, gaps: GAPS, profiles: PROFILES } = LONG.structures[0]!;

function pointsOf(filter: string, state: MarketState, direction: Direction): number | null | undefined {
  return scoreConfluence(state, direction, config)
    .checks()
    .find((check) => check.name === `confluence.${filter}`)?.points;
}

function withZone(change: Partial<Zone>, index = 0): MarketState {
  return withStructure(LONG, { zones: [{ ...ZONES[index]!, ...change }] });
}

test.each(['long', 'short'] as const)('a perfect %s scores 8.0 of 8.0', (direction) => {
  const score = scoreConfluence(exampleState(direction), direction, config);
  expect(score).toMatchObject({ points: 8, pointsMax: 8, share: 1, conviction: 'high' });
  expect(score.checks().map((check) => check.pointsMax)).toEqual([1.5, 1.5, 1, 2, 0.5, 1.5]);
});

test('the worked example: touched once, −1.5 σ, no gap is 4.75, 59.4 %, low', () => {
  const zones = ZONES.map((zone) => ({ ...zone, touches: 1 }));
  const state = withFeature(withStructure(LONG, { gaps: [], zones }), '1m', 'deviation_50', -1.5);
  expect(scoreConfluence(state, 'long', config)).toMatchObject({
    points: 4.75,
    share: 0.59375,
    conviction: 'low',
  });
});

test.each([
  ['at the low', 100, 1.5],
  ['just under 5 % of the width above the low', 100.24, 1.5],
  ['just under 5 % below it', 99.76, 1.5],
  ['exactly 5 % above, inside', 100.25, 0.5],
  ['exactly 5 % below, outside', 99.75, 0],
  ['at the far edge, inside', 105, 0.5],
  ['past the far edge', 105.01, 0],
])('market profile, long, value area 100–105: %s', (_name, price, points) => {
  const profile: MarketProfile = { ...PROFILES[0]!, valueArea: { low: 100, high: 105 } };
  const state = withStructure({ ...LONG, price }, { profiles: [profile] });
  expect(pointsOf('market_profile', state, 'long')).toBe(points);
});

test('no profile, or one without a value area, adds nothing and says so', () => {
  for (const profiles of [[], [{ ...PROFILES[0]!, valueArea: null }]]) {
    const [check] = scoreConfluence(withStructure(LONG, { profiles }), 'long', config).checks();
    expect(check).toMatchObject({ points: 0, value: null, note: 'not available' });
  }
});

test.each([
  [100, 0.5],
  [100.01, 0],
])('a value area of one price holds that price: %s adds %s', (price, points) => {
  const profile = { ...PROFILES[0]!, valueArea: { low: 100, high: 100 } };
  expect(pointsOf('market_profile', withStructure({ ...LONG, price }, { profiles: [profile] }), 'long')).toBe(
    points,
  );
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
  const state = withFeature(exampleState(direction), '1m', 'deviation_50', deviation);
  expect(pointsOf('mean_reversion', state, direction)).toBe(points);
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
  const state = withFeature(LONG, '1m', 'autocorrelation', autocorrelation);
  expect(pointsOf('autocorrelation', state, 'long')).toBe(points);
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
  ['with its edge at price', { low: 99, high: 100 }, 2],
  ['around price: at it, and no entry', { low: 99.9, high: 100.1 }, 0],
];
test.each(entryZones)('entry zone %s', (_name, change, points) => {
  expect(pointsOf('entry_zone', withZone(change), 'long')).toBe(points);
});

test.each([
  [80, 79.6, 2],
  [80, 79.59, 0],
  [81.4, 80.993, 2],
  [0.00012, 0.0001194, 2],
])('at %s a zone from %s down is judged in whole ticks: %s points', (price, high, points) => {
  const priceStep = price < 1 ? 1e-7 : 0.001;
  expect(pointsOf('entry_zone', { ...withZone({ low: high / 2, high }), price, priceStep }, 'long')).toBe(
    points,
  );
});

test('the robust rules count a price inside the zone as an entry', () => {
  const state = withZone({ low: 99.9, high: 100.1 });
  const { entryZone } = scoreConfluence(state, 'long', { ...config, ruleSet: 'robust' });
  expect(entryZone).toMatchObject({ ticks: 0, distance: 0 });
});

test('the nearest entry zone decides, whatever the order of the list', () => {
  const farther: Zone = { ...ZONES[0]!, low: 99, high: 99.6, touches: 0 };
  const nearer: Zone = { ...ZONES[0]!, low: 99.8, high: 99.95, touches: 2 };
  for (const zones of [
    [farther, nearer],
    [nearer, farther],
  ])
    expect(pointsOf('entry_zone', withStructure(LONG, { zones }), 'long')).toBe(1);
});

test.each([
  ['ahead', 100.01, 101, 0.5],
  ['around price', 99.9, 101, 0],
  ['starting at price', 100, 101, 0],
  ['behind', 98, 99, 0],
])('target zone %s', (_name, low, high, points) => {
  expect(pointsOf('target_zone', withZone({ low, high }, 1), 'long')).toBe(points);
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
  const gap: FairValueGap = { ...GAPS[0]!, ...change };
  expect(pointsOf('fair_value_gap', withStructure(LONG, { gaps: [gap] }), 'long')).toBe(points);
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
  const state: MarketState = { ...LONG, bars: [], structures: [] };
  const score = scoreConfluence(state, 'long', config);
  expect(score).toMatchObject({ points: 0, conviction: 'insufficient' });
  for (const check of score.checks()) expect(check.note).toMatch(/^(not available|no )/);
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
        const stretched = withFeature({ ...LONG, price }, '1m', 'deviation_50', d);
        const state = withFeature(stretched, '1m', 'autocorrelation', r);
        const score = scoreConfluence(state, direction, config);
        expect(score.points).toBeGreaterThanOrEqual(0);
        expect(score.points).toBeLessThanOrEqual(CONFLUENCE_MAX);
        expect(score.points).toBe(score.checks().reduce((sum, check) => sum + (check.points ?? 0), 0));
      },
    ),
  );
});
