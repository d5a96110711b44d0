import { expect, test } from 'vitest';
import { InputError } from './input-error.ts';
import { VIRTUAL_SHARDS } from './shard.ts';
import { FIRST_SHARD_PLAN, membersOf, type ShardPlan, shardsOf, sharedAmong } from './shard-plan.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, ordinal) => ordinal);

function moved(before: ShardPlan, after: ShardPlan): number {
  return before.owners.filter((owner, shard) => owner !== after.owners[shard]).length;
}

test('from any number of processes to any other, all have as many shards, and no more move than must', () => {
  for (let from = 1; from <= VIRTUAL_SHARDS; from++) {
    const before = sharedAmong(FIRST_SHARD_PLAN, upTo(from));
    for (const to of [1, 2, 3, 4, 7, 16, 63, 64]) {
      const after = sharedAmong(before, upTo(to));
      const counts = upTo(to).map((ordinal) => shardsOf(after, ordinal).length);
      expect([from, to, Math.max(...counts) - Math.min(...counts) <= 1]).toEqual([from, to, true]);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(VIRTUAL_SHARDS);
      expect(after.revision - before.revision).toBe(from === to ? 0 : 1);
      const stays = Math.min(from, to);
      const keep = upTo(stays).reduce(
        (sum, ordinal) => sum + Math.min(shardsOf(before, ordinal).length, Math.ceil(VIRTUAL_SHARDS / to)),
        0,
      );
      expect(moved(before, after)).toBeLessThanOrEqual(VIRTUAL_SHARDS - keep + stays);
    }
  }
});

test('twice the processes take half the shards, and going back brings only those back', () => {
  const two = sharedAmong(FIRST_SHARD_PLAN, [0, 1]);
  expect([moved(FIRST_SHARD_PLAN, two), membersOf(two)]).toEqual([32, [0, 1]]);
  const four = sharedAmong(two, upTo(4));
  expect([moved(two, four), membersOf(four)]).toEqual([32, [0, 1, 2, 3]]);
  expect(membersOf(sharedAmong(four, [0]))).toEqual([0]);
  expect(sharedAmong(four, upTo(4))).toBe(four);
});

test('a process that leaves hands on its own shards and no others', () => {
  const four = sharedAmong(FIRST_SHARD_PLAN, upTo(4));
  const without = sharedAmong(four, [0, 1, 3]);
  expect(moved(four, without)).toBe(shardsOf(four, 2).length);
});

test('no process, and more than there are shards, are refused in words', () => {
  expect(() => sharedAmong(FIRST_SHARD_PLAN, [])).toThrow(InputError);
  expect(() => sharedAmong(FIRST_SHARD_PLAN, upTo(65))).toThrow('not between 1 and 64');
});
