import { type Zone, zoneId } from '@algo/model';
import { expect, test } from 'vitest';
import { nearestZoneAt, nearestZoneBehind } from './nearest-zone.ts';
import { exampleState, withStructure } from './testing/example-state.ts';

const LONG = exampleState('long');
const ENTRY = LONG.structures[0]!.zones[0]!;
const zoneOf = (name: string, change: Partial<Zone>): Zone => ({ ...ENTRY, id: zoneId(name), ...change });

test.each([
  ['the stronger', { strength: 40 }, { strength: 80 }],
  ['the newer', { firstSeenUs: 1 }, { firstSeenUs: 2 }],
] as const)('of two zones that price is equally near to, %s is at it', (_name, loser, winner) => {
  const [a, b] = [zoneOf('a', loser), zoneOf('b', winner)];
  for (const zones of [
    [a, b],
    [b, a],
  ])
    expect(nearestZoneAt(withStructure(LONG, { zones }), 'classic', 'long', ['15m'])?.zone.id).toBe('b');
});

test.each([
  [
    'of the timeframe listed first',
    { timeframe: '15m', firstSeenUs: 1 },
    { timeframe: '5m', firstSeenUs: 2 },
  ],
  ['the older', { firstSeenUs: 2 }, { firstSeenUs: 1 }],
] as const)('of two entries equally near, the one %s counts', (_name, loser, winner) => {
  const [a, b] = [zoneOf('a', loser), zoneOf('b', winner)];
  for (const zones of [
    [a, b],
    [b, a],
  ])
    expect(nearestZoneBehind(withStructure(LONG, { zones }), 'classic', 'long', ['5m', '15m'])?.zone.id).toBe(
      'b',
    );
});

test('of two alike the smaller id, in either order', () => {
  const [c, d] = [zoneOf('c', {}), zoneOf('d', {})];
  for (const zones of [
    [c, d],
    [d, c],
  ])
    expect(nearestZoneAt(withStructure(LONG, { zones }), 'classic', 'long', ['15m'])?.zone.id).toBe('c');
});
