import {
  type Candle,
  instrumentId,
  type OrderFlowRow,
  sliceTrades,
  structureOf,
  TIMEFRAME_US,
  TIMEFRAMES,
  type TradeColumns,
  US_PER_DAY,
  US_PER_HOUR,
  US_PER_MINUTE,
  US_PER_SECOND,
} from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InstrumentAnalytics } from './instrument-analytics.ts';
import { type AnalyticsSink, type MarketProfileRow, NOBODY } from './rows.ts';
import { snapshotOf } from './testing/snapshot-of.ts';
import {
  livelyTrades,
  recordingSink,
  TEST_SETTINGS,
  type TestTrade,
  tape,
} from './testing/synthetic-tape.ts';

const DAY = 20_000 * US_PER_DAY;
/** Begins 20 minutes before midnight, so that a session ends inside it. */
const LIVELY = tape(livelyTrades(11, 6000, DAY - 20 * US_PER_MINUTE));

/**
 * Feeds a tape cut after the given rows, restoring from a
 * snapshot at each of `restarts`, and returns all that was heard.
 */
function play(trades: TradeColumns, cuts: readonly number[], restarts: readonly number[] = []) {
  let engine = new InstrumentAnalytics(TEST_SETTINGS);
  const { sink, heard } = recordingSink(() => engine.state());
  const edges = [...new Set([...cuts, ...restarts, trades.count])].sort((a, b) => a - b);
  let from = 0;
  for (const to of edges) {
    // A gap in the feed: rows 2000 to 2999 come flagged.
    for (const [a, b] of [
      [from, Math.min(to, 2000)],
      [Math.max(from, 2000), Math.min(to, 3000)],
      [Math.max(from, 3000), to],
    ] as const)
      if (a < b) engine.onTrades(sliceTrades(trades, a, b), a < 2000 || a >= 3000, sink);
    if (restarts.includes(to)) engine = InstrumentAnalytics.restore(TEST_SETTINGS, snapshotOf(engine));
    from = to;
  }
  engine.advanceTo(trades.timeUs[trades.count - 1]! + US_PER_HOUR, sink);
  return { heard, end: snapshotOf(engine) };
}

const WHOLE = play(LIVELY, []);
const kinds = (heard: readonly string[]) => new Set(heard.map((said) => said.split(' ')[0]));

test('the lively tape makes the engine say everything that it can say', () => {
  expect([...kinds(WHOLE.heard)].sort()).toEqual([
    'candle',
    'flow',
    'gap',
    'profile',
    'signal',
    'state',
    'zone',
  ]);
});

test('how the tape is cut changes nothing: trade by trade', () => {
  const each = play(
    LIVELY,
    Array.from({ length: LIVELY.count }, (_, i) => i),
  );
  expect(each.heard).toEqual(WHOLE.heard);
  expect(each.end).toEqual(WHOLE.end);
});

test('how the tape is cut changes nothing: anywhere', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: LIVELY.count - 1 }), { maxLength: 40 }), (cuts) => {
      const cut = play(LIVELY, cuts);
      expect(cut.heard).toEqual(WHOLE.heard);
      expect(cut.end).toEqual(WHOLE.end);
    }),
    { numRuns: 4 },
  );
});

test('restored from a snapshot anywhere, it says the same as if it had never stopped', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: LIVELY.count - 1 }), { minLength: 1, maxLength: 12 }), (restarts) => {
      const restored = play(LIVELY, [], restarts);
      expect(restored.heard).toEqual(WHOLE.heard);
      expect(restored.end).toEqual(WHOLE.end);
    }),
    { numRuns: 4 },
  );
});

test('asking for states in between changes nothing', () => {
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const { sink, heard } = recordingSink(() => null);
  engine.onTrades(LIVELY, true, sink);
  const asked = new InstrumentAnalytics(TEST_SETTINGS);
  const other = recordingSink(() => {
    asked.state();
    return null;
  });
  for (let i = 0; i < LIVELY.count; i++) {
    asked.onTrades(sliceTrades(LIVELY, i, i + 1), true, other.sink);
    asked.state();
  }
  expect(other.heard).toEqual(heard);
});

/** A sink that keeps only what a test wants. */
function collector() {
  const candles: Candle[] = [];
  const rows: OrderFlowRow[] = [];
  const profiles: MarketProfileRow[] = [];
  const dues: number[] = [];
  const signals: [string, number][] = [];
  const sink: AnalyticsSink = {
    ...NOBODY,
    onCandle: (candle) => candles.push(candle),
    onSignal: (signal) => signals.push([signal.direction, signal.state.timeUs]),
    onStateDue: (timeUs) => dues.push(timeUs),
    onOrderFlow: (row) => rows.push(row),
    onProfile: (row) => profiles.push(row),
  };
  return { candles, rows, profiles, dues, signals, sink };
}

