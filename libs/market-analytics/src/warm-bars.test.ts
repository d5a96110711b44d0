// An engine that begins behind bars of somebody else, beside one that saw the whole tape.
import {
  type MarketState,
  sliceTrades,
  structureOf,
  TIMEFRAME_US,
  TIMEFRAMES,
  type TimeUs,
  type TradeColumns,
  US_PER_DAY,
  US_PER_HOUR,
  US_PER_MINUTE,
  type WarmBar,
} from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InstrumentAnalytics } from './instrument-analytics.ts';
import { plainBars } from './testing/plain-bars.ts';
import { snapshotOf } from './testing/snapshot-of.ts';
import {
  recordingSink,
  TEST_INSTRUMENT,
  TEST_SETTINGS,
  type TestTrade,
  tape,
  uniform,
} from './testing/synthetic-tape.ts';

const DAY = 20_000 * US_PER_DAY;
const QUARTER_MINUTE_US = TIMEFRAME_US['15s'];
/** As many as ingest fetches of each timeframe. */
const WARM_BARS = 2_300;
const { sink } = recordingSink(() => null);

/** Three days with a trade every 20 s or so, and silences of up to half an hour. */
function quietTape(seed: number): TradeColumns {
  const next = uniform(seed);
  const trades: TestTrade[] = [];
  let ticks = 10_000;
  for (let timeUs = DAY + Math.floor(next() * US_PER_HOUR); timeUs < DAY + 3 * US_PER_DAY; ) {
    ticks = Math.max(1_000, ticks + Math.floor(next() * 21) - 10);
    trades.push([timeUs, ticks / 100, (1 + Math.floor(next() * 900)) / 1000, next() < 0.5 ? 'buy' : 'sell']);
    timeUs += Math.floor(next() * (next() < 0.002 ? 30 : 0.7) * US_PER_MINUTE);
  }
  return tape(trades);
}

function warm(engine: InstrumentAnalytics, trades: TradeColumns, untilUs: TimeUs, from = 0): void {
  for (const timeframe of TIMEFRAMES.slice(from)) {
    const bars = plainBars(trades, timeframe, untilUs).slice(-WARM_BARS);
    engine.onWarmBars({ instrument: TEST_INSTRUMENT, timeframe, source: 'test', untilUs, bars });
  }
}

function rowAt(trades: TradeColumns, timeUs: TimeUs): number {
  const row = trades.timeUs.findIndex((each) => each >= timeUs);
  return row < 0 ? trades.count : row;
}

function finish(engine: InstrumentAnalytics, trades: TradeColumns, from: number): MarketState {
  engine.onTrades(sliceTrades(trades, from, trades.count), true, sink);
  engine.advanceTo(trades.timeUs[trades.count - 1]! + US_PER_HOUR, sink);
  return engine.state();
}

/** Holds two readings against each other: numbers within a part in 10⁹, all else as it is. */
function expectSame(warmed: MarketState, whole: MarketState, from = 0): void {
  for (const f of whole.bars.keys()) {
    if (f < from) continue;
    const read = (state: MarketState) => [
      ...state.bars[f]!.values,
      ...Object.values(state.bars[f]!.last ?? {}),
    ];
    for (const [name, value] of read(whole).entries()) {
      const other = read(warmed)[name];
      if (typeof value !== 'number' || typeof other !== 'number')
        expect([name, other]).toEqual([name, value]);
      else
        expect({ name, off: Math.abs(other - value) <= 1e-9 * Math.abs(value) }).toEqual({ name, off: true });
    }
  }
}

test('warmed up at any place, its indicators are those of an engine that saw the whole tape', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.double({ min: 0.05, max: 0.999 }), (seed, at) => {
      const trades = quietTape(seed);
      const [firstUs, lastUs] = [trades.timeUs[0]!, trades.timeUs[trades.count - 1]!];
      const untilUs = Math.floor((firstUs + at * (lastUs - firstUs)) / QUARTER_MINUTE_US) * QUARTER_MINUTE_US;
      const warmed = new InstrumentAnalytics(TEST_SETTINGS);
      warm(warmed, trades, untilUs);
      const restored = InstrumentAnalytics.restore(TEST_SETTINGS, snapshotOf(warmed));
      const from = rowAt(trades, untilUs);
      const whole = finish(new InstrumentAnalytics(TEST_SETTINGS), trades, 0);
      expectSame(finish(warmed, trades, from), whole);
      expect(finish(restored, trades, from)).toEqual(warmed.state());
    }),
    { numRuns: 6 },
  );
});

test('classic rules draw on them: zones and gaps are those of an engine that saw all', () => {
  const trades = quietTape(9);
  const untilUs = DAY + US_PER_DAY + 5 * US_PER_HOUR;
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  warm(engine, trades, untilUs);
  const drawn = (state: MarketState) => {
    const { zones, gaps } = structureOf(state, 'classic')!;
    return { zones, gaps };
  };
  const whole = new InstrumentAnalytics(TEST_SETTINGS);
  const [mine, theirs] = [finish(engine, trades, rowAt(trades, untilUs)), finish(whole, trades, 0)];
  expect(drawn(mine)).toEqual(drawn(theirs));
  expect(drawn(mine).zones.length).toBeGreaterThan(3);
});

