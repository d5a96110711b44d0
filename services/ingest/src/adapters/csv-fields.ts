import { BUY, SELL, SIDE_UNREADABLE } from '@algo/model';
import { microseconds } from './trade-layout.ts';

const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const [ZERO, NINE, DOT, MINUS, QUOTE] = [48, 57, 46, 45, 34];

/** Returns the number that stands in the bytes; NaN when none does. Exactly what Number() of the text is. */
export function numberIn(bytes: Uint8Array, from: number, to: number): number {
  let digits = 0;
  let point = -1;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte >= ZERO && byte <= NINE) digits = digits * 10 + (byte - ZERO);
    else if (byte === DOT && point < 0) point = i;
    else return slowNumber(bytes, from, to);
  }
  // Both operands are exact doubles here, so that the quotient is the double nearest to the decimal.
  if (to - from > 16 || to - from < 1 || (point >= 0 && to - from < 2)) return slowNumber(bytes, from, to);
  return point < 0 ? digits : digits / POWERS[to - point - 1]!;
}

/** Returns a time in µs: a number of any usual unit, or ISO 8601 in UTC; NaN when neither. */
export function timeIn(bytes: Uint8Array, from: number, to: number): number {
  const isIso = to - from >= 19 && bytes[from + 4] === MINUS;
  return isIso ? isoTimeIn(bytes, from, to) : microseconds(numberIn(bytes, from, to));
}

/** Returns the taker's side from `buy`, `sell`, `b`, `s`, in any case; SIDE_UNREADABLE for anything else. */
export function takerSideIn(bytes: Uint8Array, from: number, to: number): number {
  const first = bytes[from]! | 32;
  if (to - from === 3 && first === 98 && wordIs(bytes, from, 'buy')) return BUY;
  if (to - from === 4 && first === 115 && wordIs(bytes, from, 'sell')) return SELL;
  if (to - from !== 1) return SIDE_UNREADABLE;
  return first === 98 ? BUY : first === 115 ? SELL : SIDE_UNREADABLE;
}

/** Returns the taker's side from whether the buyer was the maker; SIDE_UNREADABLE when that can't be read. */
export function makerFlagIn(bytes: Uint8Array, from: number, to: number): number {
  if (to - from === 4 && wordIs(bytes, from, 'true')) return SELL;
  if (to - from === 5 && wordIs(bytes, from, 'false')) return BUY;
  return SIDE_UNREADABLE;
}

/** Returns where the text of a field begins and ends, without the quotes around it. */
export function unquoted(bytes: Uint8Array, from: number, to: number): readonly [number, number] {
  return to - from >= 2 && bytes[from] === QUOTE && bytes[to - 1] === QUOTE ? [from + 1, to - 1] : [from, to];
}

function wordIs(bytes: Uint8Array, from: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if ((bytes[from + i]! | 32) !== word.charCodeAt(i)) return false;
  return true;
}

function slowNumber(bytes: Uint8Array, from: number, to: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from)
    .toString('latin1')
    .trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

let dayKey = 0;
let dayUs = 0;

/** `2023-09-05T16:00:01.281719Z`, also with a blank for the T, with less or no fraction, without the Z. */
function isoTimeIn(bytes: Uint8Array, from: number, to: number): number {
  const end = bytes[to - 1] === 90 ? to - 1 : to;
  const year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2);
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  const key = (year * 100 + month) * 100 + day;
  if (key !== dayKey) {
    const date = new Date(Date.UTC(year, month - 1, day));
    if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return Number.NaN;
    dayKey = key;
    dayUs = date.getTime() * 1_000;
  }
  const [hour, minute, second] = [11, 14, 17].map((at) => twoDigits(bytes, from + at));
  if (!(hour! < 24 && minute! < 60 && second! < 60)) return Number.NaN;
  let fraction = 0;
  if (end > from + 19) {
    if (bytes[from + 19] !== DOT || end === from + 20) return Number.NaN;
    for (let i = from + 20, unit = 100_000; i < end; i++, unit /= 10) {
      const digit = bytes[i]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) return Number.NaN;
      if (unit >= 1) fraction += digit * unit;
    }
  }
  return dayUs + (hour! * 3_600 + minute! * 60 + second!) * 1_000_000 + fraction;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [bytes[at]! - ZERO, bytes[at + 1]! - ZERO];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
