import { InputError, TIMEFRAME_US, type WarmBar, type WarmBars } from '@algo/model';
import type { StepBar } from './bar-series.ts';
import type { Resolution } from './resolution.ts';

/** *Errors*: InputError naming the first that is no bar. */
export function checkWarmBars({ instrument, timeframe, bars, untilUs }: WarmBars): void {
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
}

/**
 * Returns the bars in steps that hold them, those without a taker's side as incomplete: price indicators take
 * them, what reads order flow doesn't. How many trades were buys is estimated from the volumes, and where
 * those are unknown too, both are halves.
 */
export function warmStepBars({ bars }: WarmBars, { price, quantity }: Resolution): StepBar[] {
  return bars.map(({ takerBuyVolume, trades, ...bar }) => {
    const volume = quantity.toSteps(bar.volume);
    const buy = takerBuyVolume === null ? Math.floor(volume / 2) : quantity.toSteps(takerBuyVolume);
    const buyTrades = volume > 0 ? Math.round((trades * buy) / volume) : 0;
    return {
      openTimeUs: bar.openTimeUs,
      open: price.toSteps(bar.open),
      high: price.toSteps(bar.high),
      low: price.toSteps(bar.low),
      close: price.toSteps(bar.close),
      ...{ buy, sell: volume - buy, buyTrades, sellTrades: trades - buyTrades },
      complete: takerBuyVolume !== null,
    };
  });
}

function isBar({ open, high, low, close, volume, takerBuyVolume, trades }: WarmBar): boolean {
  const isRange = low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close);
  const isVolume = volume >= 0 && volume < Number.POSITIVE_INFINITY && (takerBuyVolume ?? 0) <= volume;
  return isRange && high < Number.POSITIVE_INFINITY && isVolume && (takerBuyVolume ?? 0) >= 0 && trades >= 0;
}
