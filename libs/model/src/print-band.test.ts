import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PrintBand } from './print-band.ts';
import { NEVER_QUIET } from './quiet.ts';

const admitted = (...prices: readonly number[]) => {
  const band = new PrintBand();
  return prices.filter((price) => band.admit(price));
};

test('one print that leaps is set aside, whichever way, and the market goes on as it was', () => {
  expect(admitted(100, 0.01, 101, 9_999, 102)).toEqual([100, 101, 102]);
});

test('two prints near each other say that the market is there', () => {
  expect(admitted(100, 50, 51, 49)).toEqual([100, 51, 49]);
  expect(admitted(100, 300, 290, 310)).toEqual([100, 290, 310]);
});

test('two leaps to different places are both set aside', () => {
  expect(admitted(100, 1, 500, 99)).toEqual([100, 99]);
});

test('a first print that was impossible costs two prints, no more', () => {
  expect(admitted(0.01, 100, 101, 102)).toEqual([0.01, 101, 102]);
});

test('kept and brought back at any point, it judges as it would have', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.01, max: 1_000, noNaN: true })), fc.nat(), (prices, at) => {
      const whole = new PrintBand();
      let split = new PrintBand();
      prices.forEach((price, i) => {
        if (i === at) split = new PrintBand(split.state());
        expect(split.admit(price)).toBe(whole.admit(price));
      });
    }),
  );
});

test('prices that are quiet follow each other in any order, and none is set aside', () => {
  const price = fc.double({ min: 0.9, max: 1.1, noNaN: true });
  fc.assert(
    fc.property(fc.array(price, { maxLength: 20 }), (ratios) => {
      const band = new PrintBand({ good: 100, aside: 0 });
      const { above, below } = band.quiet;
      const quiet = ratios.map((ratio) => ratio * 100).filter((each) => each > above && each < below);
      expect(quiet.every((each) => band.admit(each))).toBe(true);
    }),
  );
  expect(new PrintBand().quiet).toBe(NEVER_QUIET);
});
