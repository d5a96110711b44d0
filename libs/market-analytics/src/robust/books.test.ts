import { type Candle, type FairValueGap, TIMEFRAME_US, type Zone } from '@algo/model';
import { expect, test } from '@jest/globals';
import { BAR_FEATURES, barReading, meanReversionStrength } from './bar-reading.ts';
import { BarSeries } from './bar-series.ts';
import { GapBook } from './gaps.ts';
import { TEST_INSTRUMENT, uniform } from './testing/synthetic-tape.ts';
import { ZoneBook } from './zones.ts';

type Ohlc = readonly [open: number, high: number, low: number, close: number];
const TICK = 0.01;
/** Bars of range 1 around 100, so that ATR14 is 1. */
const CALM: readonly Ohlc[] = Array.from({ length: 30 }, () => [99.7, 100.5, 99.5, 100.3]);

/** One 1m timeframe with its books, fed bar by bar; what happens is kept as short texts. */
function structure() {
  const series = new BarSeries('1m');
  const zones = new ZoneBook(TEST_INSTRUMENT, series, TICK, []);
  const gaps = new GapBook(TEST_INSTRUMENT, series, TICK);
  const said: string[] = [];
  const onZone = (z: Zone) => said.push(`${z.kind} ${z.status} ${z.touches}`);
  const onGap = (g: FairValueGap) => said.push(`${g.kind} ${g.status} ${g.filled.toFixed(2)}`);
  const length = TIMEFRAME_US['1m'];
  let openTimeUs = 0;
  const bar = ([open, high, low, close]: Ohlc, change: Partial<Candle> = {}) => {
    series.push({
      instrument: TEST_INSTRUMENT,
      timeframe: '1m',
      openTimeUs,
      open,
      high,
      low,
      close,
      volume: 10,
      buyVolume: close >= open ? 8 : 2,
      sellVolume: close >= open ? 2 : 8,
      trades: 100,
      buyTrades: 50,
      sellTrades: 50,
      complete: true,
      ...change,
    });
    openTimeUs += length;
    zones.onBar(openTimeUs, onZone);
    gaps.onBar(openTimeUs, onGap);
  };
  const price = (p: number) => {
    if (p <= zones.lowerGuard || p >= zones.upperGuard) zones.onPrice(p, openTimeUs, onZone);
    if (p <= gaps.lowerGuard || p >= gaps.upperGuard) gaps.onPrice(p, openTimeUs, onGap);
  };
  const skip = () => {
    openTimeUs += length;
  };
  for (const calm of CALM) bar(calm);
  said.length = 0;
  return { series, zones, gaps, said, bar, price, skip };
}

/** The same bar or price upside down around 100. */
const flip = ([o, h, l, c]: Ohlc): Ohlc => [200 - o, 200 - l, 200 - h, 200 - c];
const both = [
  ['demand', 'bullish', (b: Ohlc) => b, (p: number) => p],
  ['supply', 'bearish', flip, (p: number) => 200 - p],
] as const;

test.each(both)(
  'a rejection draws a %s zone once a bar confirms it; touches use it up',
  (kind, _, side, at) => {
    const s = structure();
    s.bar(side([100.2, 100.5, 98.5, 100.3]));
    expect(s.said).toEqual([]);
    s.bar(side([100.3, 101.4, 100.2, 101.2]));
    expect(s.said).toEqual([`${kind} fresh 0`]);
    expect(s.zones.living()[0]).toMatchObject({ origin: 'rejection', kind });
    // Proximal edge 100.2, height 1.7: a new touch counts only after price was above 101.05.
    s.price(at(100.21));
    expect(s.said.length).toBe(1);
    s.price(at(100.2));
    s.price(at(99));
    s.price(at(101));
    s.price(at(100));
    s.price(at(101.06));
    s.price(at(100));
    s.price(at(101.5));
    s.price(at(100));
    expect(s.said.slice(1)).toEqual([`${kind} tested 1`, `${kind} tested 2`, `${kind} expired 3`]);
    expect(s.zones.living()).toEqual([]);
  },
);

