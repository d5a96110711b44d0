// Venues merge trades of one taker at one price into a row that says how many it stands for.
import { US_PER_DAY, US_PER_HOUR } from '@algo/model';
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

const TRADES = livelyTrades(5, 400, 20_000 * US_PER_DAY + US_PER_HOUR);

/** Returns bars and order flow of trades that stand for so many each. */
function heard(trades: readonly TestTrade[], merged?: Uint32Array): string[] {
  const engine = new InstrumentAnalytics(TEST_SETTINGS);
  const { sink, heard: said } = recordingSink(() => engine.state().flow);
  engine.onTrades({ ...tape(trades), ...(merged && { merged }) }, true, sink);
  engine.advanceTo(trades.at(-1)![0] + US_PER_HOUR, sink);
  return said.filter((word) => /^(candle|flow) /.test(word));
}

test('bars and order flow of merged rows are those of the trades that they stand for', () => {
  const merged = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 400, maxLength: 400 });
  fc.assert(
    fc.property(merged, (counts) => {
      const rows = TRADES.map(([timeUs, price, , side], i): TestTrade => [timeUs, price, counts[i]!, side]);
      const single = rows.flatMap(([timeUs, price, quantity, side]) =>
        Array.from({ length: quantity }, (): TestTrade => [timeUs, price, 1, side]),
      );
      expect(heard(rows, Uint32Array.from(counts))).toEqual(heard(single));
    }),
    { numRuns: 20 },
  );
});
