import { Decimal, type HealthStep } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HealthInputs, healthScore } from './health-score.ts';
import { nextHealthStep, worstOf } from './health-steps.ts';
import { OWNER_RULES } from './portfolio-rules.ts';

const { health } = OWNER_RULES;
const WELL: HealthInputs = { dailyLoss: 0, peakLoss: 0, openRisk: 0, concentration: 0, feeds: 1 };

test.each<[string, Partial<HealthInputs>, number]>([
  ['nothing wrong', {}, 100],
  ['half of what a day may lose is lost', { dailyLoss: 0.5 }, 70],
  ['seven tenths of it', { dailyLoss: 0.7 }, 50],
  ['nine tenths of it', { dailyLoss: 0.9 }, 30],
  ['all of it', { dailyLoss: 1 }, 20],
  ['more than all of it', { dailyLoss: 3 }, 20],
  ['a gain', { dailyLoss: -1 }, 100],
  ['half of the fall from its height', { peakLoss: 0.5 }, 70],
  ['stops that would lose a whole day’s loss', { openRisk: 1 }, 75],
  ['everything in one position', { concentration: 1 }, 90],
  ['no feed heard', { feeds: 0 }, 90],
  ['all at once', { dailyLoss: 1, peakLoss: 1, openRisk: 1, concentration: 1, feeds: 0 }, 0],
])('with %s the score is what the formula says', (_, change, score) => {
  expect(healthScore({ ...WELL, ...change })).toBeCloseTo(score, 9);
});

test('no input that gets worse raises the score', () => {
  const share = fc.double({ min: -0.5, max: 1.5, noNaN: true });
  const inputs = fc.record({
    dailyLoss: share,
    peakLoss: share,
    openRisk: share,
    concentration: share,
    feeds: share,
  });
  const worse = fc.constantFrom('dailyLoss', 'peakLoss', 'openRisk', 'concentration', 'feeds' as const);
  fc.assert(
    fc.property(inputs, worse, fc.double({ min: 0, max: 1, noNaN: true }), (of, name, by) => {
      const after = { ...of, [name]: name === 'feeds' ? of[name] - by : of[name] + by };
      return healthScore(after) <= healthScore(of);
    }),
  );
});

test.each<[HealthStep, number, HealthStep]>([
  ['good', 70, 'good'],
  ['good', 69.999, 'caution'],
  ['good', 50, 'caution'],
  ['good', 49.999, 'warning'],
  ['good', 30, 'warning'],
  ['good', 29.999, 'critical'],
  ['caution', 74.999, 'caution'],
  ['caution', 75, 'good'],
  ['warning', 54.999, 'warning'],
  ['warning', 55, 'caution'],
  ['warning', 80, 'good'],
  ['critical', 34.999, 'critical'],
  ['critical', 35, 'warning'],
  ['critical', 60, 'caution'],
])('from %s a score of %d leads to %s', (from, score, to) => {
  expect(nextHealthStep(from, score, health)).toBe(to);
});

test.each<[readonly string[], readonly number[]]>([
  [[], []],
  [['-5'], [0]],
  [
    ['3', '-2', '-7', '1'],
    [2, 1],
  ],
  [
    ['0', '0', '0'],
    [0, 1],
  ],
  [
    ['-1', '-1', '-2'],
    [2, 0],
  ],
])('of %j those that gain least are left, of equals the first', (gains, chosen) => {
  const items = gains.map((text, i) => ({ i, gain: Decimal.of(text) }));
  expect(worstOf(items, health.closeWorst, ({ gain }) => gain).map(({ i }) => i)).toEqual(chosen);
});
