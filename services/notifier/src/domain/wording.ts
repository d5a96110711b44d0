import { type Decimal, type InstrumentId, instrumentParts, isoTime, type TimeUs } from '@algo/model';
import type { Notice, NoticeKind, NoticeRow, Priority } from './notice.ts';

/** Digits shown of a price, a quantity or money; mails are for reading, the log keeps every digit. */
const PLACES = 8;

/** The words of a notice, before it is given its id. */
export type Wording = Omit<Notice, 'id'>;

/** Returns a notice's words. */
export function worded(
  kind: NoticeKind,
  priority: Priority,
  title: string,
  rows: readonly NoticeRow[],
  timeUs: TimeUs,
): Wording {
  return { kind, priority, title, rows, timeUs };
}

/** Returns a line that colours nothing. */
export function plain(label: string, value: string): NoticeRow {
  return { label, value, tone: 'plain' };
}

/** Returns a line coloured by the sign of its amount. */
export function toned(label: string, value: string, amount: Decimal): NoticeRow {
  return { label, value, tone: amount.isNegative() ? 'loss' : amount.isPositive() ? 'gain' : 'plain' };
}

/** Returns an amount as people read it: `50745`, at most 8 digits after the point. */
export function amountText(amount: Decimal): string {
  return amount.rounded(PLACES, 'half-even').toString();
}

/** Returns an amount that is never without its sign: `+745`, `-3.2`. */
export function signedText(amount: Decimal, places = PLACES): string {
  const rounded = amount.rounded(places, 'half-even');
  return rounded.isNegative() ? rounded.toString() : `+${rounded}`;
}

/** Returns a percentage with its sign: `+1.49 %`. */
export function percentText(percent: Decimal): string {
  return `${signedText(percent, 2)} %`;
}

/** Returns an event time for people: `2025-06-21 12:04:27 UTC`. */
export function timeText(timeUs: TimeUs): string {
  return `${isoTime(timeUs).slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * Returns a stretch of time in the largest unit that keeps it readable: `45 s`, `3 min 5 s`, `2 h 10 min`.
 */
export function durationText(us: number): string {
  const seconds = Math.round(us / 1_000_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** Returns an instrument for people: `BTCUSDT (binance perp)`. */
export function instrumentText(id: InstrumentId): string {
  const { venue, market, symbol } = instrumentParts(id);
  return `${symbol} (${venue} ${market})`;
}

/** Returns the venue's spelling of an instrument. */
export function symbolText(id: InstrumentId): string {
  return instrumentParts(id).symbol;
}
