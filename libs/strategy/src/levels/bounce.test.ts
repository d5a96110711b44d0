import { expect, test } from '@jest/globals';
import { exampleState } from '../testing/example-state.ts';
import { bounceLevel } from './bounce.ts';

test.each([
  ['strong on volume passes', 0.71, 1.51, []],
  ['strength exactly 0.7 fails', 0.7, 2, ['bounce.strength']],
  ['volume exactly 1.5 × fails', 0.8, 1.5, ['bounce.volume_ratio']],
  ['no strength yet fails', null, 2, ['bounce.strength']],
  ['no volume mean yet fails', 0.8, null, ['bounce.volume_ratio']],
])('%s', (_name, strength, volumeRatio, failing) => {
  const verdict = bounceLevel({ ...exampleState('long'), bounce: { strength, volumeRatio } });
  expect(verdict.checks.filter((check) => check.passed === false).map((check) => check.name)).toEqual(
    failing,
  );
  expect(verdict.passed).toBe(failing.length === 0);
});
