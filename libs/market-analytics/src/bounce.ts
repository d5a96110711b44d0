import type { Bounce, Zone } from '@algo/model';
import type { BarSeries } from './bar-series.ts';

/** Bars before the last whose mean volume it is compared with. *Source*: spec 4, level 4. */
const VOLUME_BARS = 19;

/**
 * Returns how the last closed bar bounced off a zone and how its volume compares. `strength`: among living
 * zones that the bar reached without closing beyond them, the most of (close − low) ÷ range for demand and
 * (high − close) ÷ range for supply; 0 when it reached none or has no range; null before a bar has closed.
 * `volumeRatio`: its volume ÷ the mean of the 19 before; null before 20 bars, or when those 19 had no volume.
 */
export function bounceOf(series: BarSeries, zones: readonly Zone[]): Bounce {
  if (series.bars === 0) return { strength: null, volumeRatio: null };
  const slot = series.slot(0);
  const high = series.high[slot]!;
  const low = series.low[slot]!;
  const close = series.close[slot]!;
  let strength = 0;
  if (high > low) {
    for (const zone of zones) {
      if (low > zone.high || high < zone.low) continue;
      const recovered = zone.kind === 'demand' ? close - low : high - close;
      const lost = zone.kind === 'demand' ? close < zone.low : close > zone.high;
      if (!lost) strength = Math.max(strength, recovered / (high - low));
    }
  }
  return { strength, volumeRatio: volumeRatio(series) };
}

function volumeRatio(series: BarSeries): number | null {
  if (series.kept <= VOLUME_BARS) return null;
  let sum = 0;
  for (let ago = 1; ago <= VOLUME_BARS; ago++) sum += series.volume[series.slot(ago)]!;
  return sum > 0 ? series.volume[series.slot(0)]! / (sum / VOLUME_BARS) : null;
}
