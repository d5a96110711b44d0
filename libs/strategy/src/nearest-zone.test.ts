import { type Zone, zoneId } from '@algo/model';
import { expect, test } from '@jest/globals';
import { nearestEntryZone } from './nearest-zone.ts';
import { exampleState } from './testing/example-state.ts';

const [entry] = exampleState('long').zones;
const zoneOf = (name: string, strength: number): Zone => ({ ...entry!, id: zoneId(name), strength });

test.each([
  ['the stronger of two equally near', zoneOf('a', 40), zoneOf('b', 80), 'b'],
  ['the smaller id of two alike', zoneOf('d', 40), zoneOf('c', 40), 'c'],
])('%s wins in either order', (_name, first, second, winner) => {
  for (const zones of [
    [first, second],
    [second, first],
  ])
    expect(nearestEntryZone(zones, 100, 'long', ['15m'])?.zone.id).toBe(winner);
});
