import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Adx, Atr, Ema } from './index.ts';

type Bar = readonly [high: number, low: number, close: number];

/** A 252-bar series without randomness: two incommensurate waves, a drift, and some flat bars. */
function series(length = 252): Bar[] {
  const bars: Bar[] = [];
  for (let i = 0; i < length; i++) {
    const close = 100 + 9 * Math.sin(i / 7) + 4 * Math.cos(i * 1.37) + i * 0.03;
    const up = i % 17 === 0 ? 0 : 1.2 + Math.sin(i * 2.1);
    const down = i % 17 === 0 ? 0 : 1.1 + Math.cos(i * 1.9);
    bars.push([close + up, close - down, close]);
  }
  return bars;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

// The reference computes each series as a whole, from the
// definitions, and shares nothing with the streaming classes.
function referenceEma(closes: readonly number[], p: number): (number | null)[] {
  const out: (number | null)[] = closes.map(() => null);
  out[p - 1] = mean(closes.slice(0, p));
  for (let i = p; i < closes.length; i++) {
    out[i] = closes[i]! * (2 / (p + 1)) + out[i - 1]! * (1 - 2 / (p + 1));
  }
  return out;
}

function trueRanges(bars: readonly Bar[]): number[] {
  return bars.map(([h, l], i) =>
    i === 0 ? Number.NaN : Math.max(h - l, Math.abs(h - bars[i - 1]![2]), Math.abs(l - bars[i - 1]![2])),
  );
}

function referenceAtr(bars: readonly Bar[], p: number): (number | null)[] {
  const tr = trueRanges(bars);
  const out: (number | null)[] = bars.map(() => null);
  out[p] = mean(tr.slice(1, p + 1));
  for (let i = p + 1; i < bars.length; i++) out[i] = out[i - 1]! * ((p - 1) / p) + tr[i]! / p;
  return out;
}

function referenceAdx(bars: readonly Bar[], p: number): (number | null)[] {
  const tr = trueRanges(bars);
  const ups = bars.map(([h], i) => (i === 0 ? 0 : h - bars[i - 1]![0]));
  const downs = bars.map(([, l], i) => (i === 0 ? 0 : bars[i - 1]![1] - l));
  const plus = ups.map((u, i) => (u > downs[i]! && u > 0 ? u : 0));
  const minus = downs.map((d, i) => (d > ups[i]! && d > 0 ? d : 0));
  const wilder = (xs: readonly number[]) => {
    const out = [...xs];
    out[p - 1] = xs.slice(1, p).reduce((a, b) => a + b, 0);
    for (let i = p; i < xs.length; i++) out[i] = out[i - 1]! * (1 - 1 / p) + xs[i]!;
    return out;
  };
  const [sTr, sPlus, sMinus] = [wilder(tr), wilder(plus), wilder(minus)];
  const dx = bars.map((_, i) => {
    const a = sPlus[i]! / sTr[i]!;
    const b = sMinus[i]! / sTr[i]!;
    return (100 * Math.abs(a - b)) / (a + b);
  });
  const out: (number | null)[] = bars.map(() => null);
  out[2 * p - 1] = mean(dx.slice(p, 2 * p));
  for (let i = 2 * p; i < bars.length; i++) out[i] = (out[i - 1]! * (p - 1) + dx[i]!) / p;
  return out;
}

function expectSame(actual: readonly (number | null)[], expected: readonly (number | null)[]): void {
  expect(actual.map((v) => v === null)).toEqual(expected.map((v) => v === null));
  actual.forEach((v, i) => {
    if (v !== null) expect(Math.abs(v - expected[i]!)).toBeLessThan(1e-9);
  });
}

test.each([10, 20, 50, 200])(
  'EMA %i equals the definition on every bar, and starts where TA-Lib starts',
  (p) => {
    const closes = series().map((bar) => bar[2]);
    const ema = new Ema(p);
    expectSame(
      closes.map((c) => {
        ema.update(c);
        return ema.value;
      }),
      referenceEma(closes, p),
    );
  },
);

test.each([5, 14])('ATR %i equals the definition on every bar', (p) => {
  const atr = new Atr(p);
  expectSame(
    series().map(([h, l, c]) => {
      atr.update(h, l, c);
      return atr.value;
    }),
    referenceAtr(series(), p),
  );
});

test.each([5, 14])('ADX %i equals the definition on every bar', (p) => {
  const adx = new Adx(p);
  expectSame(
    series().map(([h, l, c]) => {
      adx.update(h, l, c);
      return adx.value;
    }),
    referenceAdx(series(), p),
  );
});

test('a market that never moves has ATR 0 and an ADX of 0, not NaN', () => {
  const [atr, adx] = [new Atr(14), new Adx(14)];
  for (let i = 0; i < 60; i++) {
    atr.update(50, 50, 50);
    adx.update(50, 50, 50);
  }
  expect(atr.value).toBe(0);
  expect(adx.value).toBe(0);
});

test('restored at any bar, the indicators go on bit for bit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 120 }), (cut) => {
      const bars = series(160);
      const make = () => ({ ema: new Ema(20), atr: new Atr(14), adx: new Adx(14) });
      const feed = (x: ReturnType<typeof make>, [h, l, c]: Bar) => {
        x.ema.update(c);
        x.atr.update(h, l, c);
        x.adx.update(h, l, c);
      };
      const whole = make();
      for (const bar of bars) feed(whole, bar);
      const before = make();
      for (const bar of bars.slice(0, cut)) feed(before, bar);
      const after = make();
      after.ema.restore(before.ema.snapshot());
      after.atr.restore(before.atr.snapshot());
      after.adx.restore(before.adx.snapshot());
      for (const bar of bars.slice(cut)) feed(after, bar);
      expect([after.ema.value, after.atr.value, after.adx.value]).toEqual([
        whole.ema.value,
        whole.atr.value,
        whole.adx.value,
      ]);
    }),
  );
});

test('a period that makes no sense is refused by name', () => {
  expect(() => new Ema(0)).toThrow('period = 0');
  expect(() => new Adx(1.5)).toThrow('period = 1.5');
});

test('a foreign snapshot is refused', () => {
  expect(() => new Atr(14).restore([1, 2])).toThrow('atr snapshot');
});

// Computed once by TA-Lib's own C library (0.6) from the same formula series: indicator, bar, value.
test.each([
  ['ema20', 19, 106.64282597917206],
  ['ema20', 49, 100.05058046619165],
  ['ema20', 251, 104.92563782864198],
  ['ema200', 199, 103.61679486914487],
  ['ema200', 251, 104.61759744928396],
  ['atr14', 14, 4.27552861145321],
  ['atr14', 44, 4.251632510471231],
  ['atr14', 251, 4.462768303215919],
  ['adx14', 27, 13.042010785314243],
  ['adx14', 57, 13.928527907648785],
  ['adx14', 251, 13.9781715990907],
] as const)('%s at bar %i is what TA-Lib itself computes', (name, bar, golden) => {
  const all = { ema20: new Ema(20), ema200: new Ema(200), atr14: new Atr(14), adx14: new Adx(14) };
  for (const [h, l, c] of series().slice(0, bar + 1)) {
    all.ema20.update(c);
    all.ema200.update(c);
    all.atr14.update(h, l, c);
    all.adx14.update(h, l, c);
  }
  expect(Math.abs(all[name].value! - golden)).toBeLessThan(1e-9);
});
