import { type Candle, sliceTrades, type TradeColumns, US_PER_DAY, US_PER_MINUTE } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InstrumentAnalytics } from './instrument-analytics.ts';
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
  const edges = [...new Set([...cuts, trades.count])].sort((a, b) => a - b);
  let from = 0;
  for (const to of edges) {
    const piece = sliceTrades(trades, from, to);
    engine.onTrades(piece, !lost.has(from), sink);
    plain.onTrades(piece, !lost.has(from), (candle) => candles.push(candle));
    from = to;
  }
  const engines = heard.filter((said) => said.startsWith('candle ')).map((said) => said.slice(7));
  return { engines, plain: candles.map((candle) => JSON.stringify(candle)) };
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
  const { engines, plain } = barsOf(tape(odd), [500, 1_999, 2_500], new Set([2_500]));
  expect(plain).toEqual(engines);
  const incomplete = plain.filter((candle) => candle.includes('"complete":false')).length;
  expect(incomplete).toBeGreaterThan(4);
});
