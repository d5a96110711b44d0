import {
  TIMEFRAME_US,
  TIMEFRAMES,
  type Timeframe,
  type TimeUs,
  US_PER_SECOND,
  type WarmBar,
} from '@algo/model';

/**
 * Bars that are fetched of each timeframe: after so many an average of 200 has forgotten where it began, to a
 * part in 10⁹.
 */
export const WARM_BARS = 2_300;
/** A bar of a venue may still change so long after its end. */
const SETTLED_US = 5 * US_PER_SECOND;
/** Bars of a shorter length that one may be made of. */
const JOINED_MAX = 60;

/** One timeframe to be fetched. *Units*: µs; bars open from `fromUs` on, and all have ended by `untilUs`. */
export interface WarmUpPart {
  readonly timeframe: Timeframe;
  /** Length of the bars to be read: its own, or a shorter one that it is made of. */
  readonly readUs: number;
  readonly fromUs: TimeUs;
  readonly untilUs: TimeUs;
}

/**
 * Returns what to fetch of a venue that has bars of some lengths, shortest timeframe first, all up to the
 * last end of the shortest that has settled; trades follow from there. Empty where it has none that fit.
 */
export function warmUpPlan(lengthsUs: readonly number[], nowUs: TimeUs): WarmUpPart[] {
  const parts: WarmUpPart[] = [];
  let untilUs: TimeUs | undefined;
  for (const timeframe of TIMEFRAMES) {
    const lengthUs = TIMEFRAME_US[timeframe];
    const fitting = lengthsUs.filter((each) => lengthUs % each === 0 && lengthUs / each <= JOINED_MAX);
    if (fitting.length === 0) continue;
    untilUs ??= Math.floor((nowUs - SETTLED_US) / lengthUs) * lengthUs;
    const fromUs = (Math.floor(untilUs / lengthUs) - WARM_BARS) * lengthUs;
    parts.push({ timeframe, readUs: Math.max(...fitting), fromUs, untilUs });
  }
  return parts;
}

/** Returns what is wrong with a bar of some length in words; undefined where nothing is. */
export function barFault(bar: WarmBar, lengthUs: number): string | undefined {
  const { openTimeUs, open, high, low, close, volume, takerBuyVolume, trades } = bar;
  const fault = (because: string) => `${because}: ${JSON.stringify(bar)}`;
  if (!(openTimeUs > 0) || openTimeUs % lengthUs !== 0) return fault('its time is off the grid');
  if (!(low > 0 && high >= low && high < Number.POSITIVE_INFINITY)) return fault('its range is none');
  if (!(open >= low && open <= high && close >= low && close <= high))
    return fault('it opens or closes outside its range');
  if (!(volume >= 0 && volume < Number.POSITIVE_INFINITY && trades >= 0)) return fault('its volume is none');
  if (takerBuyVolume !== null && !(takerBuyVolume >= 0 && takerBuyVolume <= volume))
    return fault('takers bought more than was traded, or less than nothing');
  return undefined;
}

/**
 * Returns the bars of a part, made of those that were read, without a hole: where the venue has none, nothing
 * was traded, and the close before stands. Or says in words why they don't reach the end of the part.
 */
export function barsOfPart(read: readonly WarmBar[], part: WarmUpPart): readonly WarmBar[] | string {
  const { readUs, untilUs } = part;
  const lengthUs = TIMEFRAME_US[part.timeframe];
  const endUs = Math.floor(untilUs / lengthUs) * lengthUs;
  const closed = read.filter(({ openTimeUs }) => openTimeUs + readUs <= endUs);
  const [first, last] = [closed[0], closed.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (last.openTimeUs + readUs !== endUs)
    return `they end ${(endUs - last.openTimeUs - readUs) / US_PER_SECOND} s too early`;
  const bars: WarmBar[] = [];
  let next = 0;
  let close = first.open;
  // The first whole bar: what was read may begin inside one.
  for (let openTimeUs = Math.ceil(first.openTimeUs / lengthUs) * lengthUs; openTimeUs < endUs; ) {
    while (closed[next]!.openTimeUs < openTimeUs) close = closed[next++]!.close;
    const from = next;
    openTimeUs += lengthUs;
    while (next < closed.length && closed[next]!.openTimeUs < openTimeUs) next++;
    bars.push(joined(closed.slice(from, next), openTimeUs - lengthUs, close));
    close = bars.at(-1)!.close;
  }
  return bars;
}

/**
 * Returns bars as one that opens at a time, flat at the close before where nothing was traded: an empty bar
 * of a venue repeats a close, which is no price of what it is joined into.
 */
function joined(parts: readonly WarmBar[], openTimeUs: TimeUs, before: number): WarmBar {
  const traded = parts.filter(({ trades, volume }) => trades > 0 || volume > 0);
  const bars = traded.length > 0 ? traded : parts;
  const sum = (of: (bar: WarmBar) => number) => bars.reduce((total, bar) => total + of(bar), 0);
  const isTold = bars.every(({ takerBuyVolume }) => takerBuyVolume !== null);
  return {
    openTimeUs,
    open: bars[0]?.open ?? before,
    high: bars.reduce((high, bar) => Math.max(high, bar.high), bars[0]?.high ?? before),
    low: bars.reduce((low, bar) => Math.min(low, bar.low), bars[0]?.low ?? before),
    close: bars.at(-1)?.close ?? before,
    volume: sum(({ volume }) => volume),
    takerBuyVolume: isTold ? sum(({ takerBuyVolume }) => takerBuyVolume ?? 0) : null,
    trades: sum(({ trades }) => trades),
  };
}
