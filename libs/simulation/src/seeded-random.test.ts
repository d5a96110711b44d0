import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeededRandom, splitmix64 } from './seeded-random.ts';

const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

test('splitmix64 gives the published sequence of seed 1234567', () => {
  let state = 1_234_567n;
  const outputs: bigint[] = [];
  for (let i = 0; i < 5; i++) {
    const step = splitmix64(state);
    state = step.next;
    outputs.push(step.output);
  }
  expect(outputs).toEqual([
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
    4593380528125082431n,
    16408922859458223821n,
  ]);
});

test('xoshiro128** gives the published sequence of state 1, 2, 3, 4', () => {
  const random = SeededRandom.restore({ version: 1, key: '0', state: [1, 2, 3, 4] });
  expect([random.bits(), random.bits(), random.bits(), random.bits()]).toEqual([11520, 0, 5927040, 70819200]);
});

test('a restored stream goes on as if it had never stopped', () => {
  fc.assert(
    fc.property(seeds, fc.nat(200), (seed, skip) => {
      const random = SeededRandom.seeded(seed);
      for (let i = 0; i < skip; i++) random.normal();
      const copy = SeededRandom.restore(JSON.parse(JSON.stringify(random.snapshot())));
      expect(Array.from({ length: 50 }, () => copy.uniform())).toEqual(
        Array.from({ length: 50 }, () => random.uniform()),
      );
      expect(copy.stream('x').uniform()).toBe(random.stream('x').uniform());
    }),
  );
});

test('a sub-stream depends on its name and seed, not on what its parent drew', () => {
  fc.assert(
    fc.property(seeds, fc.string(), fc.nat(50), (seed, name, skip) => {
      const fresh = SeededRandom.seeded(seed);
      const used = SeededRandom.seeded(seed);
      for (let i = 0; i < skip; i++) used.bits();
      const expected = fresh.stream(name).snapshot();
      expect(used.stream(name).snapshot()).toEqual(expected);
      expect(fresh.stream(`${name}!`).snapshot()).not.toEqual(expected);
      expect(
        SeededRandom.seeded(seed - 1)
          .stream(name)
          .snapshot(),
      ).not.toEqual(expected);
    }),
  );
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test.each([
  ['uniform has mean 1/2', (r: SeededRandom) => r.uniform(), 0.5, 0.289],
  ['uniform has second moment 1/3', (r: SeededRandom) => r.uniform() ** 2, 1 / 3, 0.298],
  ['normal has mean 0', (r: SeededRandom) => r.normal(), 0, 1],
  ['normal has variance 1', (r: SeededRandom) => r.normal() ** 2, 1, 1.42],
  ['normal has fourth moment 3', (r: SeededRandom) => r.normal() ** 4, 3, 9.8],
  ['lognormal has its median', (r: SeededRandom) => (r.lognormal(80, 0.5) < 80 ? 1 : 0), 0.5, 0.5],
  ['exponential has its mean', (r: SeededRandom) => r.exponential(3), 3, 3],
  ['exponential has variance mean squared', (r: SeededRandom) => (r.exponential(1) - 1) ** 2, 1, 2.83],
  [
    'Pareto passes x as (minimum / x)^index',
    (r: SeededRandom) => (r.pareto(1, 1.5) > 4 ? 1 : 0),
    0.125,
    0.331,
  ],
  ['below is even', (r: SeededRandom) => r.below(10), 4.5, 2.88],
])('%s within four standard errors', (_, draw, expected, deviation) => {
  const random = SeededRandom.seeded(20250621);
  const count = 100_000;
  const values = Array.from({ length: count }, () => draw(random));
  expect(Math.abs(mean(values) - expected)).toBeLessThan((4 * deviation) / Math.sqrt(count));
});

test('refuses a seed that is not a whole number and a snapshot of another version', () => {
  expect(() => SeededRandom.seeded(0.5)).toThrow('seed = 0.5');
  const snapshot = { ...SeededRandom.seeded(1).snapshot(), version: 2 };
  expect(() => SeededRandom.restore(JSON.parse(JSON.stringify(snapshot)))).toThrow('random.version = 2');
});
