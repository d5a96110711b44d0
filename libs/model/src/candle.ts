import type { InstrumentId } from './ids.ts';
import { type TimeUs, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from './time.ts';

/** The bar lengths, shortest first; each is a whole multiple of the one before. */
export const TIMEFRAMES = ['15s', '1m', '5m', '15m', '1h'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

/** Length of each timeframe in µs. */
export const TIMEFRAME_US: Readonly<Record<Timeframe, number>> = {
  '15s': 15 * US_PER_SECOND,
  '1m': US_PER_MINUTE,
  '5m': 5 * US_PER_MINUTE,
  '15m': 15 * US_PER_MINUTE,
  '1h': US_PER_HOUR,
};

/** How many trades a bar must hold before features read it as meaningful. *Source*: spec 3. */
export const MIN_TRADES: Readonly<Record<Timeframe, number>> = {
  '15s': 30,
  '1m': 60,
  '5m': 200,
  '15m': 200,
  '1h': 200,
};

/**
 * A bar that was published as complete and isn't: its venue knows of other trades than ours. What it says
 * stays as it was published; whoever kept it takes it for incomplete from here on. *Units*: `timeUs` when it
 * was found, event time.
 */
export interface CandleDoubted {
  readonly instrument: InstrumentId;
  readonly timeframe: Timeframe;
  readonly openTimeUs: TimeUs;
  readonly timeUs: TimeUs;
}

/**
 * A closed bar; once published it never changes. A quiet interval
 * yields a bar with no trades whose four prices are the last close.
 * *Units*: prices quote, volumes base. *Shape*: covers `[openTimeUs, openTimeUs + TIMEFRAME_US[timeframe])`.
 */
export interface Candle {
  readonly instrument: InstrumentId;
  readonly timeframe: Timeframe;
  readonly openTimeUs: TimeUs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly buyVolume: number;
  readonly sellVolume: number;
  readonly trades: number;
  readonly buyTrades: number;
  readonly sellTrades: number;
  /** False when the feed had an open gap inside the bar, or the engine started in the middle of it. */
  readonly complete: boolean;
}
