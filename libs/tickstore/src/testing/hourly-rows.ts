import type { InstrumentId } from '@algo/model';
import type { StoreRows } from '../store-rows.ts';
import { candle } from './sample-rows.ts';

const HOUR_US = 3_600_000_000;
const FIRST_US = Date.UTC(2026, 0, 5) * 1_000;
const PER_HOUR = 20;
/** From here on each hour brings a trade that is older than the day before. */
const LATE_FROM = 31;

/** How many hours, one a position, the rows of a test cover: three days and a bit. */
export const HOURS = 76;

/** Returns how many trades positions 1 to `position` bring. */
export function hourlyTradesUpTo(position: number): number {
  return position * PER_HOUR;
}

/** Returns the rows of one hour: trades, the first of them late where it is time, and the hour's bar. */
export function hourlyRows(instrument: InstrumentId, position: number): StoreRows {
  const startUs = FIRST_US + (position - 1) * HOUR_US;
  const ids = Float64Array.from({ length: PER_HOUR }, (_, row) => (position - 1) * PER_HOUR + row + 1);
  const isLate = (row: number) => row === 0 && position >= LATE_FROM;
  return {
    instrument,
    position,
    trades: {
      instrument,
      count: PER_HOUR,
      timeUs: Float64Array.from(
        ids,
        (_, row) => startUs + row * 1_000_000 - (isLate(row) ? 30 * HOUR_US : 0),
      ),
      price: Float64Array.from(ids, (id) => 80 + (id % 7) / 100),
      quantity: Float64Array.from(ids, (id) => (id % 9) / 8 + 1),
      side: Uint8Array.from(ids, (id) => id % 2),
      ids: { kind: 'counted', values: ids },
    },
    candles: [candle(instrument, { timeframe: '1h', openTimeUs: startUs, volume: PER_HOUR })],
  };
}
