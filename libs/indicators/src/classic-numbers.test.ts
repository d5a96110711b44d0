// Made-up prices and what a plain loop in another language makes of them.
import { expect, test } from 'vitest';
import {
  deviationOfLast,
  distanceInDeviations,
  Ema,
  HURST_PRICES,
  hurst,
  lagOneAutocorrelation,
  meanReversionStrength,
  reversionHalfLife,
  varianceRatio,
} from './index.ts';

/** Uniform numbers in [0, 1) from a 32-bit generator (mulberry32), so that the expectations are fixed. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A walk on a grid whose steps remember the one before. */
function walk(seed: number, count: number, at: number, step: number, memory: number): number[] {
  const next = uniform(seed);
  let ticks = at;
  let last = 0;
  return Array.from({ length: count }, () => {
    last = Math.round((next() - 0.5) * 20 + memory * last);
    ticks += last;
    return ticks / Math.round(1 / step);
  });
}

const returnsOf = (prices: readonly number[]) =>
  prices.slice(1).map((price, i) => Math.log(price) - Math.log(prices[i]!));

test.each([
  [1, 1, 8000, 0.01, 0, 0.5, 80.03, 0.5, null, null],
  [2, 19, 8000, 0.01, 0, 0.5, 80.13, 0.5, null, null],
  [3, 20, 8000, 0.01, 0, 0.5, 79.82249999999998, 0.9, null, -0.02635414404700596],
  [4, 21, 8000, 0.01, 0, 0.9456631068200967, 80.04016666666665, 0.5, 0.31669181094960736, 2.264080232333093],
  [5, 50, 8000, 0.01, 0, 0.2859990256332695, 80.02817954696185, 0.9, -0.2152328919182106, 0.0201747206647613],
  [6, 52, 8000, 0.01, 0, 0.702487435695456, 80.38978217897298, 0.5, 0.11315077806957581, 0.03481880367701599],
  [
    7, 99, 8000, 0.01, 0, 0.6852080555350404, 80.24881018941926, 0.3, 0.12057807037883951,
    0.06691044657988225,
  ],
  [
    8, 100, 8000, 0.01, 0, 0.5676165831404533, 79.5822814600155, 0.7, -0.021710562739196877,
    0.4640090234997863,
  ],
  [
    9, 101, 8000, 0.01, 0, 0.6656616945347416, 80.97587314457498, 0.3, -0.18897369414426332,
    -0.09647938378722909,
  ],
  [
    10, 150, 8000, 0.01, 0.6, 0.6425252042142536, 79.50621390679557, 0.5, 0.5446248388314621,
    0.26989729687311054,
  ],
  [
    11, 100, 8000, 0.01, 0.8, 0.6921711944675147, 79.27055848364199, 0.3, 0.6250437701779338,
    -0.6741020445513956,
  ],
  [
    12, 100, 8000, 0.01, -0.7, 0.42095028358446807, 79.4068706425778, 0.9, -0.741390281089937,
    -0.5469022848636005,
  ],
  [
    13, 100, 8000, 0.01, -0.9, 0.3329232663115177, 79.37570696453687, 0.9, -0.9154419837970548,
    -1.1168635515984218,
  ],
  [
    14, 100, 1500, 1e-6, 0, 0.4393764074991152, 0.0014654247432907578, 0.5, 0.015077337071080029,
    0.29320003171590686,
  ],
  [
    15, 100, 6000000, 0.01, 0, 0.6413922300467859, 59999.56913309123, 0.5, 0.0382117439233436,
    -0.9266299459845595,
  ],
  [
    16, 100, 8000, 0.01, 0.3, 0.7872940990571761, 80.06016771186516, 0.3, 0.1787820926451281,
    -0.13159672248863222,
  ],
  [17, 60, 8000, 0.01, -0.5, 0, 79.75280804087433, 0.9, -0.5682633415256639, 1.0755132473644318],
  [
    18, 100, 8000, 0.01, 0.95, 0.9537567413318406, 86.0253248159748, 0.3, 0.9048394830607178,
    0.6187452432402046,
  ],
  [
    19, 70, 300, 0.01, 0, 0.37777402146049816, 2.672137717857342, 0.7, 0.09015309615195012,
    -1.0766972401143704,
  ],
  [
    20, 100, 300, 0.25, 0, 0.4533163922928562, 76.20146216780131, 0.3, 0.2094279566187788,
    0.011704999329977086,
  ],
])(
  'walk %i of %i prices from %i steps of %d that remembers %d: H %d, EMA %d, reverts %d, r %d, %d σ',
  (seed, count, at, step, memory, h, average, reverts, r, sigmas) => {
    const prices = walk(seed, count, at, step, memory);
    const ema = new Ema(20);
    for (const price of prices) ema.update(price);
    expect(hurst(prices)).toBeCloseTo(h, 9);
    expect(ema.value ?? prices.at(-1)).toBeCloseTo(average, 9);
    expect(meanReversionStrength(prices, average)).toBe(reverts);
    const found = lagOneAutocorrelation(returnsOf(prices.slice(-HURST_PRICES)));
    const distance = distanceInDeviations(prices, 50, average);
    for (const [value, expected] of [
      [found, r],
      [distance, sigmas],
    ] as const)
      if (expected === null) expect(value).toBeNull();
      else expect(value).toBeCloseTo(expected, 9);
  },
);

