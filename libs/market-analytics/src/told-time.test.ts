// When states are said, and what becomes of trades that come late.
import { type Candle, US_PER_DAY, US_PER_MINUTE, US_PER_SECOND } from '@algo/model';
import { expect, test } from 'vitest';
import { InstrumentAnalytics } from './instrument-analytics.ts';
import { recordingSink, TEST_SETTINGS, type TestTrade, tape } from './testing/synthetic-tape.ts';

const DAY = 20_000 * US_PER_DAY;

function collector() {
  const candles: Candle[] = [];
  const dues: number[] = [];
  const { sink } = recordingSink(() => null);
  return {
    candles,
    dues,
    sink: {
      ...sink,
      onCandle: (candle: Candle) => candles.push(candle),
      onStateDue: (timeUs: number) => dues.push(timeUs),
    },
  };
}

test('a state is due at each candle close and a second after the last one', () => {
  const { dues, sink } = collector();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const at = [0, 400, 999, 1_000, 1_600, 14_900, 15_100, 16_100].map((ms) => DAY + ms * 1000);
  engine.onTrades(tape(at.map((t) => [t, 10, 1, 'buy'] as const)), true, sink);
  expect(dues.map((t) => (t - DAY) / 1000)).toEqual([0, 1_000, 2_000, 14_900, 15_000, 16_000]);
  // The order at 16,100 may still get prints: the state before it knows nothing of it.
  engine.advanceTo(DAY + 17_500_000, sink);
  expect(dues.slice(6).map((t) => (t - DAY) / 1000)).toEqual([17_000]);
});

test('what traded is said when it is due, though no trade comes: told time is enough', () => {
  const { dues, sink } = collector();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const at = [0, 100].map((ms) => DAY + ms * 1000);
  engine.onTrades(tape(at.map((t) => [t, 10, 1, 'buy'] as const)), true, sink);
  const told = [200, 999, 1_000, 1_200, 9_000].map((ms) => DAY + ms * 1000);
  const due = told.filter((timeUs) => {
    const isDue = engine.isDueAt(timeUs);
    engine.advanceTo(timeUs, sink);
    return isDue;
  });
  expect(dues.map((t) => (t - DAY) / 1000)).toEqual([0, 1_000]);
  expect(due.map((t) => (t - DAY) / 1000)).toEqual([200, 1_000]);
});

test('a state is due at once when the tape turns', () => {
  const { sink } = collector();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  // A sell every 400 ms, then buys that are far larger.
  const trades = Array.from({ length: 60 }, (_, i): TestTrade => {
    const isBuy = i >= 30;
    return [DAY + i * 400_000, 10, isBuy ? 5 : 1, isBuy ? 'buy' : 'sell'];
  });
  const said: [number, string][] = [];
  engine.onTrades(tape(trades), true, {
    ...sink,
    onStateDue: (timeUs) => said.push([timeUs, engine.state().microstructure?.signal ?? 'none']),
  });
  const turns = said.filter(([, signal], i) => i > 0 && signal !== said[i - 1]![1]);
  expect(turns.map(([, signal]) => signal)).toEqual(['bearish', 'neutral', 'bullish']);
  // As of the very orders that turned it, though less than a second had passed.
  const before = turns.map(([timeUs]) => said.findLast(([other]) => other < timeUs)![0]);
  expect(turns.map(([timeUs], i) => timeUs - before[i]!).some((apartUs) => apartUs < US_PER_SECOND)).toBe(
    true,
  );
});

test('however often time is told between trades, the same states are said of the same moments', () => {
  const trades: TestTrade[] = [
    0, 100, 101, 380, 900, 904, 2_000, 2_800, 3_900, 5_000, 7_000, 14_300, 15_003, 31_000, 44_990,
  ].map((ms, i) => [...([DAY + ms * 1_000, 10 + (i % 3) / 100, 1, i % 2 === 0 ? 'buy' : 'sell'] as const)]);
  const saidWhen = (everyMs: number) => {
    const engine = new InstrumentAnalytics(TEST_SETTINGS);
    const states: string[] = [];
    const { sink } = recordingSink(() => null);
    const heard = { ...sink, onStateDue: () => states.push(JSON.stringify(engine.state())) };
    let toldUs = DAY;
    for (const trade of trades) {
      for (; toldUs + everyMs * 1_000 <= trade[0]; toldUs += everyMs * 1_000)
        engine.advanceTo(toldUs + everyMs * 1_000, heard);
      engine.onTrades(tape([trade]), true, heard);
    }
    engine.advanceTo(DAY + 46 * US_PER_SECOND, heard);
    return states;
  };
  const never = saidWhen(60_000);
  expect(never.length).toBeGreaterThan(8);
  for (const everyMs of [1, 7, 100, 250, 1_000, 15_000]) expect(saidWhen(everyMs)).toEqual(never);
});

test.each(['in its slice', 'in the next'])(
  'a late trade counts in its bar while that is open, and is left out and said once it has closed: %s',
  (where) => {
    const { candles, sink } = collector();
    const engine = new InstrumentAnalytics(TEST_SETTINGS);
    const trades: TestTrade[] = [
      [DAY + 1, 10, 1, 'buy'],
      [DAY + 16 * US_PER_SECOND, 11, 1, 'buy'],
      [DAY + 2, 99, 1, 'buy'], // its bar has closed
      [DAY + 15 * US_PER_SECOND, 12, 1, 'buy'], // its bar is open
    ];
    const slices = where === 'in its slice' ? [trades] : trades.map((trade) => [trade]);
    for (const slice of slices) engine.onTrades(tape(slice), true, sink);
    engine.advanceTo(DAY + 30 * US_PER_SECOND, sink);
    expect(candles.map((c) => [c.high, c.trades])).toEqual([
      [10, 1],
      [12, 2],
    ]);
    expect(engine.late).toBe(1);
    engine.advanceTo(DAY + 16 * US_PER_SECOND + 15 * US_PER_MINUTE - 1, sink);
    expect(engine.state().complete).toBe(false);
    engine.advanceTo(DAY + 16 * US_PER_SECOND + 15 * US_PER_MINUTE, sink);
    expect(engine.state().complete).toBe(true);
  },
);
