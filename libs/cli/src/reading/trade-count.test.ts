import { instrumentId } from '@algo/model';
import { expect, test } from '@jest/globals';
import { feedCounts } from './event-counts.ts';
import { LaneRepeats } from './trade-count.ts';

const place = (epoch: number, count: number) => ({ producer: 'ingest-0', epoch, count });

test('what a restarted producer says again counts once', () => {
  const repeats = new LaneRepeats();
  const said = [place(1, 1), place(1, 2), place(1, 2), place(1, 1), place(1, 3)];
  expect(said.map((one) => repeats.isRepeat(one, 'md.trades.3'))).toEqual([false, false, true, true, false]);
});

test('a new life counts from one again, and the old one is over', () => {
  const repeats = new LaneRepeats();
  const said = [place(1, 5), place(2, 1), place(1, 6), place(2, 2)];
  expect(said.map((one) => repeats.isRepeat(one, 'md.trades.3'))).toEqual([false, false, true, false]);
});

test('lanes of other shards and of other producers count for themselves', () => {
  const repeats = new LaneRepeats();
  expect(repeats.isRepeat(place(1, 1), 'md.trades.3')).toBe(false);
  expect(repeats.isRepeat(place(1, 1), 'md.trades.4')).toBe(false);
  expect(repeats.isRepeat({ ...place(1, 1), producer: 'ingest-1' }, 'md.trades.3')).toBe(false);
  expect(repeats.isRepeat(undefined, 'md.trades.3')).toBe(false);
});

test('missing ids are those of gaps, less what was filled', () => {
  const instrument = instrumentId('binance.spot.LTCUSDT');
  const gap = { instrument, fromTradeId: 5, toTradeId: 14, timeUs: 1 };
  const counts = feedCounts([
    { type: 'GapOpened', ...gap, missing: 10 },
    { type: 'GapFilled', ...gap, recovered: 7 },
    { type: 'GapOpened', ...gap, missing: 3 },
    { type: 'GapUnfillable', ...gap, missing: 3, reason: 'gone' },
    { type: 'TradeRefused', instrument, tradeId: '9', code: 'DUPLICATE_ID', detail: '', timeUs: 2 },
  ]);
  expect(counts).toEqual({ gaps: 2, missingIds: 6, tradesRefused: 1 });
});
