import type { Zone } from '@algo/model';
import { expect, test } from 'vitest';
import { exampleState, withStructure } from '../testing/example-state.ts';
import { zoneLevel } from './zone.ts';

const cases: readonly (readonly [string, Partial<Zone>, boolean])[] = [
  ['0.1 % above the zone is at it', { low: 99, high: 99.9 }, true],
  ['exactly 0.5 % is at it', { low: 99, high: 99.5 }, true],
  ['0.51 % is not', { low: 99, high: 99.49 }, false],
  ['inside is at it', { low: 99, high: 101 }, true],
  ['on the far boundary is at it', { low: 100, high: 101 }, true],
  ['past the far boundary is not', { low: 100.01, high: 101 }, false],
  ['a tested zone still counts', { status: 'tested', touches: 2 }, true],
  ['a broken zone does not', { status: 'broken' }, false],
  ['an expired zone does not', { status: 'expired' }, false],
  ['a zone of another timeframe does not', { timeframe: '5m' }, false],
  ['a zone of the other kind does not', { kind: 'supply' }, false],
];

test.each(cases)('long: %s', (_name, change, passes) => {
  const state = exampleState('long');
  const zones = [{ ...state.structures[0]!.zones[0]!, ...change }];
  const verdict = zoneLevel(withStructure(state, { zones }), 'classic', '15m', 'long');
  expect(verdict.near !== null).toBe(passes);
  expect(verdict.checks()[0]?.passed).toBe(passes);
});

test('mirrors for short', () => {
  const state = exampleState('short');
  expect(zoneLevel(state, 'classic', '15m', 'short').near?.zone.id).toBe('zone-entry');
  expect(zoneLevel({ ...state, price: 99.59 }, 'classic', '15m', 'short').near).toBeNull();
  expect(zoneLevel({ ...state, price: 100.51 }, 'classic', '15m', 'short').near).toBeNull();
});

test('carries the point of control and the value area along', () => {
  const { checks } = zoneLevel(exampleState('long'), 'classic', '15m', 'long');
  expect(
    checks()
      .slice(1)
      .map((check) => [check.name, check.value, check.passed]),
  ).toEqual([
    ['zone.poc', 102, null],
    ['zone.value_area_low', 100, null],
    ['zone.value_area_high', 104, null],
  ]);
});
