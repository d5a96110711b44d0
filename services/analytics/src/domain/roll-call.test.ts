import { FIRST_SHARD_PLAN, membersOf, type ShardPlan, sharedAmong } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RollCall } from './roll-call.ts';

const ABSENCE_MS = 30_000;
const STATUS_MS = 500;

/** Processes that come and go, what all of them hear, and the plan that they keep. */
class Roll {
  readonly #rolls = new Map<number, RollCall>();
  readonly #there = new Map<number, boolean>();
  plan: ShardPlan = FIRST_SHARD_PLAN;
  nowMs = 1_000_000;
  isServerThere = true;
  judges = new Set<number>();

  come(ordinal: number, isReady = true): void {
    this.#rolls.set(ordinal, new RollCall(ordinal, ABSENCE_MS));
    this.#there.set(ordinal, isReady);
  }

  go(ordinal: number): void {
    this.#rolls.delete(ordinal);
    this.#there.delete(ordinal);
  }

  pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += STATUS_MS) {
      this.nowMs += STATUS_MS;
      if (this.isServerThere)
        for (const roll of this.#rolls.values())
          for (const [ordinal, isReady] of this.#there) roll.hear(ordinal, isReady, this.nowMs);
      this.judges = new Set();
      for (const [ordinal, roll] of this.#rolls) {
        const judged = roll.judge(this.plan, this.nowMs);
        if (judged === undefined) continue;
        this.judges.add(ordinal);
        this.plan = sharedAmong(this.plan, judged.members, judged.most);
      }
    }
  }

  get members(): readonly number[] {
    return membersOf(this.plan);
  }
}

function rollOf(...ordinals: readonly number[]): Roll {
  const roll = new Roll();
  for (const ordinal of ordinals) roll.come(ordinal);
  roll.pass(10_000);
  return roll;
}

test('processes that come together are planned together, once they have been there for a while', () => {
  const roll = rollOf(0);
  roll.come(1);
  roll.pass(2_000);
  for (const ordinal of [2, 3]) roll.come(ordinal);
  roll.pass(4_500);
  expect([roll.plan.revision, roll.members]).toEqual([0, [0]]);
  roll.pass(1_000);
  expect([roll.plan.revision, roll.members]).toEqual([1, [0, 1, 2, 3]]);
  expect([...roll.judges]).toEqual([0]);
});

test('one that is away keeps its shards up to the absence that may be, and no longer', () => {
  const roll = rollOf(0, 1, 2);
  const { revision } = roll.plan;
  roll.go(2);
  roll.pass(ABSENCE_MS - STATUS_MS);
  expect(roll.plan.revision).toBe(revision);
  roll.pass(STATUS_MS);
  expect(roll.members).toEqual([0, 1]);
  roll.come(2);
  roll.pass(6_000);
  expect(roll.members).toEqual([0, 1, 2]);
});

test('the next judges when the lowest is gone for good', () => {
  const roll = rollOf(0, 1, 2);
  roll.go(0);
  roll.pass(ABSENCE_MS);
  expect([roll.members, [...roll.judges]]).toEqual([[1, 2], [1]]);
});

test('one that is not ready gets nothing, and holds nobody up', () => {
  const roll = rollOf(0);
  roll.come(1, false);
  roll.come(2);
  roll.pass(ABSENCE_MS);
  expect(roll.members).toEqual([0, 2]);
});

test('one that dies again and again gets nothing, and holds the others up for a while', () => {
  const roll = rollOf(0);
  roll.come(1);
  for (let crashes = 0; crashes < 9; crashes++) {
    roll.come(2);
    roll.pass(500);
    roll.go(2);
    roll.pass(3_500);
  }
  expect(roll.members).toEqual([0, 1]);
});

test('while the server is away nobody is judged, and all have all the time again when it is back', () => {
  const roll = rollOf(0, 1);
  roll.go(1);
  roll.isServerThere = false;
  roll.pass(10 * ABSENCE_MS);
  expect(roll.members).toEqual([0, 1]);
  roll.isServerThere = true;
  roll.pass(ABSENCE_MS - STATUS_MS);
  expect(roll.members).toEqual([0, 1]);
  roll.pass(2 * STATUS_MS);
  expect(roll.members).toEqual([0]);
});

test('those that are about to be taken away get nothing, until they are gone', () => {
  const roll = rollOf(0, 1, 2, 3);
  roll.plan = sharedAmong(roll.plan, [0, 1], 2);
  roll.pass(10 * ABSENCE_MS);
  expect(roll.members).toEqual([0, 1]);
  for (const ordinal of [2, 3]) roll.go(ordinal);
  roll.pass(4_000);
  expect([roll.members, roll.plan.most]).toEqual([[0, 1], null]);
  roll.come(2);
  roll.pass(6_000);
  expect(roll.members).toEqual([0, 1, 2]);
});

test('restarts in any order and number, each shorter than an absence may be, change no plan', () => {
  const restart = fc.record({
    who: fc.integer({ min: 0, max: 3 }),
    awayMs: fc.integer({ min: 0, max: (ABSENCE_MS - 2 * STATUS_MS) / STATUS_MS }).map((n) => n * STATUS_MS),
    thenMs: fc.integer({ min: 1, max: 40 }).map((n) => n * STATUS_MS),
  });
  fc.assert(
    fc.property(fc.array(restart, { maxLength: 12 }), (restarts) => {
      const roll = rollOf(0, 1, 2, 3);
      const { plan } = roll;
      for (const { who, awayMs, thenMs } of restarts) {
        roll.go(who);
        roll.pass(awayMs);
        roll.come(who);
        roll.pass(thenMs);
      }
      expect(roll.plan).toBe(plan);
    }),
    { numRuns: 200 },
  );
});
