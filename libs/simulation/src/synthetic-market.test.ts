import {
  BUY,
  Decimal,
  type TradeColumns,
  US_PER_DAY,
  US_PER_HOUR,
  US_PER_MINUTE,
  US_PER_SECOND,
} from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Phase } from './market-script.ts';
import { SyntheticMarket, type SyntheticSettings } from './synthetic-market.ts';
import { LTC } from './testing/paper-fixture.ts';

const START_US = 1_750_000_000 * US_PER_SECOND;
const HOURS = 6;
const settings: SyntheticSettings = { instrument: LTC, seed: 1, startUs: START_US, startPrice: 85 };

interface Trade {
  readonly timeUs: number;
  readonly price: number;
  readonly quantity: number;
  readonly buys: boolean;
}

/** Some hours of the market, trade by trade, with its truth. */
function hours(seed: number): { readonly trades: Trade[]; readonly phases: readonly Phase[] } {
  const market = new SyntheticMarket({ ...settings, seed });
  const trades: Trade[] = [];
  const phases = new Map<number, Phase>();
  for (let hour = 1; hour <= HOURS; hour++) {
    const columns = market.next(START_US + hour * US_PER_HOUR);
    for (let row = 0; row < columns.count; row++)
      trades.push({
        timeUs: columns.timeUs[row]!,
        price: columns.price[row]!,
        quantity: columns.quantity[row]!,
        buys: columns.side[row] === BUY,
      });
    for (const phase of market.phases()) phases.set(phase.startUs, phase);
  }
  return { trades, phases: [...phases.values()] };
}

const { trades, phases } = hours(1);
const ended = phases.filter((phase) => phase.endUs <= START_US + HOURS * US_PER_HOUR);

function within(phase: Pick<Phase, 'startUs' | 'endUs'>): Trade[] {
  return trades.filter(({ timeUs }) => timeUs >= phase.startUs && timeUs < phase.endUs);
}

function volume(of: readonly Trade[], buys: boolean): number {
  return of.reduce((sum, trade) => sum + (trade.buys === buys ? trade.quantity : 0), 0);
}

/** One taker order for each time: when it came and which way. */
const orders = trades.filter((trade, i) => trade.timeUs !== trades[i - 1]?.timeUs);

/** Returns a line for each trade, so that two tapes compare fast. */
function lines(parts: readonly TradeColumns[]): string[] {
  return parts.flatMap(({ timeUs, price, quantity, side, ids }) =>
    Array.from(timeUs, (at, row) => `${ids.values[row]} ${at} ${price[row]} ${quantity[row]} ${side[row]}`),
  );
}

test('one long call gives the same trades as many short ones, also through snapshots', () => {
  const spanUs = 15 * US_PER_MINUTE;
  const cutTimes = fc.array(fc.integer({ min: 0, max: spanUs }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.nat(), cutTimes, fc.boolean(), (seed, cuts, restored) => {
      const whole = new SyntheticMarket({ ...settings, seed });
      let sliced = new SyntheticMarket({ ...settings, seed });
      const expected = lines([whole.next(START_US + spanUs)]).join();
      const parts: TradeColumns[] = [];
      for (const cut of [...cuts.sort((a, b) => a - b), spanUs]) {
        parts.push(sliced.next(START_US + cut));
        if (restored)
          sliced = SyntheticMarket.restore(
            { ...settings, seed },
            JSON.parse(JSON.stringify(sliced.snapshot())),
          );
      }
      expect(lines(parts).join()).toBe(expected);
      expect(sliced.snapshot()).toEqual(whole.snapshot());
    }),
    { numRuns: 30 },
  );
});

test.each([
  ['cents', LTC, 85],
  [
    'tiny ticks and large steps',
    { ...LTC, priceTick: Decimal.of('0.00000005'), quantityStep: Decimal.of('10') },
    0.00012,
  ],
])(
  'with %s, trades are in order, counted from 1, on tick and step, before the time asked for',
  (_, instrument, startPrice) => {
    const market = new SyntheticMarket({ ...settings, instrument, startPrice });
    const onGrid = (value: number, size: Decimal): boolean => {
      const count = Math.round(value / size.toNumber());
      return count > 0 && value === size.times(Decimal.of(`${count}`)).toNumber();
    };
    let count = 0;
    let lastUs = START_US;
    const faults: string[] = [];
    for (let minute = 30; minute <= 60; minute += 30) {
      const untilUs = START_US + minute * US_PER_MINUTE;
      const { timeUs, price, quantity, ids } = market.next(untilUs);
      timeUs.forEach((at, row) => {
        const inOrder =
          Number.isSafeInteger(at) && at >= lastUs && at < untilUs && ids.values[row] === ++count;
        lastUs = at;
        if (
          !inOrder ||
          !onGrid(price[row]!, instrument.priceTick) ||
          !onGrid(quantity[row]!, instrument.quantityStep)
        )
          faults.push(`row ${row} before ${untilUs}`);
      });
    }
    expect(faults).toEqual([]);
    expect(count).toBeGreaterThan(7_000);
  },
);

