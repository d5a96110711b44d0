import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OWNER_RULES } from '../domain/index.ts';
import { parseRules } from './parse-rules.ts';

const SHIPPED = readFileSync('config/portfolio_risk.yaml', 'utf8');

test('the file that is shipped says the owner’s numbers, with dump detection off', () => {
  const { dump } = OWNER_RULES;
  expect(parseRules(SHIPPED, 'shipped').rules).toEqual({ ...OWNER_RULES, dump: { ...dump, enabled: false } });
});

test('equal rules have one name, and each number is part of it', () => {
  const named = parseRules(SHIPPED, 'a').hash;
  expect(parseRules(`${SHIPPED}\n# a remark`, 'b').hash).toBe(named);
  expect(parseRules(SHIPPED.replace('close_worst: 2', 'close_worst: 3'), 'c').hash).not.toBe(named);
});

test.each<[string, string, string]>([
  [
    'tighten_below: 50',
    'tighten_below: 80',
    'health.tighten_below = "80": above no_entries_below; give a lower',
  ],
  ['close_below: 30', 'close_below: 60', 'health.close_below = "60": above tighten_below; give a lower'],
  [
    'no_entries_below: 70',
    'no_entries_below: 170',
    'no_entries_below = "170": expected a score, from 0 to 100',
  ],
  ['tighten_to_pct: 0.3', 'tighten_to_pct: 0', 'tighten_to_pct = "0": expected per cent above 0'],
  ['close_worst: 2', 'close_worst: two', 'close_worst = "two": expected a whole number'],
  [
    'close_worst: 2',
    'close_wurst: 2',
    'health.close_wurst = "2": not a setting; correct its name or remove it',
  ],
  ['leaders: [BTC, ETH]', 'leaders: []', 'correlation_exit.leaders = a section: '],
  [
    'min_correlation: 0.7',
    'min_correlation: 7',
    'min_correlation = "7": expected a correlation, from 0 to 1',
  ],
  ['agreeing: 1', 'agreeing: 9', 'dump_detection.agreeing = "9": expected a whole number, from 1 to 4'],
  [
    'signals: [volume, flow, momentum, liquidity]',
    'signals: [tide]',
    'signals.0 = "tide": expected volume, flow',
  ],
  ['enabled: true', 'enabled: yes', 'health.enabled = "yes": expected true or false'],
])('%s as %s is refused with its line, value and remedy', (right, wrong, message) => {
  const text = SHIPPED.replace(right, wrong);
  expect(text).not.toBe(SHIPPED);
  expect(() => parseRules(text, 'rules.yaml')).toThrow(message);
  expect(() => parseRules(text, 'rules.yaml')).toThrow(/line \d+: portfolio_risk\./);
});

test('of signals fewer may agree than are named', () => {
  const text = SHIPPED.replace('signals: [volume, flow, momentum, liquidity]', 'signals: [flow]');
  expect(() => parseRules(text.replace('agreeing: 1', 'agreeing: 2'), 'r')).toThrow(
    'only 1 signals are named',
  );
});
