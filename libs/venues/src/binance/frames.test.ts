// Nothing that a venue or a proxy may send ends the reading of a frame, and no nonsense comes out as a row.
import { malformedFrames } from '@algo/testkit/venues';
import { expect, test } from 'vitest';
import { BINANCE_SPOT } from '../binance-spot/spot-market.ts';
import { BINANCE_USDM } from '../binance-usdm/usdm-market.ts';
import { BINANCE_USDM_RAW } from '../binance-usdm/usdm-raw-market.ts';
import { binanceFrameIn } from './frames.ts';

const KINDS = [
  [BINANCE_SPOT, 'trade'],
  [BINANCE_USDM, 'aggTrade'],
  [BINANCE_USDM_RAW, 'trade of USD-M'],
] as const;
const CASES = KINDS.flatMap(([market, kind]) =>
  malformedFrames(kind, 'LTCUSDT').map(
    ([what, frame]) => [market.name, what, String(frame), market] as const,
  ),
);

test.each(CASES)('%s: a frame with %s is no whole trade', (_name, what, frame, market) => {
  const read = binanceFrameIn(frame, market.trades);
  if (typeof read !== 'object') {
    expect(['nothing', undefined]).toContain(read);
    return;
  }
  const { symbol, id, timeUs, price, quantity, side, merged } = read;
  const isWhole =
    symbol === 'LTCUSDT' && id >= 0 && timeUs > 0 && price > 0 && quantity > 0 && side < 2 && merged > 0;
  expect([what, isWhole]).toEqual([what, false]);
});

test.each(malformedFrames('kline_1m', 'LTCUSDT'))('a frame with %s is no bar', (_what, frame) => {
  const read = binanceFrameIn(String(frame), BINANCE_USDM.bars);
  expect(typeof read === 'object' && read.symbol === 'LTCUSDT').toBe(false);
});
