// Nothing that a venue or a proxy may send ends the reading of a frame, and no nonsense comes out as a trade.
import { malformedFrames } from '@algo/testkit/venues';
import { expect, test } from '@jest/globals';
import { BINANCE_SPOT } from '../binance-spot/spot-market.ts';
import { BINANCE_USDM } from '../binance-usdm/usdm-market.ts';
import { binanceFrameIn } from './frames.ts';

const CASES = [BINANCE_SPOT, BINANCE_USDM].flatMap((market) =>
  malformedFrames(market.stream as 'trade' | 'aggTrade', 'LTCUSDT').map(
    ([what, frame]) => [market.name, what, String(frame), market] as const,
  ),
);

test.each(CASES)('%s: a frame with %s is no whole trade', (_name, what, frame, market) => {
  const read = binanceFrameIn(frame, market);
  if (typeof read !== 'object') {
    expect(['answer', undefined]).toContain(read);
    return;
  }
  const { symbol, id, timeUs, price, quantity, side, merged } = read;
  const isWhole =
    symbol === 'LTCUSDT' && id >= 0 && timeUs > 0 && price > 0 && quantity > 0 && side < 2 && merged > 0;
  expect([what, isWhole]).toEqual([what, false]);
});