test('every candle equals the one computed from its trades alone, and none is missing', () => {
  const trades = livelyTrades(3, 5000, DAY + 7 * US_PER_SECOND);
  const { candles, rows, sink } = collector();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  engine.onTrades(tape(trades), true, sink);
  const steps = (side: string, part: readonly TestTrade[]) =>
    part.filter((t) => t[3] === side).reduce((sum, t) => sum + Math.round(t[2] * 1000), 0);
  for (const timeframe of TIMEFRAMES) {
    const length = TIMEFRAME_US[timeframe];
    const mine = candles.filter((candle) => candle.timeframe === timeframe);
    const first = Math.floor(trades[0]![0] / length) * length;
    const closed = Math.floor((trades.at(-1)![0] - first) / length);
    expect(mine.map((candle) => candle.openTimeUs)).toEqual(
      Array.from({ length: closed }, (_, i) => first + i * length),
    );
    let last = Number.NaN;
    mine.forEach((candle, i) => {
      const from = first + i * length;
      const part = trades.filter((t) => t[0] >= from && t[0] < from + length);
      const prices = part.length > 0 ? part.map((t) => t[1]) : [last];
      last = prices.at(-1)!;
      expect(candle).toEqual({
        instrument: TEST_SETTINGS.instrument,
        timeframe,
        openTimeUs: from,
        open: prices[0],
        high: Math.max(...prices),
        low: Math.min(...prices),
        close: last,
        volume: (steps('buy', part) + steps('sell', part)) / 1000,
        buyVolume: steps('buy', part) / 1000,
        sellVolume: steps('sell', part) / 1000,
        trades: part.length,
        buyTrades: part.filter((t) => t[3] === 'buy').length,
        sellTrades: part.filter((t) => t[3] === 'sell').length,
        complete: i > 0,
      });
    });
  }
  const shortest = candles.filter((candle) => candle.timeframe === '15s');
  expect(rows.map((row) => row.delta)).toEqual(
    shortest.map((c) => Math.round((c.buyVolume - c.sellVolume) * 1000) / 1000),
  );
  const sum = shortest.reduce((total, c) => total + Math.round((c.buyVolume - c.sellVolume) * 1000), 0);
  expect(rows.at(-1)!.cvd).toBe(sum / 1000);
});

test('taker orders, not prints, are counted in the order-flow row', () => {
  const { rows, sink } = collector();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  engine.onTrades(
    tape([
      [DAY + 1000, 10, 1, 'buy'],
      [DAY + 1000, 10.01, 2, 'buy'],
      [DAY + 1000, 10, 4, 'sell'],
      [DAY + 2000, 10, 3, 'buy'],
    ]),
    true,
    sink,
  );
  engine.advanceTo(DAY + 15 * US_PER_SECOND, sink);
  expect(rows).toEqual([
    {
      timeUs: DAY + 15 * US_PER_SECOND,
      cvd: 2,
      buyVolume: 6,
      sellVolume: 4,
      imbalanceRatio: 1.5,
      delta: 2,
      aggressiveBuys: 2,
      aggressiveSells: 1,
      avgBuySize: 3,
      avgSellSize: 4,
    },
  ]);
});

test('a flagged slice makes the bars it touches incomplete, and the state until 15 minutes later', () => {
  const { candles, sink } = collector();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const second = (s: number): TestTrade => [DAY + s * US_PER_SECOND, 10, 1, 'buy'];
  engine.onTrades(tape([second(1), second(31)]), true, sink);
  engine.onTrades(tape([second(62)]), false, sink);
  engine.onTrades(tape([second(90), second(120)]), true, sink);
  const flags = candles.filter((c) => c.timeframe === '15s').map((c) => c.complete);
  // The first bar is partial; the one at 30 s and those up to 60 s may miss trades.
  expect(flags).toEqual([false, true, false, false, false, true, true, true]);
  expect(candles.filter((c) => c.timeframe === '1m').map((c) => c.complete)).toEqual([false, false]);
  expect(engine.state().complete).toBe(false);
  engine.advanceTo(DAY + 62 * US_PER_SECOND + 15 * US_PER_MINUTE - 1, sink);
  expect(engine.state().complete).toBe(false);
  engine.advanceTo(DAY + 62 * US_PER_SECOND + 15 * US_PER_MINUTE, sink);
  expect(engine.state().complete).toBe(true);
});