test('an hour has 8 to 14 bursts of 60 to 150 seconds', () => {
  const bursts = ended.filter(({ kind }) => kind === 'burst');
  expect(bursts.length / HOURS).toBeGreaterThan(8);
  expect(bursts.length / HOURS).toBeLessThan(14);
  for (const { startUs, endUs } of bursts) {
    expect(endUs - startUs).toBeGreaterThanOrEqual(60 * US_PER_SECOND);
    expect(endUs - startUs).toBeLessThanOrEqual(150 * US_PER_SECOND);
  }
});

test('in a burst takers are 4 : 1 one-sided, price follows by 0.5 to 1.5 %, the 1m ratio passes 2.5', () => {
  for (const phase of ended.filter(({ kind }) => kind === 'burst')) {
    const inside = within(phase);
    const along = volume(inside, phase.direction === 1);
    expect(along / volume(inside, phase.direction !== 1)).toBeGreaterThanOrEqual(4);
    const move = Math.log(inside.at(-1)!.price / inside[0]!.price) * phase.direction;
    expect(move).toBeGreaterThan(0.005);
    expect(move).toBeLessThan(0.015);
    const minute = within({ startUs: phase.startUs, endUs: phase.startUs + 60 * US_PER_SECOND });
    expect(volume(minute, phase.direction === 1) / volume(minute, phase.direction !== 1)).toBeGreaterThan(
      2.5,
    );
  }
});

test('a base is narrow, its burst leaves it, and a return comes back near it before the bounce', () => {
  const returns = ended.filter(({ kind }) => kind === 'return');
  expect(returns.length).toBeGreaterThan(HOURS);
  for (const phase of ended.filter(({ kind }) => kind === 'base')) {
    const prices = within(phase).map(({ price }) => price);
    expect(Math.log(Math.max(...prices) / Math.min(...prices))).toBeLessThan(0.003);
  }
  for (const phase of returns) {
    const last = within(phase).at(-1)!;
    const beyondBase = (Math.log(last.price) - phase.baseLogPrice!) * -phase.direction;
    expect(beyondBase).toBeGreaterThan(-0.001);
    expect(beyondBase).toBeLessThan(0.003);
    const next = phases.find(({ startUs }) => startUs === phase.endUs);
    expect(next).toMatchObject({ kind: 'burst', direction: -phase.direction });
  }
});

test('bursts leave fair value gaps on one-minute bars, several an hour', () => {
  const bars = new Map<number, { high: number; low: number }>();
  for (const { timeUs, price } of trades) {
    const minute = Math.floor(timeUs / US_PER_MINUTE);
    const bar = bars.get(minute) ?? { high: price, low: price };
    bars.set(minute, { high: Math.max(bar.high, price), low: Math.min(bar.low, price) });
  }
  let gaps = 0;
  for (const [minute, a] of bars) {
    const c = bars.get(minute + 2);
    if (c !== undefined && (c.low / a.high > 1.001 || a.low / c.high > 1.001)) gaps++;
  }
  expect(gaps / HOURS).toBeGreaterThan(3);
});

test('arrivals cluster: a few orders a second, their gaps spread wider than chance', () => {
  const gaps = orders.slice(1).map(({ timeUs }, i) => timeUs - orders[i]!.timeUs);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(US_PER_SECOND / mean).toBeGreaterThan(2);
  expect(US_PER_SECOND / mean).toBeLessThan(6);
  expect(Math.sqrt(variance) / mean).toBeGreaterThan(1.3);
});

test.each([
  [1, 0.2],
  [5, 0.1],
  [10, 0.05],
])('order signs are still correlated %i orders later, outside bursts too', (lag, least) => {
  const bursts = phases.filter(({ kind }) => kind === 'burst');
  const calm = orders.filter(({ timeUs }) => !bursts.some((b) => timeUs >= b.startUs && timeUs < b.endUs));
  const signs = calm.map(({ buys }) => (buys ? 1 : -1));
  const mean = signs.reduce((sum, sign) => sum + sign, 0) / signs.length;
  let covariance = 0;
  for (let i = lag; i < signs.length; i++) covariance += (signs[i]! - mean) * (signs[i - lag]! - mean);
  expect(covariance / signs.length / (1 - mean ** 2)).toBeGreaterThan(least);
});

test('sizes have a heavy tail, and some orders print in several pieces that walk the taker’s way', () => {
  const sizes = new Map<number, number>();
  for (const { timeUs, quantity } of trades) sizes.set(timeUs, (sizes.get(timeUs) ?? 0) + quantity);
  const sorted = [...sizes.values()].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  expect(sorted[Math.floor(sorted.length * 0.999)]! / median).toBeGreaterThan(20);
  const pieces = trades.filter((trade, i) => trade.timeUs === trades[i - 1]?.timeUs);
  expect(pieces.length / orders.length).toBeGreaterThan(0.1);
  const astray = trades.filter((trade, i) => {
    const before = trades[i - 1];
    if (before?.timeUs !== trade.timeUs) return false;
    return trade.buys !== before.buys || (trade.price - before.price) * (trade.buys ? 1 : -1) < 0;
  });
  expect(astray).toEqual([]);
});

