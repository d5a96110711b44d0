import { TIMEFRAMES, type TimeUs, US_PER_DAY } from '@algo/model';
import type { CandleBuilder } from './candle-builder.ts';

/**
 * A longer silence is skipped instead of being filled with empty candles: at most 5,760 of 15s in one call.
 */
export const MAX_SILENCE_US = US_PER_DAY;

/** What is done as bars end, in this order. */
export interface BarSteps {
  /** Opens the first bars, or those behind a silence that was skipped. */
  startAt(timeUs: TimeUs): void;
  /** Time has come to the end of a bar. */
  passTo(endUs: TimeUs): void;
  /** Closes the bar of timeframe number `f`, and opens the next. */
  closeBar(f: number, endUs: TimeUs): void;
  /** All bars that end then are closed. */
  onClosed(endUs: TimeUs): void;
}

/** Closes every 15s bar that ends by `timeUs`, and each longer one that ends with it. */
export function closeBarsUntil(candles: CandleBuilder, timeUs: TimeUs, steps: BarSteps): void {
  if (candles.nextCloseUs === Number.NEGATIVE_INFINITY)
    steps.startAt(candles.warmUntilUs > 0 ? candles.warmUntilUs : timeUs);
  if (timeUs - candles.nextCloseUs > MAX_SILENCE_US) skipSilence(candles, timeUs, steps);
  else while (candles.nextCloseUs <= timeUs) closeBars(candles, steps);
}

/** Closes what is open, as incomplete where it was cut short, and begins anew at `timeUs`. */
function skipSilence(candles: CandleBuilder, timeUs: TimeUs, steps: BarSteps): void {
  const endUs = candles.nextCloseUs;
  closeBars(candles, steps);
  for (let f = 1; f < TIMEFRAMES.length; f++) {
    if (!candles.cutShort(f, endUs)) continue;
    const barEndUs = candles.endOf(f);
    steps.passTo(barEndUs);
    steps.closeBar(f, barEndUs);
  }
  steps.startAt(timeUs);
}

function closeBars(candles: CandleBuilder, steps: BarSteps): void {
  const endUs = candles.nextCloseUs;
  steps.passTo(endUs);
  steps.closeBar(0, endUs);
  for (let f = 1; f < TIMEFRAMES.length && candles.endOf(f) === endUs; f++) steps.closeBar(f, endUs);
  steps.onClosed(endUs);
}
