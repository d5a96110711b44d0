import { expect, test } from 'vitest';
import { RestartPolicy } from './restart-policy.ts';

test('the delay doubles from 200 ms up to 5 s and stays there', () => {
  const policy = new RestartPolicy();
  const delays = Array.from({ length: 8 }, () => policy.delayAfter(100));
  expect(delays).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
});

test('half a minute of health forgives what was before', () => {
  const policy = new RestartPolicy();
  for (let i = 0; i < 6; i++) policy.delayAfter(29_999);
  expect(policy.delayAfter(30_000)).toBe(200);
  expect(policy.delayAfter(100)).toBe(400);
});