/** Enters with a 1m ratio beyond 2.5, leaves by target 0.75 %, trailing stop 0.5 % or initial stop 0.3 %. */
function exits(
  of: readonly Trade[],
): { readonly heldUs: number; readonly way: string; readonly moved: boolean }[] {
  const out: { heldUs: number; way: string; moved: boolean }[] = [];
  let from = 0;
  let bought = 0;
  let sold = 0;
  let busyUntilUs = START_US + US_PER_MINUTE;
  of.forEach((entry, i) => {
    if (entry.buys) bought += entry.quantity;
    else sold += entry.quantity;
    for (; of[from]!.timeUs <= entry.timeUs - US_PER_MINUTE; from++) {
      if (of[from]!.buys) bought -= of[from]!.quantity;
      else sold -= of[from]!.quantity;
    }
    const long = bought > 2.5 * sold;
    if (entry.timeUs < busyUntilUs || (!long && sold < 2.5 * bought)) return;
    const sign = long ? 1 : -1;
    let best = 0;
    for (let j = i + 1; j < of.length; j++) {
      const gain = (of[j]!.price / entry.price - 1) * sign;
      best = Math.max(best, gain);
      const stop = Math.max(-0.003, best - 0.005);
      const heldUs = of[j]!.timeUs - entry.timeUs;
      const way =
        gain >= 0.0075 ? 'target' : gain <= stop ? 'stop' : heldUs > 300 * US_PER_SECOND ? 'time' : '';
      if (way === '') continue;
      out.push({ heldUs, way, moved: best > 0.002 });
      busyUntilUs = of[j]!.timeUs;
      break;
    }
  });
  return out;
}

test.each([1, 2, 3])(
  'with seed %i, following one-sided flow meets moving stops and targets within 30 to 300 seconds',
  (seed) => {
    const closed = exits(seed === 1 ? trades : hours(seed).trades);
    const proper = closed.filter(({ heldUs, way }) => way !== 'time' && heldUs >= 30 * US_PER_SECOND);
    const count = (way: string, moved: boolean): number =>
      proper.filter((exit) => exit.way === way && exit.moved === moved).length / HOURS;
    expect(count('target', true)).toBeGreaterThan(3);
    expect(count('stop', true)).toBeGreaterThan(0.5);
    expect(count('stop', false)).toBeGreaterThan(0.1);
  },
);

test('all regimes come up, and the price stays in its neighbourhood for days', () => {
  const market = new SyntheticMarket({ ...settings, ordersPerSecond: 0.5 });
  const seen = new Set<string>();
  for (let hour = 3; hour <= 7 * 24; hour += 3) {
    const { price } = market.next(START_US + hour * US_PER_HOUR);
    expect(price.reduce((most, each) => Math.max(most, each))).toBeLessThan(85 * 1.3);
    expect(price.reduce((least, each) => Math.min(least, each))).toBeGreaterThan(85 / 1.3);
    for (const { regime } of market.phases()) seen.add(regime);
  }
  expect(seen).toEqual(new Set(['range', 'storm', 'trend-up', 'trend-down']));
});

test('two instruments with one seed go their own ways', () => {
  const other = { ...settings, instrument: { ...LTC, id: 'binance.spot.BTCUSDT' as typeof LTC.id } };
  const untilUs = START_US + US_PER_MINUTE;
  const one = lines([new SyntheticMarket(settings).next(untilUs)]);
  expect(lines([new SyntheticMarket(other).next(untilUs)])).not.toEqual(one);
});

test.each([
  ['startPrice', { ...settings, startPrice: 1 }],
  ['startPrice', { ...settings, startPrice: Number.NaN }],
  ['startUs', { ...settings, startUs: 0.5 }],
  ['ordersPerSecond', { ...settings, ordersPerSecond: 0 }],
  ['medianNotional', { ...settings, medianNotional: -1 }],
  ['seed', { ...settings, seed: 1.5 }],
])('refuses an unusable %s', (field, broken) => {
  expect(() => new SyntheticMarket(broken)).toThrow(field);
});

test('refuses more than a day in one call, and a snapshot of another version', () => {
  const market = new SyntheticMarket(settings);
  expect(() => market.next(START_US + US_PER_DAY + 1)).toThrow('untilUs');
  const snapshot = JSON.parse(JSON.stringify({ ...market.snapshot(), version: 2 }));
  expect(() => SyntheticMarket.restore(settings, snapshot)).toThrow('synthetic.version = 2');
});
