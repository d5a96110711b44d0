// Clocks of a live feed of two instruments, and the wall that goes on.
import { type InstrumentId, instrumentId, type TimeAdvanced, US_PER_MS } from '@algo/model';
import {
  LIVE_ALLOWANCE_US as ALLOWANCES_US,
  FeedClock,
  type FeedClockSettings,
} from '../domain/feed-clock.ts';

export const LTC = instrumentId('binance.spot.LTCUSDT');
export const BTC = instrumentId('binance.spot.BTCUSDT');
export const T0 = 1_750_507_467_000_000;
const BINANCE: Omit<FeedClockSettings, 'instruments'> = {
  ...{ feed: 'binance', kind: 'live', completeness: 'complete-by-id', speed: 1, startMs: 0 },
};
export const LIVE_ALLOWANCE_US = ALLOWANCES_US['complete-by-id'];

export function clock(
  more: Partial<FeedClockSettings> = {},
  last?: Pick<TimeAdvanced, 'toldUs' | 'sureUs'>,
): FeedClock {
  const instruments = new Map<InstrumentId, number | undefined>([
    [LTC, undefined],
    [BTC, undefined],
  ]);
  return new FeedClock({ ...BINANCE, instruments, ...more }, last);
}

/** A live clock on which all is well from the start. */
export function well(more: Partial<FeedClockSettings> = {}): FeedClock {
  const time = clock(more);
  time.connected(LTC);
  time.connected(BTC);
  return time;
}

/** Lets the wall go on in short steps and returns what was told. */
export function goOn(time: FeedClock, fromMs: number, toMs: number, stepMs = 20): TimeAdvanced[] {
  const told: TimeAdvanced[] = [];
  for (let ms = fromMs; ms <= toMs; ms += stepMs)
    if (time.goOn(ms)) told.push(time.tell(ms * US_PER_MS, false));
  return told;
}
