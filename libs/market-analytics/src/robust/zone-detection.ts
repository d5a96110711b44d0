import type { ZoneKind, ZoneOrigin } from '@algo/model';
import type { AtrBars } from './atr-bars.ts';

/**
 * A price band that bars have just drawn. *Units*: prices in steps, `score` 0–70: the parts of strength that
 * never change.
 */
export interface FoundZone {
  readonly kind: ZoneKind;
  readonly origin: ZoneOrigin;
  readonly low: number;
  readonly high: number;
  readonly score: number;
  /** Open time of the bar that the band is drawn from. */
  readonly barUs: number;
}

/**
 * A bar seen from one side: for supply all prices are negated,
 * so that every rule below is written for demand only.
 */
interface SidedBar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

const MAX_BASE_BARS = 6;
const MAX_LEG_BARS = 3;
/** Bars that a leg's volume is ranked among. */
const RANKED_BARS = 200;

/** Returns the way price leaves a zone of this kind when it holds: 1 up from demand, -1 down from supply. */
export function sideOf(kind: ZoneKind): 1 | -1 {
  return kind === 'demand' ? 1 : -1;
}

/** Returns the bar `ago` bars back as seen from the side of `kind`. */
export function sidedBar({ series: s }: AtrBars, ago: number, kind: ZoneKind): SidedBar {
  const i = s.slot(ago);
  if (kind === 'demand') return { open: s.open[i]!, high: s.high[i]!, low: s.low[i]!, close: s.close[i]! };
  return { open: -s.open[i]!, high: -s.low[i]!, low: -s.high[i]!, close: -s.close[i]! };
}

/**
 * Returns the rejection zone that the newest bar draws, or null: a wick of half the range and twice the body,
 * a range of 1.2 ATR, a close in the far 40 %. The zone is the wick. *Source*: reference analytics §4.1.
 */
export function findRejection(bars: AtrBars, kind: ZoneKind): FoundZone | null {
  if (!bars.unbroken(2) || !bars.isFull(0)) return null;
  const bar = sidedBar(bars, 0, kind);
  const range = bar.high - bar.low;
  const atr = bars.atr(1);
  const tick = bars.resolution.tickSteps;
  const wick = Math.min(bar.open, bar.close) - bar.low;
  const body = Math.abs(bar.close - bar.open);
  if (!(range >= 1.2 * atr) || 2 * wick < range || wick < 2 * Math.max(body, tick)) return null;
  if (10 * (bar.close - bar.low) < 6 * range) return null;
  return {
    kind,
    origin: 'rejection',
    ...unsided(kind, bar.low, Math.min(bar.open, bar.close)),
    score: score(bars, kind, { leg: bar.close - bar.low, legBars: 1, baseBars: 1, atr }),
    barUs: bars.series.openTime[bars.series.slot(0)]!,
  };
}

/**
 * Returns the zone of a base that the newest bar has left far enough, or null: 1–6 small bars, then 1–3 bars
 * of which the first is an impulse, gone at least 2 × the base's height and 1.5 ATR from it, and not already
 * so far a bar ago.
 * *Source*: reference analytics §4.2.
 */
export function findBaseImpulse(bars: AtrBars, kind: ZoneKind): FoundZone | null {
  const s = bars.series;
  for (let legBars = 1; legBars <= MAX_LEG_BARS; legBars++) {
    if (s.kept < legBars + 2) return null;
    const atr = bars.atr(legBars);
    const first = sidedBar(bars, legBars - 1, kind);
    if (!bars.isFull(legBars - 1) || !isImpulse(first, atr)) continue;
    const baseBars = countBase(bars, legBars, kind, atr);
    if (baseBars === 0 || !bars.unbroken(legBars + baseBars)) continue;
    let distal = first.low;
    let proximal = Number.NEGATIVE_INFINITY;
    for (let ago = legBars; ago < legBars + baseBars; ago++) {
      const bar = sidedBar(bars, ago, kind);
      distal = Math.min(distal, bar.low);
      proximal = Math.max(proximal, baseBars === 1 ? bar.high : Math.max(bar.open, bar.close));
    }
    const height = proximal - distal;
    if (height < 2 * bars.resolution.tickSteps || height > 2 * atr) continue;
    const wanted = Math.max(2 * height, 1.5 * atr);
    const leg = sidedBar(bars, 0, kind).close - proximal;
    const legBefore = legBars > 1 ? sidedBar(bars, 1, kind).close - proximal : 0;
    if (leg < wanted || legBefore >= wanted) continue;
    return {
      kind,
      origin: 'base-impulse',
      ...unsided(kind, distal, proximal),
      score: score(bars, kind, { leg, legBars, baseBars, atr }),
      barUs: s.openTime[s.slot(legBars)]!,
    };
  }
  return null;
}

function isImpulse(bar: SidedBar, atr: number): boolean {
  const range = bar.high - bar.low;
  const body = bar.close - bar.open;
  return range >= 1.5 * atr && body > 0 && (10 * body >= 7 * range || 5 * (bar.high - bar.close) <= range);
}

/** Returns how many small bars stand right before the leg. */
function countBase(bars: AtrBars, legBars: number, kind: ZoneKind, atr: number): number {
  let count = 0;
  while (count < MAX_BASE_BARS && legBars + count < bars.series.kept) {
    const bar = sidedBar(bars, legBars + count, kind);
    const range = bar.high - bar.low;
    if (!(range <= atr) || 2 * Math.abs(bar.close - bar.open) > range) break;
    count++;
  }
  return count;
}

function unsided(kind: ZoneKind, distal: number, proximal: number): { low: number; high: number } {
  return kind === 'demand' ? { low: distal, high: proximal } : { low: -proximal, high: -distal };
}

/**
 * Departure 30, leg volume 15, leg delta 15, tightness of the base 10. *Source*: reference analytics §4.5.
 */
function score(
  { series: s }: AtrBars,
  kind: ZoneKind,
  made: { readonly leg: number; readonly legBars: number; readonly baseBars: number; readonly atr: number },
): number {
  let volume = 0;
  let delta = 0;
  for (let ago = 0; ago < made.legBars; ago++) {
    volume += s.volume[s.slot(ago)]!;
    delta += s.delta[s.slot(ago)]!;
  }
  const mean = volume / made.legBars;
  const ranked = Math.min(s.kept, RANKED_BARS);
  let below = 0;
  for (let ago = 0; ago < ranked; ago++) if (s.volume[s.slot(ago)]! <= mean) below++;
  const share = volume > 0 ? (sideOf(kind) * delta) / volume : 0;
  return (
    30 * Math.min(1, made.leg / (3 * made.atr)) +
    (15 * below) / ranked +
    15 * Math.min(1, Math.max(0, share / 0.5)) +
    10 * (1 - made.baseBars / MAX_BASE_BARS)
  );
}
