import { hurstRescaledRange, lagOneAutocorrelation } from '@algo/indicators';
import type { Regime } from '@algo/model';
import type { BarSeries } from './bar-series.ts';

/** Returns that persistence and autocorrelation are taken over. */
const RETURNS = 100;
/** Bars over which excursions are looked for, how far an excursion goes, and how long it has to come back. */
const EXCURSION_BARS = 100;
const EXCURSION_SIGMAS = 2;
/** Bars before the first deviation exists. */
const WARM_BARS = 19;
const RETURN_BARS = 10;
// Filled and read within one call: arrays made anew would cost more than the sums over them.
const lastReturns = new Float64Array(RETURNS);
const lastDeviations = new Float64Array(EXCURSION_BARS);

/**
 * Returns what the closed bars of a timeframe say; before the first has closed, `price` stands for its close.
 */
export function regimeOf(series: BarSeries, price: number): Regime {
  const close = series.bars === 0 ? price : series.close[series.slot(0)]!;
  const atr14 = series.atr.value;
  const warm = series.kept > RETURNS;
  if (warm) series.copyLast(series.logReturn, lastReturns);
  const deviation = series.bars === 0 ? Number.NaN : series.deviation[series.slot(0)]!;
  return {
    timeframe: series.timeframe,
    bars: series.bars,
    close,
    ema20: series.ema[20].value,
    ema50: series.ema[50].value,
    ema200: series.ema[200].value,
    adx14: series.adx.value,
    atr14,
    atrPercent: atr14 === null ? null : (100 * atr14) / close,
    persistence: warm ? hurstRescaledRange(lastReturns) : null,
    meanReversion: meanReversionStrength(series),
    autocorrelation: warm ? lagOneAutocorrelation(lastReturns) : null,
    deviation: Number.isNaN(deviation) ? null : deviation,
  };
}

/**
 * Returns the share of excursions that came back, 0–1: an excursion begins where the close goes beyond 2 σ
 * from the EMA20 of that bar, and comes back when within 10 bars a close touches or crosses the EMA20 of its
 * own bar. Time runs forwards over the last 100 bars. An excursion that has neither come back nor had its 10
 * bars doesn't count yet. Null when none counts.
 * *Source*: rule set `classic`, with the document's reversed time put right.
 */
export function meanReversionStrength(series: BarSeries): number | null {
  if (series.kept < WARM_BARS + EXCURSION_BARS) return null;
  const deviations = lastDeviations;
  series.copyLast(series.deviation, deviations);
  let counted = 0;
  let returned = 0;
  for (let i = 1; i < deviations.length; i++) {
    const start = deviations[i]!;
    if (!(Math.abs(start) >= EXCURSION_SIGMAS) || Math.abs(deviations[i - 1]!) >= EXCURSION_SIGMAS) continue;
    const until = Math.min(deviations.length - 1, i + RETURN_BARS);
    let back = false;
    for (let j = i + 1; j <= until && !back; j++) back = Math.sign(start) * deviations[j]! <= 0;
    if (back) returned++;
    if (back || until === i + RETURN_BARS) counted++;
  }
  return counted > 0 ? returned / counted : null;
}
