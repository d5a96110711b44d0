import {
  type Candle,
  type CandleDoubted,
  sliceTrades,
  type TradeColumns,
  US_PER_DAY,
  US_PER_MINUTE,
} from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InstrumentAnalytics } from './instrument-analytics.ts';
import { NOBODY } from './rows.ts';
import {
  livelyTrades,
  recordingSink,
  TEST_SETTINGS,
  type TestTrade,
  tape,
} from './testing/synthetic-tape.ts';
import { TradeBars } from './trade-bars.ts';

const DAY = 20_000 * US_PER_DAY;
const LIVELY = livelyTrades(5, 3_000, DAY - 20 * US_PER_MINUTE);

/** Takes a tape in pieces that end at `cuts`, where trades are missing before those that `lost` names. */
function barsOf(trades: TradeColumns, cuts: readonly number[], lost: ReadonlySet<number>) {
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const { sink, heard } = recordingSink(() => null);
  const plain = new TradeBars(TEST_SETTINGS);
  const candles: Candle[] = [];
  const onCandle = (candle: Candle) => candles.push(candle);
  const doubted = new Set<string>();
  const onDoubt = ({ openTimeUs, timeframe }: CandleDoubted) => doubted.add(`${timeframe} ${openTimeUs}`);
  const edges = [...new Set([...cuts, trades.count])].sort((a, b) => a - b);
  let from = 0;
  for (const to of edges) {
    const piece = sliceTrades(trades, from, to);
    engine.onTrades(piece, !lost.has(from), sink);
    plain.onTrades(piece, !lost.has(from), { ...NOBODY, onCandle, onDoubt });
    from = to;
  }
  const engines = heard.filter((said) => said.startsWith('candle ')).map((said) => said.slice(7));
  // The engine says a bar once, and none that it told as incomplete: such bars are as they were said.
  const doubts = heard.filter((said) => said.startsWith('doubt '));
  const told = doubts.map((said) => JSON.parse(said.slice(6)) as CandleDoubted);
  for (const { openTimeUs, timeframe } of told) expect(doubted).toContain(`${timeframe} ${openTimeUs}`);
  const missed = candles.filter(
    ({ complete, openTimeUs, timeframe }) =>
      complete &&
      doubted.has(`${timeframe} ${openTimeUs}`) &&
      !told.some((each) => each.openTimeUs === openTimeUs && each.timeframe === timeframe),
  );
  expect(missed).toEqual([]);
  return { engines, plain: candles.map((candle) => JSON.stringify(candle)), doubts: told.length };
}

test('bars alone are those of the whole engine, however the tape is cut and trades are lost', () => {
  const cut = fc.integer({ min: 1, max: LIVELY.length - 1 });
  fc.assert(
    fc.property(fc.array(cut, { maxLength: 8 }), fc.array(cut, { maxLength: 3 }), (cuts, lost) => {
      const { engines, plain } = barsOf(tape(LIVELY), [...cuts, ...lost], new Set(lost));
      expect(plain).toEqual(engines);
      expect(plain.length).toBeGreaterThan(100);
    }),
    { numRuns: 25 },
  );
});

test('so they are with finer prices, trades that come late, and a silence of more than a day', () => {
  const odd = LIVELY.flatMap(([timeUs, price, quantity, side], n): TestTrade[] => {
    const laterUs = n < 2_000 ? timeUs : timeUs + 30 * 3_600_000_000;
    const fine = n % 700 === 699 ? 0.0004 : 0;
    const late = n % 90 === 89 ? 40_000_000 : n % 30 === 29 ? 700_000 : 0;
    return [[laterUs - late, Number((price + fine).toFixed(4)), quantity, side]];
  });
  const { doubts, engines, plain } = barsOf(tape(odd), [500, 1_999, 2_500], new Set([2_500]));
  expect(plain).toEqual(engines);
  expect(doubts).toBeGreaterThan(10);
  const incomplete = plain.filter((candle) => candle.includes('"complete":false')).length;
  expect(incomplete).toBeGreaterThan(4);
});