test('a silence within a day becomes empty candles; a longer one is skipped, cut bars incomplete', () => {
  const { candles, sink } = collector();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  engine.onTrades(tape([[DAY + 1, 10, 1, 'buy']]), true, sink);
  engine.onTrades(tape([[DAY + 1 + 2 * US_PER_HOUR, 11, 1, 'buy']]), true, sink);
  expect(candles.filter((c) => c.timeframe === '15s').length).toBe(480);
  expect(candles.filter((c) => c.timeframe === '1h').map((c) => [c.trades, c.close])).toEqual([
    [1, 10],
    [0, 10],
  ]);
  const before = candles.length;
  engine.onTrades(tape([[DAY + 40 * US_PER_DAY, 12, 1, 'buy']]), true, sink);
  const after = candles.slice(before);
  expect(after.map((c) => [c.timeframe, c.trades, c.complete])).toEqual([
    ['15s', 1, true],
    ['1m', 1, false],
    ['5m', 1, false],
    ['15m', 1, false],
    ['1h', 1, false],
  ]);
  expect(engine.state().complete).toBe(false);
});

test('the session ends at UTC midnight: CVD starts afresh, the profile is frozen as the previous one', () => {
  const { profiles, sink } = collector();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const trades: TestTrade[] = [];
  for (let i = 0; i < 400; i++) {
    trades.push([DAY - (400 - i) * US_PER_SECOND, 10 + (i % 3) / 100, 1, i % 4 === 0 ? 'sell' : 'buy']);
  }
  engine.onTrades(tape(trades), true, sink);
  const profile = (scope: string) =>
    structureOf(engine.state(), 'robust')!.profiles.find((one) => one.scope === scope);
  const developing = profile('session')!;
  expect(engine.cvd()).toEqual({ session: 200, running: 200 });
  engine.onTrades(tape([[DAY, 10, 2, 'sell']]), true, sink);
  expect(engine.cvd()).toEqual({ session: -2, running: 198 });
  expect(profile('session')).toBeUndefined();
  expect(profile('previous-session')).toEqual({ ...developing, scope: 'previous-session' });
  const robust = profiles.filter(({ timeframe }) => /developing|session/.test(timeframe));
  expect(robust.map((row) => row.timeframe)).toEqual(['developing', 'session']);
  expect(robust[1]!.profileData.volumes.reduce((a, b) => a + b, 0)).toBe(400);
});

test('a signal comes when flow and microstructure come to agree, and each 30 s while they do', () => {
  const { signals, sink } = collector();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const trades: TestTrade[] = [];
  for (let i = 0; i < 101; i++) trades.push([DAY + i * US_PER_SECOND, 10, 1, 'buy']);
  engine.onTrades(tape(trades), true, sink);
  // The window has its 60 trades a minute after the first.
  expect(signals.map(([direction, t]) => [direction, (t - DAY) / US_PER_SECOND])).toEqual([
    ['long', 59],
    ['long', 89],
  ]);
  const short = collector();
  new InstrumentAnalytics(TEST_SETTINGS).onTrades(
    tape(trades.map(([t, p, q]) => [t, p, q, 'sell'] as const)),
    true,
    short.sink,
  );
  expect(short.signals.map(([direction]) => direction)).toEqual(['short', 'short']);
});

test.each([
  ['a price of zero', [DAY, 0, 1, 'buy']],
  ['a quantity that is not a number', [DAY, 10, Number.NaN, 'buy']],
  ['a time that is none', [Number.NaN, 10, 1, 'buy']],
] as const)('%s is refused by row, and nothing of the slice is used', (_, bad) => {
  const { sink, dues } = collector();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const slice = tape([[DAY, 10, 1, 'buy'], bad]);
  expect(() => engine.onTrades(slice, true, sink)).toThrow('trades row 1');
  expect(dues).toEqual([]);
});

test('a snapshot is refused under another instrument, another tick, or when damaged', () => {
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  engine.onTrades(LIVELY, true, collector().sink);
  const bytes = snapshotOf(engine);
  const other = instrumentId('test.spot.XYZ');
  expect(() => InstrumentAnalytics.restore({ ...TEST_SETTINGS, instrument: other }, bytes)).toThrow(
    'test.spot.ABC',
  );
  expect(() => InstrumentAnalytics.restore({ ...TEST_SETTINGS, priceTick: 0.1 }, bytes)).toThrow('tick');
  expect(() => InstrumentAnalytics.restore(TEST_SETTINGS, bytes.subarray(0, 300))).toThrow('end early');
  const future = bytes.slice();
  new DataView(future.buffer).setFloat64(0, 99, true);
  expect(() => InstrumentAnalytics.restore(TEST_SETTINGS, future)).toThrow('version 99');
});

test('settings that make no sense are refused by name', () => {
  expect(() => new InstrumentAnalytics({ ...TEST_SETTINGS, priceTick: 0 })).toThrow('priceTick = 0');
  expect(() => new InstrumentAnalytics({ ...TEST_SETTINGS, signalImbalance: 1 })).toThrow('signalImbalance');
  for (const name of ['ema_0', 'ema_1.5', 'emma_20', 'hurst_50', 'deviation_300'])
    expect(() => new InstrumentAnalytics({ ...TEST_SETTINGS, features: [name] })).toThrow(name);
});
