// What the generated codecs write the commonest fields with, straight from a value. What a field refuses is
// thrown without its name: the codec finds that by its table.

import { Refused } from './contract-error.ts';
import { finite, isFlag, wholeNumber } from './field.ts';
import type { WireWriter } from './wire-writer.ts';

/** Writes a number; none where it is 0, which a reader takes for absent anyway. */
export function putDouble(to: WireWriter, number: number, value: number): void {
  if (value !== 0 || 1 / value < 0) sayDouble(to, number, value);
}

/** Writes a number, also 0. */
export function sayDouble(to: WireWriter, number: number, value: number): void {
  to.tag(number, 1);
  to.double(finite(value));
}

/** Writes numbers in a row. */
export function putDoubles(to: WireWriter, number: number, values: readonly number[]): void {
  if (values.length === 0) return;
  to.tag(number, 2);
  to.whole(values.length * 8);
  for (let i = 0; i < values.length; i++) to.double(finite(values[i]));
}

/** Writes numbers in a row of which some may be null, *not available*. */
export function putKnown(to: WireWriter, number: number, values: readonly (number | null)[]): void {
  if (values.length === 0) return;
  to.tag(number, 2);
  to.whole(values.length * 8);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    to.double(value === null ? Number.NaN : finite(value));
  }
}

/** Writes a whole number; none where it is 0. */
export function putWhole(to: WireWriter, number: number, value: number): void {
  if (value !== 0) sayWhole(to, number, value);
}

/** Writes a whole number, also 0. */
export function sayWhole(to: WireWriter, number: number, value: number): void {
  to.tag(number, 0);
  to.whole(wholeNumber(value));
}

/** Writes whole numbers in a row. */
export function putWholes(to: WireWriter, number: number, values: readonly number[]): void {
  if (values.length === 0) return;
  to.tag(number, 2);
  for (let i = 0; i < values.length; i++) wholeNumber(values[i]);
  to.wholes(values);
}

export function putFlag(to: WireWriter, number: number, value: boolean): void {
  if (!isFlag(value)) return;
  to.tag(number, 0);
  to.whole(1);
}

/** Writes one of a union's words by its number. */
export function putWord<Word extends string>(
  to: WireWriter,
  number: number,
  words: Readonly<Record<Word, number>>,
  value: Word,
): void {
  const word = words[value];
  if (typeof word !== 'number') throw new Refused('', value, 'not one of the words');
  to.tag(number, 0);
  to.whole(word);
}

/** Writes a message inside another. */
export function putPart<Value>(
  to: WireWriter,
  number: number,
  write: (to: WireWriter, value: Value) => void,
  value: Value,
): void {
  to.tag(number, 2);
  const place = to.begin();
  write(to, value);
  to.end(place);
}

/** Writes a list of messages. */
export function putParts<Value>(
  to: WireWriter,
  number: number,
  write: (to: WireWriter, value: Value) => void,
  values: readonly Value[],
): void {
  for (let i = 0; i < values.length; i++) putPart(to, number, write, values[i]!);
}
