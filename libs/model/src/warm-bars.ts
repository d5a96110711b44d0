import type { Timeframe } from './candle.ts';
import type { InstrumentId } from './ids.ts';
import type { TimeUs } from './time.ts';

/**
 * A closed bar as somebody else made it. *Units*: prices quote, volumes base. *Shape*: `takerBuyVolume` null
 * where its maker doesn't tell: such a bar feeds indicators of price, never order flow.
 */
export interface WarmBar {
  readonly openTimeUs: TimeUs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly takerBuyVolume: number | null;
  readonly trades: number;
}

/**
 * Bars from before the first trade that is heard of an instrument: they warm indicators up, and only
 * analytics takes them. *Units*: `untilUs` event time: all trades from then on follow. *Shape*: `bars` oldest
 * first, without a hole, none ends after `untilUs`; a timeframe may come in several such pieces, in order.
 */
export interface WarmBars {
  readonly instrument: InstrumentId;
  readonly timeframe: Timeframe;
  /** Whose bars they are, in words: `binance klines 1h`. */
  readonly source: string;
  readonly untilUs: TimeUs;
  readonly bars: readonly WarmBar[];
}