test('without bars of 15 s the longer ones are as if it had seen all', () => {
  const trades = quietTape(3);
  const untilUs = DAY + 2 * US_PER_DAY + 17 * US_PER_MINUTE;
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  warm(engine, trades, untilUs, 1);
  const state = finish(engine, trades, rowAt(trades, untilUs));
  expectSame(state, finish(new InstrumentAnalytics(TEST_SETTINGS), trades, 0), 1);
  expect(state.bars[0]!.bars).toBeLessThan(6_000);
});

test('the state says from when on trades were seen, and volumes begin there', () => {
  const trades = quietTape(4);
  const untilUs = DAY + US_PER_DAY + 10 * US_PER_HOUR;
  const from = rowAt(trades, untilUs);
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  warm(engine, trades, untilUs);
  engine.onTrades(sliceTrades(trades, from, from + 1), true, sink);
  const { cvd, complete, sinceUs, trades: seen } = engine.state();
  const quantity = trades.quantity[from]!;
  expect({ complete, sinceUs, seen }).toEqual({ complete: false, sinceUs: untilUs, seen: 1 });
  expect(Math.abs(cvd)).toBeCloseTo(quantity, 9);
});

test('the open longer bar closes with the prices of all its trades, and as incomplete', () => {
  const trades = quietTape(5);
  const untilUs = DAY + US_PER_DAY + 30 * US_PER_MINUTE;
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  warm(engine, trades, untilUs);
  const candles: WarmBar[] = [];
  const hearing = {
    ...sink,
    onCandle: (candle: WarmBar & { timeframe: string }) => void candles.push(candle),
  };
  const from = rowAt(trades, untilUs);
  engine.onTrades(sliceTrades(trades, from, rowAt(trades, untilUs + US_PER_HOUR)), true, hearing as never);
  const hour = candles.find((candle) => (candle as { timeframe?: string }).timeframe === '1h');
  const { takerBuyVolume, ...plain } = plainBars(trades, '1h', DAY + US_PER_DAY + US_PER_HOUR).at(-1)!;
  expect(hour).toMatchObject({ ...plain, volume: expect.closeTo(plain.volume, 9), complete: false });
  expect(hour).toMatchObject({ buyVolume: expect.closeTo(takerBuyVolume!, 9) });
});

test.each(['15s', '1m', '5m', '15m'] as const)(
  'a quiet bar of %s is no price of the longer one that is open',
  (timeframe) => {
    const lengthUs = TIMEFRAME_US[timeframe];
    const before = DAY + US_PER_HOUR - 1_000_000;
    // The hour opens with a quiet bar behind a higher price, and trades on lower.
    const trades = tape([
      [before, 120, 1, 'buy'],
      [DAY + US_PER_HOUR + lengthUs + 1_000_000, 100, 1, 'buy'],
      [DAY + US_PER_HOUR + 2 * lengthUs + 1_000_000, 101, 1, 'sell'],
      [DAY + 2 * US_PER_HOUR, 101, 1, 'sell'],
    ]);
    const untilUs = DAY + US_PER_HOUR + 2 * lengthUs;
    const engine = new InstrumentAnalytics(TEST_SETTINGS);
    warm(engine, trades, untilUs);
    engine.onTrades(sliceTrades(trades, rowAt(trades, untilUs), trades.count), true, sink);
    const { last } = engine.state().bars.at(-1)!;
    expect(last).toMatchObject({ open: 100, high: 101, low: 100, close: 101 });
  },
);

test('bars that it has stand, and what it heard of an open one is dropped for bars that hold it', () => {
  const trades = quietTape(6);
  const [stopUs, untilUs] = [DAY + US_PER_DAY, DAY + 2 * US_PER_DAY + 5 * US_PER_MINUTE];
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  engine.onTrades(sliceTrades(trades, 0, rowAt(trades, stopUs)), true, sink);
  warm(engine, trades, untilUs);
  warm(engine, trades, untilUs);
  const whole = new InstrumentAnalytics(TEST_SETTINGS);
  expectSame(finish(engine, trades, rowAt(trades, untilUs)), finish(whole, trades, 0));
});

test('bars without a taker’s volume feed averages and are no base of a zone', () => {
  const trades = quietTape(7);
  const untilUs = DAY + US_PER_DAY;
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const bars = plainBars(trades, '1h', untilUs).map((bar) => ({ ...bar, takerBuyVolume: null }));
  engine.onWarmBars({ instrument: TEST_INSTRUMENT, timeframe: '1h', source: 'test', untilUs, bars });
  engine.onTrades(sliceTrades(trades, rowAt(trades, untilUs), rowAt(trades, untilUs) + 1), true, sink);
  const { values, bars: held } = engine.state().bars[4]!;
  expect({ held, isThere: values[0] !== null }).toEqual({ held: bars.length, isThere: true });
});

test.each([
  ['high is below low', { high: 1 }],
  ['volume is negative', { volume: -1 }],
  ['takers bought more than was traded', { takerBuyVolume: 1e9 }],
  ['the time is off the grid', { openTimeUs: DAY + 1 }],
  ['a price is no number', { close: Number.NaN }],
])('a bar is refused when %s, and nothing of its kind is used', (_, wrong) => {
  const trades = quietTape(8);
  const untilUs = DAY + US_PER_DAY;
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const before = snapshotOf(engine).slice();
  const bars = plainBars(trades, '1m', untilUs).map((bar, i) => (i === 5 ? { ...bar, ...wrong } : bar));
  expect(() =>
    engine.onWarmBars({ instrument: TEST_INSTRUMENT, timeframe: '1m', source: 'test', untilUs, bars }),
  ).toThrow('warm bars of 1m, row 5');
  expect(snapshotOf(engine)).toEqual(before);
});
