import { expect, test } from 'vitest';
import { OrderCounts } from './order-counts.ts';

test('a fifth of the orders of an interval is kept for exits, which wait for the venue’s word alone', () => {
  const counts = new OrderCounts({ '10S': 10, '1D': 1_000 });
  for (let i = 0; i < 8; i++) expect(counts.take('entry', i)).toBe(0);
  expect(counts.take('entry', 8)).toBe(9_992);
  for (let i = 0; i < 3; i++) expect(counts.take('exit', 8)).toBe(0);
  expect(counts.take('entry', 10_000)).toBe(0);
});

test('what the venue says in its headers takes the place of our own counting', () => {
  const counts = new OrderCounts({ '10S': 10, '1D': 1_000 });
  counts.told({ 'x-mbx-order-count-10s': '8', 'x-mbx-order-count-1d': '12', date: 'now' }, 100);
  expect(counts.take('entry', 100)).toBe(10_000);
  counts.told({ 'x-mbx-order-count-10s': '0' }, 200);
  expect(counts.take('entry', 200)).toBe(0);
});

test('while the venue takes no order of the account, none goes out', () => {
  const counts = new OrderCounts({ '10S': 10 });
  counts.pause(3_000, 0);
  expect([counts.take('exit', 1_000), counts.take('exit', 3_000)]).toEqual([2_000, 0]);
});