test.each(both)('a rejection that no bar confirms within three makes no %s zone', (_kind, _, side, _at) => {
  const s = structure();
  s.bar(side([100.2, 100.5, 98.5, 100.3]));
  for (let i = 0; i < 3; i++) s.bar(side([100.2, 100.45, 99.9, 100.3]));
  s.bar(side([100.3, 101.4, 100.2, 101.2]));
  expect(s.said).toEqual([]);
});

test.each(both)(
  'a base that price leaves with an impulse becomes a %s zone, and a close beyond breaks it',
  (kind, _, side, _at) => {
    const s = structure();
    s.bar(side([100.1, 100.4, 99.9, 100.2]));
    s.bar(side([100.2, 102.7, 100.1, 102.6]));
    const zone = s.zones.living()[0]!;
    expect(zone).toMatchObject({ kind, origin: 'base-impulse', status: 'fresh' });
    expect(zone.strength).toBeGreaterThan(50);
    expect(zone.strength).toBeLessThanOrEqual(100);
    s.bar(side([102.6, 102.6, 99.3, 99.45]));
    expect(s.said.at(-1)).toMatch(/broken|tested/);
    s.bar(side([99.4, 99.5, 97.5, 98]));
    expect(s.said.filter((text) => text.startsWith(kind)).at(-1)).toContain('broken');
  },
);

test('a wick through a zone without a close beyond weakens it and counts as a test', () => {
  const s = structure();
  s.bar([100.2, 100.5, 98.5, 100.3]);
  s.bar([100.3, 101.4, 100.2, 101.2]);
  const before = s.zones.living()[0]!.strength;
  s.bar([101.2, 101.3, 98.4, 101]);
  const after = s.zones.living()[0]!;
  expect(after).toMatchObject({ status: 'tested', touches: 1 });
  expect(before - after.strength).toBeGreaterThan(15);
});

test('a zone that nothing touches expires after 500 bars', () => {
  const s = structure();
  s.bar([100.2, 100.5, 98.5, 100.3]);
  s.bar([100.3, 101.4, 100.2, 101.2]);
  for (let i = 0; i < 499; i++) s.bar([110.1, 110.5, 109.9, 110.3]);
  const own = () => s.zones.living().filter((zone) => zone.low === 98.5).length;
  expect(own()).toBe(1);
  s.bar([110.1, 110.5, 109.9, 110.3]);
  expect(own()).toBe(0);
});

/** Three bars that leave a gap from 100.5 to 101.5. */
const GAP: readonly Ohlc[] = [
  [99.7, 100.5, 99.5, 100.3],
  [100.3, 102.3, 100.2, 102.2],
  [102.2, 102.6, 101.5, 102.4],
];

test.each(both)(
  '(%s side) a %s gap fills with the trades: partial at half, filled at its far edge',
  (_, kind, side, at) => {
    const s = structure();
    for (const b of GAP) s.bar(side(b));
    const said = () => s.said.filter((text) => text.startsWith(kind));
    expect(said()).toEqual([`${kind} open 0.00`]);
    for (const p of [102, 101.5, 101.3, 101.4, 101.0, 100.9, 100.5, 100.2]) s.price(at(p));
    expect(said().slice(1)).toEqual([`${kind} partial 0.50`, `${kind} filled 1.00`]);
    s.bar(side([102.2, 102.4, 100.4, 101]));
    expect(s.gaps.living()).toEqual([]);
  },
);

test('a gap that a bar closes through is inverted, until a bar closes back through it', () => {
  const s = structure();
  for (const b of GAP) s.bar(b);
  s.price(100.3);
  s.bar([102.2, 102.2, 100.2, 100.3]);
  expect(s.gaps.living().map((gap) => gap.status)).toEqual(['inverted']);
  s.bar([100.3, 101.9, 100.3, 101.8]);
  expect(s.gaps.living().filter((gap) => gap.low === 100.5)).toEqual([]);
});

