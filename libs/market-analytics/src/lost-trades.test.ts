// What becomes of bars that trades were lost of without any slice saying so.
import { type Candle, US_PER_DAY, US_PER_MINUTE } from '@algo/model';
import { expect, test } from '@jest/globals';
import { InstrumentAnalytics } from './instrument-analytics.ts';
import { recordingSink, TEST_SETTINGS, type TestTrade, tape } from './testing/synthetic-tape.ts';

const DAY = 20_000 * US_PER_DAY;

test('what the venue knows to be lost of a minute makes the longer bars incomplete that are open', () => {
  const candles: Candle[] = [];
  const sink = { ...recordingSink(() => null).sink, onCandle: (candle: Candle) => candles.push(candle) };
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const at = (minute: number): TestTrade => [DAY + minute * US_PER_MINUTE, 10, 1, 'buy'];
  engine.onTrades(tape([at(0), at(15), at(20), at(24), at(29.99)]), true, sink);
  engine.onLost(DAY + 29 * US_PER_MINUTE, DAY + 30 * US_PER_MINUTE - 1);
  engine.onTrades(tape([at(30), at(45)]), true, sink);
  const flags = (timeframe: string) =>
    candles
      .filter((c) => c.timeframe === timeframe)
      .map((c) => [(c.openTimeUs - DAY) / US_PER_MINUTE, c.complete]);
  expect(flags('15m')).toEqual([
    [0, false],
    [15, false],
    [30, true],
  ]);
  expect(flags('1m').filter(([, complete]) => complete === false)).toEqual([
    [0, false],
    [29, false],
  ]);
  expect(flags('5m').slice(-4)).toEqual([
    [25, false],
    [30, true],
    [35, true],
    [40, true],
  ]);
  expect(engine.state().complete).toBe(true);
  engine.onLost(DAY + 44 * US_PER_MINUTE, DAY + 45 * US_PER_MINUTE - 1);
  expect(engine.state().complete).toBe(false);
});
