import { expect, test } from 'vitest';
import { streamFillWords } from './stream-fill.ts';

const MIB = 2 ** 20;

test('the words say how full, how fast, how long still, and what comes then', () => {
  const risk = { stream: 'RISK', bytes: 1_475 * MIB, bytesMax: 2_048 * MIB, bytesADay: 4.9 * MIB };
  expect(streamFillWords({ ...risk, daysLeft: 116.9, refuses: true })).toBe(
    'RISK 72 % of 2.0 GiB, 4.9 MiB a day, 116 days left, then it takes nothing more',
  );
  const market = { stream: 'MARKET', bytes: 6_144 * MIB, bytesMax: 8_192 * MIB, bytesADay: 2_000 * MIB };
  expect(streamFillWords({ ...market, daysLeft: 0.46, refuses: false })).toBe(
    'MARKET 75 % of 8.0 GiB, 2.0 GiB a day, 0.5 days left, then it lets its oldest go',
  );
  expect(streamFillWords({ ...market, daysLeft: null, refuses: false })).toMatch(
    /a day, never full: its oldest go by age$/,
  );
});
