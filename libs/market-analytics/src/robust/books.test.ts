import { type FairValueGap, TIMEFRAME_US, type Zone } from '@algo/model';
import { expect, test } from 'vitest';
import { BarSeries } from '../bar-series.ts';
import { Resolution } from '../resolution.ts';
import { TEST_INSTRUMENT, uniform } from '../testing/synthetic-tape.ts';
import { AtrBars } from './atr-bars.ts';
import { GapBook } from './gap-book.ts';
import { ZoneBook } from './zone-book.ts';

type Ohlc = readonly [open: number, high: number, low: number, close: number];
/** Bars of range 1 around 100, so that ATR14 is 1. */
const CALM: readonly Ohlc[] = Array.from({ length: 30 }, () => [99.7, 100.5, 99.5, 100.3]);

/** One 1m timeframe with its books, fed bar by bar; what happens is kept as short texts. */
function structure() {
  const resolution = new Resolution(0.01, 1);
  const bars = new AtrBars(new BarSeries('1m'), resolution);
  const books = { zones: new ZoneBook(TEST_INSTRUMENT, bars, []), gaps: new GapBook(TEST_INSTRUMENT, bars) };
  const said: string[] = [];
  const zones = new Map<string, Zone>();
  const gaps = new Map<string, FairValueGap>();
  const onZone = (z: Zone) => {
    said.push(`${z.kind} ${z.status} ${z.touches}`);
    zones.set(z.id, z);
  };
  const onGap = (g: FairValueGap) => {
    said.push(`${g.kind} ${g.status} ${g.filled.toFixed(2)}`);
    gaps.set(g.id, g);
  };
  const length = TIMEFRAME_US['1m'];
  let openTimeUs = 0;
  const bar = (prices: Ohlc, change: { complete?: boolean; buyTrades?: number } = {}) => {
    const [open, high, low, close] = prices.map((price) => resolution.price.toSteps(price));
    const flow = close! >= open! ? { buy: 8, sell: 2 } : { buy: 2, sell: 8 };
    bars.series.push({
      ...{ openTimeUs, open: open!, high: high!, low: low!, close: close!, ...flow },
      ...{ buyTrades: 100, sellTrades: 0, complete: true, ...change },
    });
    bars.onBar();
    openTimeUs += length;
    books.zones.onBar(openTimeUs, onZone);
    books.gaps.onBar(openTimeUs, onGap);
  };
  const price = (value: number) => {
    const p = resolution.price.toSteps(value);
    if (p <= books.zones.lowerGuard || p >= books.zones.upperGuard)
      books.zones.onPrice(p, openTimeUs, onZone);
    if (p <= books.gaps.lowerGuard || p >= books.gaps.upperGuard) books.gaps.onPrice(p, openTimeUs, onGap);
  };
  const skip = () => {
    openTimeUs += length;
  };
  /** Those whose last step was not their end. */
  const livingZones = () => [...zones.values()].filter(({ status }) => /fresh|tested/.test(status));
  const livingGaps = () => [...gaps.values()].filter(({ status }) => !/filled|expired/.test(status));
  for (const calm of CALM) bar(calm);
  said.length = 0;
  return { said, bar, price, skip, livingZones, livingGaps };
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
    expect(s.livingZones()[0]).toMatchObject({ origin: 'rejection', kind });
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
    expect(s.livingZones()).toEqual([]);
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
    const zone = s.livingZones()[0]!;
    expect(zone).toMatchObject({ kind, origin: 'base-impulse', status: 'fresh' });
    expect(zone.strength).toBeGreaterThan(50);
    expect(zone.strength).toBeLessThanOrEqual(100);
    s.bar(side([102.6, 102.6, 99.3, 99.45]));
    expect(s.said.at(-1)).toMatch(/broken|tested/);
    s.bar(side([99.4, 99.5, 97.5, 98]));
    expect(s.said.filter((text) => text.startsWith(kind)).at(-1)).toContain('broken');
  },
);

