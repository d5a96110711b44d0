import { type Candle, type InstrumentId, TIMEFRAMES } from '@algo/model';
import type { StepBar } from './bar-series.ts';
import type { Resolution } from './resolution.ts';

/** Returns a bar of timeframe number `f` as it is told. */
export function candleOf(
  instrument: InstrumentId,
  f: number,
  bar: StepBar,
  { price, quantity }: Resolution,
): Candle {
  return {
    instrument,
    timeframe: TIMEFRAMES[f]!,
    openTimeUs: bar.openTimeUs,
    open: price.toValue(bar.open),
    high: price.toValue(bar.high),
    low: price.toValue(bar.low),
    close: price.toValue(bar.close),
    volume: quantity.toValue(bar.buy + bar.sell),
    buyVolume: quantity.toValue(bar.buy),
    sellVolume: quantity.toValue(bar.sell),
    trades: bar.buyTrades + bar.sellTrades,
    buyTrades: bar.buyTrades,
    sellTrades: bar.sellTrades,
    complete: bar.complete,
  };
}
