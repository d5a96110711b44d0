import { type MarketState, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '@algo/model';
import { expect, test } from 'vitest';
import { scoreConfluence, valueAreaEdgeDistance } from './confluence.ts';
import { zoneLevel } from './levels/zone.ts';
import { exampleState, withStructure } from './testing/example-state.ts';

/** 12:00 UTC. */
const NOON = exampleState('long');
const MIDNIGHT_US = Math.floor(NOON.timeUs / US_PER_DAY) * US_PER_DAY;
const WARMED: MarketState = { ...NOON, sinceUs: NOON.timeUs - 40 * US_PER_MINUTE };
const configOf = (ruleSet: 'classic' | 'robust') =>
  ({ timeframes: ['1m', '5m', '15m'], primaryTimeframe: '1m', ruleSet }) as const;
const pointsOf = (state: MarketState, ruleSet: 'classic' | 'robust') =>
  scoreConfluence(state, 'long', configOf(ruleSet)).points;

test.each([
  ['robust', '00:00Z'],
  ['classic', '12:20Z'],
] as const)(
  'a %s profile that lacks a part adds no points, and the note says it is true from %s',
  (rules, from) => {
    const { checks, points } = scoreConfluence(WARMED, 'long', configOf(rules));
    expect(points).toBe(pointsOf(NOON, rules) - 1.5);
    expect(checks()[0]).toMatchObject({
      ...{ value: null, points: 0 },
      note: `not available: trades are seen since 11:20Z, it is true from ${from} on`,
    });
    expect(valueAreaEdgeDistance(WARMED, 'long', rules)).toBeNull();
  },
);

test.each([
  ['was never warmed up', null, 'robust'],
  ['has seen the whole day', MIDNIGHT_US, 'robust'],
  ['was warmed up two days ago', MIDNIGHT_US - 30 * US_PER_HOUR, 'robust'],
  ['has seen the whole hour', NOON.timeUs - US_PER_HOUR, 'classic'],
] as const)('the profile of an engine that %s counts', (_, sinceUs, rules) => {
  expect(pointsOf({ ...NOON, sinceUs }, rules)).toBe(pointsOf(NOON, rules));
});

test('where there is no zone it is said since when there could be one', () => {
  const { checks } = zoneLevel(withStructure(WARMED, { zones: [] }), 'robust', '15m', 'long');
  expect(checks()[0]!.note).toBe('no living demand zone on 15m of those since 11:20Z');
  expect(checks()[1]!.value).toBeNull();
});
