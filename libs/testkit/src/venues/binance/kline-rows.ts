import { product, textOf, unitsOf } from './decimal-text.ts';
import { rowFrom, type TapeTrade } from './tape.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Lengths of bars by the venue's names for them. *Units*: ms. */
export const INTERVALS_MS: Readonly<Record<string, number>> = {
  ...{ '1s': SECOND_MS, '1m': MINUTE_MS, '3m': 3 * MINUTE_MS, '5m': 5 * MINUTE_MS, '15m': 15 * MINUTE_MS },
  ...{ '30m': 30 * MINUTE_MS, '1h': HOUR_MS, '2h': 2 * HOUR_MS, '4h': 4 * HOUR_MS, '6h': 6 * HOUR_MS },
  ...{ '8h': 8 * HOUR_MS, '12h': 12 * HOUR_MS, '1d': DAY_MS, '3d': 3 * DAY_MS, '1w': 7 * DAY_MS },
};
/** Weeks begin on Mondays; 1970 began on a Thursday. */
const WEEK_SHIFT_MS = 4 * DAY_MS;

/** Which bars are wanted. *Units*: ms; `fromMs` and `toMs` bound the times at which bars open, inclusive. */
export interface KlineQuestion {
  readonly intervalMs: number;
  readonly fromMs: number | undefined;
  readonly toMs: number;
  readonly limit: number;
}

/**
 * Returns bars as `GET /klines` has them, oldest first: from a time on, or without one the newest; the
 * last may be running. A bar without trades repeats the close before it. *Units*: times ms; `perMs` 1,000
 * makes them µs. *Source*: plain sums of exact decimals, nothing of the engine's own.
 */
export function klineRows(
  trades: readonly TapeTrade[],
  { intervalMs, fromMs, toMs, limit }: KlineQuestion,
  perMs: number,
): unknown[][] {
  const first = trades[0];
  if (first === undefined) return [];
  const shiftMs = intervalMs === 7 * DAY_MS ? WEEK_SHIFT_MS : 0;
  const openOf = (ms: number) => Math.floor((ms - shiftMs) / intervalMs) * intervalMs + shiftMs;
  const firstMs = openOf(first.timeUs / 1_000);
  const lastMs = openOf(toMs);
  const wantedMs = fromMs === undefined ? lastMs - (limit - 1) * intervalMs : openOf(fromMs - 1) + intervalMs;
  const rows: unknown[][] = [];
  for (
    let openMs = Math.max(firstMs, wantedMs);
    openMs <= lastMs && rows.length < limit;
    openMs += intervalMs
  )
    rows.push(klineRow(trades, openMs, intervalMs, perMs));
  return rows;
}

function klineRow(trades: readonly TapeTrade[], openMs: number, lengthMs: number, perMs: number): unknown[] {
  const start = rowFrom(trades, openMs * 1_000, ({ timeUs }) => timeUs);
  const end = rowFrom(trades, (openMs + lengthMs) * 1_000, ({ timeUs }) => timeUs);
  const before = unitsOf(trades[Math.max(0, start - 1)]!.price);
  let [open, high, low, close] = [before, before, before, before];
  let [volume, quote, takerVolume, takerQuote] = [0n, 0n, 0n, 0n];
  for (let row = start; row < end; row++) {
    const { price, quantity, isBuyerMaker } = trades[row]!;
    const [at, size] = [unitsOf(price), unitsOf(quantity)];
    if (row === start) [open, high, low] = [at, at, at];
    if (at > high) high = at;
    if (at < low) low = at;
    close = at;
    const worth = product(at, size);
    volume += size;
    quote += worth;
    if (isBuyerMaker) continue;
    takerVolume += size;
    takerQuote += worth;
  }
  const closesAt = (openMs + lengthMs) * perMs - 1;
  const prices = [open, high, low, close].map(textOf);
  const taker = [textOf(takerVolume), textOf(takerQuote)];
  return [openMs * perMs, ...prices, textOf(volume), closesAt, textOf(quote), end - start, ...taker, '0'];
}