test('a wick through a zone without a close beyond weakens it, and the visit stays one touch', () => {
  const s = structure();
  s.bar([100.2, 100.5, 98.5, 100.3]);
  s.bar([100.3, 101.4, 100.2, 101.2]);
  const before = s.livingZones()[0]!.strength;
  s.price(98.4);
  s.bar([101.2, 101.3, 98.4, 101]);
  const after = s.livingZones()[0]!;
  expect(after).toMatchObject({ status: 'tested', touches: 1 });
  expect(before - after.strength).toBeGreaterThan(15);
});

test('a zone that nothing touches expires after 500 bars', () => {
  const s = structure();
  s.bar([100.2, 100.5, 98.5, 100.3]);
  s.bar([100.3, 101.4, 100.2, 101.2]);
  for (let i = 0; i < 499; i++) s.bar([110.1, 110.5, 109.9, 110.3]);
  const own = () => s.livingZones().filter((zone) => zone.low === 98.5).length;
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
  '(%s side) a %s gap fills with the trades: touched, partial at half, filled at its far edge',
  (_, kind, side, at) => {
    const s = structure();
    for (const b of GAP) s.bar(side(b));
    const said = () => s.said.filter((text) => text.startsWith(kind));
    expect(said()).toEqual([`${kind} open 0.00`]);
    for (const p of [102, 101.5, 101.3, 101.4, 101.0, 100.9, 100.5, 100.2]) s.price(at(p));
    const steps = ['touched 0.20', 'partial 0.50', 'filled 1.00'];
    expect(said().slice(1)).toEqual(steps.map((step) => `${kind} ${step}`));
    s.bar(side([102.2, 102.4, 100.4, 101]));
    expect(s.livingGaps()).toEqual([]);
  },
);

test('a gap that a bar closes through is inverted, until a bar closes back through it', () => {
  const s = structure();
  for (const b of GAP) s.bar(b);
  s.price(100.3);
  s.bar([102.2, 102.2, 100.2, 100.3]);
  expect(s.livingGaps().map((gap) => gap.status)).toEqual(['inverted']);
  s.bar([100.3, 101.9, 100.3, 101.8]);
  expect(s.livingGaps().filter((gap) => gap.low === 100.5)).toEqual([]);
});

test.each([
  ['incomplete', { complete: false }],
  ['of too few trades', { buyTrades: 59 }],
])('a middle bar %s makes no gap', (_, change) => {
  const s = structure();
  s.bar(GAP[0]!);
  s.bar(GAP[1]!, change);
  s.bar(GAP[2]!);
  expect(s.livingGaps()).toEqual([]);
});

test.each([0, 1, 2])('a gap over a bar without trades is none, whichever of the three it is', (empty) => {
  const s = structure();
  GAP.forEach((b, i) => {
    s.bar(b, i === empty ? { buyTrades: 0 } : {});
  });
  expect(s.livingGaps()).toEqual([]);
});

test('the 17th gap of a kind has the oldest expire', () => {
  const s = structure();
  for (let i = 0; i < 17; i++)
    for (const [o, h, l, c] of GAP) s.bar([o + i * 4, h + i * 4, l + i * 4, c + i * 4]);
  const gaps = s.said.filter((text) => text.startsWith('bullish'));
  expect(gaps.filter((text) => text.includes('open')).length).toBeGreaterThan(16);
  expect(gaps.filter((text) => text.includes('expired')).length).toBe(
    gaps.filter((text) => text.includes('open')).length - 16,
  );
  expect(s.livingGaps().length).toBe(16);
});

test('bars that do not follow each other make no gap', () => {
  const s = structure();
  s.bar(GAP[0]!);
  s.skip();
  s.bar(GAP[1]!);
  s.bar(GAP[2]!);
  expect(s.livingGaps()).toEqual([]);
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
      expect(s.livingZones().filter((zone) => zone.kind === kind).length).toBeLessThanOrEqual(16);
    }
    expect(s.livingGaps().length).toBeLessThanOrEqual(32);
  }
  expect(s.said.length).toBeGreaterThan(200);
});