test.each([
  ['flat', Array.from({ length: 100 }, () => 82.39), 0.5],
  ['flat but for its last price', [...Array.from({ length: 99 }, () => 82.39), 82.4], null],
  ['up and down by turns', Array.from({ length: 100 }, (_, i) => 80 + (i % 2) / 100), null],
])('a list that is %s has a Hurst exponent between 0 and 1, 0.5 where nothing moves', (_, prices, exact) => {
  const h = hurst(prices);
  if (exact !== null) expect(h).toBe(exact);
  expect(h).toBeGreaterThanOrEqual(0);
  expect(h).toBeLessThanOrEqual(1);
});

test('closes that are all equal have no distance in deviations, however many digits they have', () => {
  for (const price of [82.39, 0.1, 1e-8, 61_234.57]) {
    const closes = Array.from({ length: 50 }, () => price);
    expect(deviationOfLast(closes, 20)).toBe(0);
    expect(distanceInDeviations(closes, 20, price * 0.99)).toBeNull();
  }
});

test('a close exactly 2 σ away is not beyond, and one exactly 1 σ away is not back', () => {
  // 24 closes at 99 and 101 by turns and a pair at 98 and 102 make the average 100.
  const far = [98, 102, ...Array.from({ length: 18 }, (_, i) => (i % 2 === 0 ? 99 : 101))];
  const sigma = deviationOfLast(far, 50);
  const edge = far.map((x) => 100 + (x - 100) / sigma); // so that 98 and 102 are 2 ÷ σ away
  expect(meanReversionStrength(edge, 100)).toBe(meanReversionStrength(far, 100));
  const back = [100 + 4 * sigma, 100 + sigma, ...Array.from({ length: 20 }, () => 100 + sigma)];
  expect(meanReversionStrength(back, 100)).toBe(0.5);
});

test.each([
  ['goes on', 0.6, 1],
  ['comes back', -0.6, -1],
])('the variance ratio of a walk that %s tells it with certainty', (_, memory, sign) => {
  const ratio = varianceRatio(returnsOf(walk(31, 256, 80_000, 0.01, memory)), 4)!;
  expect(Math.sign(ratio.ratio - 1)).toBe(sign);
  expect(sign * ratio.z).toBeGreaterThan(1.65);
});

test('a walk without memory has a variance ratio near 1, which nobody is sure of', () => {
  const beyond = Array.from({ length: 200 }, (_, seed) =>
    Math.abs(varianceRatio(returnsOf(walk(seed + 1, 256, 80_000, 0.01, 0)), 4)!.z),
  ).filter((z) => z > 1.96);
  expect(beyond.length).toBeLessThan(20); // 5 % of 200 are 10
});

test('a distance that halves every five bars is found to, in the middle of many', () => {
  const keep = 0.5 ** (1 / 5);
  const found = Array.from({ length: 101 }, (_, seed) => {
    const next = uniform(seed + 1);
    let x = 0;
    const path = Array.from({ length: 200 }, () => {
      x = keep * x + next() - 0.5;
      return x;
    });
    return reversionHalfLife(path) ?? Number.POSITIVE_INFINITY;
  }).sort((a, b) => a - b);
  expect(found[50]).toBeGreaterThan(4);
  expect(found[50]).toBeLessThan(6.5);
});

test('what never varies, or is too short, has neither', () => {
  const flat = Array.from({ length: 100 }, () => 0);
  expect([varianceRatio(flat, 4), reversionHalfLife(flat)]).toEqual([null, null]);
  expect([varianceRatio([1, 2, 3], 4), reversionHalfLife([1, 2, 3])]).toEqual([null, null]);
});
