import { hurstRescaledRange, lagOneAutocorrelation } from '@algo/indicators';
import type { BarReading } from '@algo/model';
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

/** Bars before the last whose mean volume it is compared with. *Source*: spec 4, level 4. */
const VOLUME_BARS = 19;

/** The names of what is read of each timeframe's bars, in the order of its values. */
export const BAR_FEATURES = [
  ...(['ema_20', 'ema_50', 'ema_200', 'adx_14', 'atr_14', 'atr_percent', 'hurst', 'mean_reversion'] as const),
  ...(['autocorrelation', 'deviation_20', 'deviation_50', 'volume_spike'] as const),
] as const;

/** Returns what the closed bars of a timeframe say. */
export function barReading(series: BarSeries): BarReading {
  const { timeframe, bars } = series;
  if (bars === 0) return { timeframe, bars, last: null, values: BAR_FEATURES.map(() => null) };
  const slot = series.slot(0);
  const [openTimeUs, open, high] = [series.openTime[slot]!, series.open[slot]!, series.high[slot]!];
  const [low, close, volume] = [series.low[slot]!, series.close[slot]!, series.volume[slot]!];
  const atr14 = series.atr.value;
  const warm = series.kept > RETURNS;
  if (warm) series.copyLast(series.logReturn, lastReturns);
  const deviation = series.deviation[slot]!;
  const values: Record<(typeof BAR_FEATURES)[number], number | null> = {
    ema_20: series.ema[20].value,
    ema_50: series.ema[50].value,
    ema_200: series.ema[200].value,
    adx_14: series.adx.value,
    atr_14: atr14,
    atr_percent: atr14 === null ? null : (100 * atr14) / close,
    hurst: warm ? hurstRescaledRange(lastReturns) : null,
    mean_reversion: meanReversionStrength(series),
    autocorrelation: warm ? lagOneAutocorrelation(lastReturns) : null,
    deviation_20: Number.isNaN(deviation) ? null : deviation,
    deviation_50: Number.isNaN(deviation) ? null : deviation,
    volume_spike: volumeSpike(series),
  };
  const last = { openTimeUs, open, high, low, close, volume };
  return { timeframe, bars, last, values: BAR_FEATURES.map((name) => values[name]) };
}

function volumeSpike(series: BarSeries): number | null {
  if (series.kept <= VOLUME_BARS) return null;
  let sum = 0;
  for (let ago = 1; ago <= VOLUME_BARS; ago++) sum += series.volume[series.slot(ago)]!;
  return sum > 0 ? series.volume[series.slot(0)]! / (sum / VOLUME_BARS) : null;
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
