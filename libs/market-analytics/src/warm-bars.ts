import { type Candle, InputError, TIMEFRAME_US, type WarmBar, type WarmBars } from '@algo/model';

/**
 * Returns the bars as candles, those without a taker's side as incomplete: price indicators take them, what
 * reads order flow doesn't. How many trades were buys is estimated from the volumes, and where those are
 * unknown too, both are halves. *Errors*: InputError naming the first that is no bar, before any is used.
 */
export function warmCandles({ instrument, timeframe, bars, untilUs }: WarmBars): Candle[] {
  const lengthUs = TIMEFRAME_US[timeframe];
  let dueUs = bars[0]?.openTimeUs;
  for (const [i, bar] of bars.entries()) {
    if (bar.openTimeUs === dueUs && isBar(bar) && dueUs % lengthUs === 0 && dueUs + lengthUs <= untilUs) {
      dueUs += lengthUs;
      continue;
    }
    throw new InputError({
      field: `warm bars of ${timeframe}, row ${i}`,
      value: JSON.stringify(bar),
      because: `not the closed bar of ${instrument} at ${dueUs}`,
      remedy: 'Ingest must refuse such bars before they are published.',
    });
  }
  return bars.map(({ openTimeUs, open, high, low, close, volume, takerBuyVolume, trades }) => {
    const buyVolume = takerBuyVolume ?? volume / 2;
    const buyTrades = volume > 0 ? Math.round((trades * buyVolume) / volume) : 0;
    return {
      ...{ instrument, timeframe, openTimeUs, open, high, low, close, volume },
      ...{ buyVolume, sellVolume: volume - buyVolume },
      ...{ trades, buyTrades, sellTrades: trades - buyTrades, complete: takerBuyVolume !== null },
    };
  });
}

function isBar({ open, high, low, close, volume, takerBuyVolume, trades }: WarmBar): boolean {
  const isRange = low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close);
  const isVolume = volume >= 0 && volume < Number.POSITIVE_INFINITY && (takerBuyVolume ?? 0) <= volume;
  return isRange && high < Number.POSITIVE_INFINITY && isVolume && (takerBuyVolume ?? 0) >= 0 && trades >= 0;
}
