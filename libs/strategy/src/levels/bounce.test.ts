import { type ClosedBar, type MarketState, type Zone, zoneId } from '@algo/model';
import { expect, test } from 'vitest';
import { exampleState, withFeature } from '../testing/example-state.ts';
import { bounceLevel, bounceStrength } from './bounce.ts';

const LONG = exampleState('long');
const ZONE: Zone = { ...LONG.structures[0]!.zones[0]!, id: zoneId('z'), low: 99.8, high: 100.3 };
const BAR: ClosedBar = { ...LONG.bars[0]!.last!, open: 100.2, high: 101, low: 100 };

function withBar(change: Partial<ClosedBar>, spike: number | null = 2): MarketState {
  const bars = LONG.bars.map((reading) => ({ ...reading, last: { ...BAR, ...change } }));
  return withFeature({ ...LONG, bars }, '1m', 'volume_spike', spike);
}

test.each([
  ['strong on volume passes', 100.71, 1.51, []],
  ['strength exactly 0.7 fails', 100.7, 2, ['bounce.strength']],
  ['volume exactly 1.5 × fails', 100.8, 1.5, ['bounce.volume_ratio']],
  ['no volume mean yet fails', 100.8, null, ['bounce.volume_ratio']],
])('%s', (_name, close, spike, failing) => {
  const verdict = bounceLevel(withBar({ close }, spike), '1m', ZONE);
  const failed = verdict.checks().filter((check) => check.passed === false);
  expect(failed.map((check) => check.name)).toEqual(failing);
  expect(verdict.passed).toBe(failing.length === 0);
});

test('before a bar has closed there is none', () => {
  const bars = LONG.bars.map((reading) => ({ ...reading, last: null }));
  expect(bounceLevel({ ...LONG, bars }, '1m', ZONE)).toMatchObject({ passed: false, strength: null });
});

const cases: readonly (readonly [string, Partial<ClosedBar>, Partial<Zone>, number])[] = [
  ['comes back by 0.9 of its range', { close: 100.9 }, {}, 0.9],
  ['made the zone itself', { close: 100.9 }, { firstSeenUs: BAR.openTimeUs + 60_000_000 }, 0],
  ['began when the zone was seen', { close: 100.9 }, { firstSeenUs: BAR.openTimeUs }, 0.9],
  ['did not reach it', { close: 100.9 }, { low: 99, high: 99.99 }, 0],
  ['touched its edge', { close: 100.9 }, { low: 99, high: 100 }, 0.9],
  ['closed beyond its far edge', { low: 99, close: 99.7, high: 101 }, {}, 0],
  ['has no range', { high: 100, low: 100, close: 100 }, {}, 0],
  ['fell off supply', { close: 100.1 }, { kind: 'supply', low: 100.5, high: 101 }, 0.9],
  ['closed above supply', { close: 101, high: 101.1 }, { kind: 'supply', low: 100.5, high: 100.9 }, 0],
];
test.each(cases)('a bar that %s', (_name, bar, zone, strength) => {
  expect(bounceStrength({ ...BAR, ...bar }, { ...ZONE, ...zone }, LONG)).toBeCloseTo(strength, 12);
});

test('a bounce off supply is none off demand, whatever other zones there are', () => {
  const demand = { ...ZONE, low: 99.5, high: 99.9 };
  expect(bounceStrength({ ...BAR, high: 100.6, low: 100, close: 100.02 }, demand, LONG)).toBe(0);
});
