import type { DrawdownLevel } from '@algo/model';
import { expect, test } from 'vitest';
import { type DrawdownLevels, drawdownShare, nextDrawdownLevel } from './drawdown.ts';
import { checkPositionRiskSettings, POSITION_RISK_DEFAULTS } from './position-risk-settings.ts';
import { d, SETTINGS } from './testing/position-risk-scenario.ts';

const { levels } = POSITION_RISK_DEFAULTS.drawdown;

test.each<[string, DrawdownLevel, string, DrawdownLevel]>([
  ['a gain is no drawdown', 'none', '101000', 'none'],
  ['a hair above two percent lost is none', 'none', '98000.00000001', 'none'],
  ['exactly two percent lost is an alert', 'none', '98000', 'alert'],
  ['three percent is a warning', 'alert', '97000', 'warning'],
  ['four percent is critical, whatever came before', 'none', '96000', 'critical'],
  ['five percent trips the breaker', 'none', '95000', 'breaker'],
  ['an alert stands while the loss hovers under it', 'alert', '98100', 'alert'],
  ['an alert ends below nine tenths of it', 'alert', '98200.01', 'none'],
  ['critical falls back to alert when the loss is between', 'critical', '97500', 'alert'],
  ['critical falls back to a warning that still hovers', 'critical', '97200', 'warning'],
  ['the breaker does not end by recovering', 'breaker', '120000', 'breaker'],
])('%s', (_, from, equity, to) => {
  expect(nextDrawdownLevel(from, d('100000'), d(equity), levels.daily)).toBe(to);
});

test('is a share of where the session began, and never below zero', () => {
  expect(drawdownShare(d('80000'), d('78000')).toString()).toBe('0.025');
  expect(drawdownShare(d('80000'), d('90000')).toString()).toBe('0');
});

test.each([
  ['not rising', ['0.02', '0.02', '0.04', '0.05']],
  ['percent instead of shares', ['2', '3', '4', '5']],
  ['zero', ['0', '0.03', '0.04', '0.05']],
])('refuses levels that are %s', (_, shares) => {
  const wrong = shares.map(d) as [...DrawdownLevels];
  for (const measure of ['daily', 'peak'] as const) {
    const drawdown = { ...SETTINGS.drawdown, levels: { ...levels, [measure]: wrong } };
    expect(() => checkPositionRiskSettings({ ...SETTINGS, drawdown })).toThrow(`drawdown_levels.${measure}`);
  }
});

test.each([
  ['starting_equity', { startingEquity: d('0') }],
  ['exit_retry_us', { exitRetryUs: 0 }],
  ['equity_interval_us', { equityIntervalUs: -1 }],
  ['exit_attempts_max', { exitAttemptsMax: 0 }],
  ['default_trailing.meme', { defaultTrailing: { regular: d('0.005'), meme: d('17.5') } }],
] as const)('refuses an impossible %s by name', (field, change) => {
  expect(() => checkPositionRiskSettings({ ...SETTINGS, ...change })).toThrow(field);
});
