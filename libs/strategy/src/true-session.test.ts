import type { MarketState } from '@algo/model';
import { US_PER_DAY, US_PER_HOUR } from '@algo/model';
import { expect, test } from '@jest/globals';
import { scoreConfluence, valueAreaEdgeDistance } from './confluence.ts';
import { zoneLevel } from './levels/zone.ts';
import { exampleState } from './testing/example-state.ts';

/** 12:00 UTC. */
const NOON = exampleState('long');
const MIDNIGHT_US = Math.floor(NOON.timeUs / US_PER_DAY) * US_PER_DAY;
const WARMED: MarketState = { ...NOON, sinceUs: NOON.timeUs - 40 * 60 * 1_000_000 };
const CONFIG = { timeframes: ['1m', '5m', '15m'], primaryTimeframe: '1m' } as const;

test('a profile that lacks a part of its day adds no points, and the note says from when it is true', () => {
  const { checks, points } = scoreConfluence(WARMED, 'long', CONFIG);
  expect(points).toBe(scoreConfluence(NOON, 'long', CONFIG).points - 1.5);
  expect(checks[0]).toMatchObject({
    ...{ value: null, points: 0 },
    note: 'not available: trades are seen since 11:20Z, it is true from 00:00Z on',
  });
  expect(valueAreaEdgeDistance(WARMED, 'long')).toBeNull();
});

test.each([
  ['was never warmed up', null],
  ['has seen the whole day', MIDNIGHT_US],
  ['was warmed up two days ago', MIDNIGHT_US - 30 * US_PER_HOUR],
])('the profile of an engine that %s counts', (_, sinceUs) => {
  const state = { ...NOON, sinceUs };
  expect(scoreConfluence(state, 'long', CONFIG).points).toBe(scoreConfluence(NOON, 'long', CONFIG).points);
});

test('where there is no zone it is said since when there could be one', () => {
  const { checks } = zoneLevel({ ...WARMED, zones: [] }, '15m', 'long');
  expect(checks[0]!.note).toBe('no living demand zone on 15m of those since 11:20Z');
  expect(checks[1]!.value).toBeNull();
});
