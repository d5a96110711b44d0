// What becomes of bars that trades were lost of without any slice saying so.
import { type Candle, type CandleDoubted, type Timeframe, US_PER_DAY, US_PER_MINUTE } from '@algo/model';
import { expect, test } from 'vitest';
import { InstrumentAnalytics } from './instrument-analytics.ts';
import { NOBODY } from './rows.ts';
import { SnapshotWriter } from './snapshot.ts';
import { recordingSink, TEST_SETTINGS, type TestTrade, tape } from './testing/synthetic-tape.ts';

const DAY = 20_000 * US_PER_DAY;

test('what the venue knows to be lost of a minute makes the longer bars incomplete that are open', () => {
  const candles: Candle[] = [];
  const sink = { ...recordingSink(() => null).sink, onCandle: (candle: Candle) => candles.push(candle) };
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const at = (minute: number): TestTrade => [DAY + minute * US_PER_MINUTE, 10, 1, 'buy'];
  engine.onTrades(tape([at(0), at(15), at(20), at(24), at(29.99)]), true, sink);
  engine.onLost(DAY + 29 * US_PER_MINUTE, DAY + 30 * US_PER_MINUTE - 1, sink);
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
  engine.onLost(DAY + 44 * US_PER_MINUTE, DAY + 45 * US_PER_MINUTE - 1, sink);
  expect(engine.state().complete).toBe(false);
});

/** Returns a sink that keeps which bars are doubted, as timeframe and minute of the day. */
function doubting() {
  const doubted: [Timeframe, number][] = [];
  const onDoubt = ({ timeframe, openTimeUs }: CandleDoubted) =>
    doubted.push([timeframe, (openTimeUs - DAY) / US_PER_MINUTE]);
  return { doubted, sink: { ...NOBODY, onDoubt } };
}

test('bars that have closed are doubted once, whatever their length, and patterns know it', () => {
  const { doubted, sink } = doubting();
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const at = (minute: number): TestTrade => [DAY + minute * US_PER_MINUTE, 10, 1, 'buy'];
  engine.onTrades(tape([at(0), at(15), at(59.9), at(60.01)]), true, sink);
  const lost = [DAY + 59 * US_PER_MINUTE, DAY + 60 * US_PER_MINUTE - 1] as const;
  engine.onLost(...lost, sink);
  // The hour began with the first trade: it was told as incomplete.
  const all = [
    ...[59, 59.25, 59.5, 59.75].map((minute) => ['15s', minute]),
    ...[
      ['1m', 59],
      ['5m', 55],
      ['15m', 45],
    ],
  ];
  expect(doubted).toEqual(all);
  engine.onLost(...lost, sink);
  expect(doubted).toEqual(all);
  expect(engine.state().complete).toBe(false);
  const saved = new SnapshotWriter();
  engine.save(saved);
  InstrumentAnalytics.restore(TEST_SETTINGS, saved.bytes()).onLost(...lost, sink);
  expect(doubted).toEqual(all);
});

test('a trade that comes behind the close of its bar doubts it, and the longer ones that lack it', () => {
  const { doubted, sink } = doubting();
  const candles: Candle[] = [];
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const heard = { ...sink, onCandle: (candle: Candle) => candles.push(candle) };
  const at = (minute: number): TestTrade => [DAY + minute * US_PER_MINUTE, 10, 1, 'buy'];
  engine.onTrades(tape([at(0), at(15), at(16.1)]), true, heard);
  engine.onTrades(tape([at(15.3)]), true, heard);
  engine.onTrades(tape([at(15.4)]), true, heard);
  expect(engine.late).toBe(2);
  expect(doubted).toEqual([
    ['15s', 15.25],
    ['1m', 15],
  ]);
  engine.advanceTo(DAY + 30 * US_PER_MINUTE, heard);
  const incomplete = candles.filter(({ complete, openTimeUs }) => !complete && openTimeUs > DAY);
  expect(incomplete.map(({ timeframe }) => timeframe)).toEqual(['5m', '15m']);
});