test.each([
  ['incomplete', { complete: false }],
  ['of too few trades', { trades: 59 }],
])('a middle bar %s makes no gap', (_, change) => {
  const s = structure();
  s.bar(GAP[0]!);
  s.bar(GAP[1]!, change);
  s.bar(GAP[2]!);
  expect(s.gaps.living()).toEqual([]);
});

test('bars that do not follow each other make no gap', () => {
  const s = structure();
  s.bar(GAP[0]!);
  s.skip();
  s.bar(GAP[1]!);
  s.bar(GAP[2]!);
  expect(s.gaps.living()).toEqual([]);
});

test('living zones and gaps stay bounded however wild the bars', () => {
  const s = structure();
  const next = uniform(9);
  let at = 500;
  for (let i = 0; i < 5000; i++) {
    const open = at;
    at = Math.max(50, at + (next() - 0.5) * (next() < 0.1 ? 12 : 1.5));
    s.bar([open, Math.max(open, at) + next(), Math.min(open, at) - next(), at]);
    s.price(at);
    for (const kind of ['demand', 'supply'] as const) {
      expect(s.zones.living().filter((zone) => zone.kind === kind).length).toBeLessThanOrEqual(16);
    }
    expect(s.gaps.living().length).toBeLessThanOrEqual(32);
  }
  expect(s.said.length).toBeGreaterThan(200);
});

function seriesOf(closes: readonly number[]): BarSeries {
  const series = new BarSeries('15m');
  closes.forEach((close, i) => {
    series.push({
      instrument: TEST_INSTRUMENT,
      timeframe: '15m',
      openTimeUs: i * TIMEFRAME_US['15m'],
      open: close,
      high: close + 0.1,
      low: close - 0.1,
      close,
      volume: i + 1,
      buyVolume: i + 1,
      sellVolume: 0,
      trades: 500,
      buyTrades: 500,
      sellTrades: 0,
      complete: true,
    });
  });
  return series;
}

test('a regime has each number as soon as its bars are there, and null before', () => {
  const wave = Array.from({ length: 201 }, (_, i) => 100 + Math.sin(i) + i / 50);
  const nulls = (bars: number) => {
    const { values } = barReading(seriesOf(wave.slice(0, bars)));
    return BAR_FEATURES.filter((_, i) => values[i] === null);
  };
  expect(nulls(0)).toEqual(BAR_FEATURES);
  expect(nulls(14)).toContain('atr_14');
  expect(nulls(15)).not.toContain('atr_percent');
  expect(nulls(27)).toContain('adx_14');
  expect(nulls(28)).not.toContain('adx_14');
  expect(nulls(100)).toEqual(['ema_200', 'hurst', 'mean_reversion', 'autocorrelation']);
  expect(nulls(101)).toEqual(['ema_200', 'mean_reversion']);
  expect(nulls(200)).not.toContain('ema_200');
});

test('spikes that come straight back are mean reversion 1, a market that runs away is 0', () => {
  const spikes = Array.from({ length: 200 }, (_, i) => 100 + (i % 2) * 0.1 + (i % 25 === 24 ? 3 : 0));
  expect(meanReversionStrength(seriesOf(spikes))).toBe(1);
  // Steps up of which none is taken back.
  const steps = Array.from({ length: 200 }, (_, i) => 100 + Math.floor(i / 30) * 5 + (i % 2) * 0.1);
  expect(meanReversionStrength(seriesOf(steps))).toBe(0);
});

test('the deviation is the distance from EMA20 in standard deviations of the last 20 closes', () => {
  const closes = [...Array.from({ length: 20 }, (_, i) => 100 + (i % 2)), 104];
  const { values } = barReading(seriesOf(closes));
  const [ema20, deviation] = [values[0]!, values[BAR_FEATURES.indexOf('deviation_20')]!];
  const last20 = closes.slice(-20);
  const mean = last20.reduce((a, b) => a + b) / 20;
  const sigma = Math.sqrt(last20.reduce((s, c) => s + (c - mean) ** 2, 0) / 20);
  expect(deviation).toBeCloseTo((104 - ema20) / sigma, 12);
});
