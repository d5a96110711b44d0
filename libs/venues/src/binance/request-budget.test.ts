import { expect, test } from 'vitest';
import { MARKET_DATA_SHARE, type Purpose, RequestBudget } from './request-budget.ts';

const WEIGHT_PER_MINUTE = 6_000;
const WEIGHT = 25;
const REQUESTS = (WEIGHT_PER_MINUTE * MARKET_DATA_SHARE) / WEIGHT;

test('market data takes forty percent of a minute, then waits for its oldest request to be over', () => {
  const budget = new RequestBudget(WEIGHT_PER_MINUTE);
  for (let i = 0; i < REQUESTS; i++) expect(budget.take(WEIGHT, i * 100)).toBe(0);
  expect(budget.take(WEIGHT, 20_000)).toBe(40_000);
  expect(budget.take(WEIGHT, 60_000)).toBe(0);
  expect(budget.take(WEIGHT, 60_000)).toBe(100);
});

test('what others on the same address have used counts, for the minute in which the venue says it', () => {
  const budget = new RequestBudget(WEIGHT_PER_MINUTE);
  budget.used(WEIGHT_PER_MINUTE * 0.8 - WEIGHT, 0);
  expect(budget.take(WEIGHT, 1_000)).toBe(0);
  budget.used(WEIGHT_PER_MINUTE * 0.8 - WEIGHT + 1, 2_000);
  expect(budget.take(WEIGHT, 3_000)).toBe(59_000);
  expect(budget.take(WEIGHT, 62_000)).toBe(0);
});

test('what was used counts until the minute of the venue’s clock is over, where its time is known', () => {
  const budget = new RequestBudget(WEIGHT_PER_MINUTE);
  budget.used(WEIGHT_PER_MINUTE * 0.7, 1_000, 60_000 * 7 + 45_000);
  expect(budget.take(WEIGHT, 2_000, 'audit')).toBe(15_000);
  expect(budget.take(WEIGHT, 17_000, 'audit')).toBe(0);
  // Its minute is another one: it says so, and nothing more goes out.
  budget.used(WEIGHT_PER_MINUTE * 0.7 + WEIGHT, 17_010, 60_000 * 8 + 1_010);
  expect(budget.take(WEIGHT, 17_020, 'audit')).toBe(59_980);
});

test('a venue that refuses is left alone as long as it says, or a minute', () => {
  const budget = new RequestBudget(WEIGHT_PER_MINUTE);
  expect(budget.refused(120, 0)).toBe(120_000);
  expect(budget.refused(undefined, 30_000)).toBe(90_000);
  expect(budget.take(WEIGHT, 119_000)).toBe(1_000);
  expect(budget.take(WEIGHT, 120_000)).toBe(0);
  expect(budget.refused(undefined, 130_000)).toBe(60_000);
});

test('what the venue wants to be left alone is told, and what others were told holds', () => {
  const pauses: number[] = [];
  let leftMs = 0;
  const shared = { leftMs: () => leftMs, keep: (pauseMs: number) => void pauses.push(pauseMs) };
  const budget = new RequestBudget(WEIGHT_PER_MINUTE, shared);
  budget.refused(7, 1_000);
  expect(pauses).toEqual([7_000]);
  expect(budget.pauseMs(3_000)).toBe(5_000);
  leftMs = 1_000;
  const next = new RequestBudget(WEIGHT_PER_MINUTE, shared);
  expect([next.take(WEIGHT, 4_000), next.pauseMs(4_000)]).toEqual([1_000, 1_000]);
  leftMs = 0;
  expect(next.take(WEIGHT, 5_000)).toBe(0);
});

test.each<[Purpose, number]>([
  ['cancel', 6_000],
  ['guard', 6_000],
  ['look_up', 5_820],
  ['entry', 4_800],
  ['audit', 4_200],
  ['market_data', 4_800],
])('%s goes out until the address has used %d of 6,000, and no later', (purpose, most) => {
  const budget = new RequestBudget(WEIGHT_PER_MINUTE);
  budget.used(most - WEIGHT, 0);
  expect(budget.take(WEIGHT, 1, purpose)).toBe(0);
  expect(budget.take(1, 2, purpose)).toBe(59_998);
  expect(budget.take(1, 60_000, purpose)).toBe(0);
});

test('what market data takes is gone for audits, until the venue says how much it really was', () => {
  const budget = new RequestBudget(WEIGHT_PER_MINUTE);
  for (let i = 0; i < REQUESTS; i++) budget.take(WEIGHT, 0);
  expect(budget.take(1_801, 0, 'audit')).toBe(60_000);
  expect(budget.take(1_800, 0, 'audit')).toBe(0);
  budget.used(100, 10);
  expect(budget.take(3_500, 10, 'audit')).toBe(0);
});

test('an exit goes out whatever was reckoned, and only while the venue wants no request it waits', () => {
  const budget = new RequestBudget(WEIGHT_PER_MINUTE);
  for (const used of [0.91, 0.99, 1, 1.01]) {
    budget.used(WEIGHT_PER_MINUTE * used, 0);
    expect([budget.take(0, 1, 'exit'), budget.take(WEIGHT, 1, 'entry')]).toEqual([0, 59_999]);
  }
  budget.refused(7, 1_000);
  expect(budget.take(0, 7_000, 'exit')).toBe(1_000);
});

test('where the venue has said how long to wait, its minute is over then', () => {
  const budget = new RequestBudget(WEIGHT_PER_MINUTE);
  budget.used(WEIGHT_PER_MINUTE + 1, 0);
  budget.refused(7, 0);
  expect([budget.take(1, 6_999, 'audit'), budget.take(1, 7_000, 'audit')]).toEqual([1, 0]);
});
