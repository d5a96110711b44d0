import { Decimal, InputError } from '@algo/model';
import { inside, Refused } from './contract-error.ts';
import { type Field, present } from './field-kind.ts';
import type { WireWriter } from './wire-writer.ts';

export type { Field, FieldShape, MessageShape, ValueOf } from './field-kind.ts';

function missing(): Refused {
  return new Refused('', '', 'missing');
}

function asText(raw: unknown): string {
  if (typeof raw !== 'string') throw new Refused('', raw, 'not text');
  return raw;
}

function asWord(raw: unknown): string {
  const text = asText(raw);
  if (text === '') throw missing();
  return text;
}

/** Text for people; may be empty. */
export const text: Field<string> = present(
  {
    shape: { type: 'string', rule: 'single', required: false },
    wire: 2,
    write: (to, value) => to.text(asText(value)),
    take: asText,
  },
  '',
);

/** Text that something is found by; empty is missing. */
export const word: Field<string> = present({
  shape: { type: 'string', rule: 'single', required: true },
  wire: 2,
  write: (to, value) => to.text(asWord(value)),
  take: asWord,
});

/** What every id but an instrument's and a venue's accepts. */
const TOKEN = /^[A-Za-z0-9_-]{1,20}$/;

/** An id, checked by its constructor in the model, which accepts at least what has the `form`. */
export function id<Id extends string>(parse: (text: string) => Id, form: RegExp = TOKEN): Field<Id> {
  let last: Id | null = null;
  const check = (raw: unknown): Id => {
    // Most ids are the one before: those of a state's zones name one instrument.
    if (last !== null && raw === last) return last;
    const given = asWord(raw);
    try {
      last = parse(given);
      return last;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new Refused('', given, `not a valid ${error.field}`, { cause: error });
    }
  };
  return present({
    shape: { type: 'string', rule: 'single', required: true, form },
    wire: 2,
    write: (to, value) => to.text(check(value)),
    take: check,
  });
}

function readDecimal(raw: unknown): Decimal {
  const given = asWord(raw);
  try {
    return Decimal.of(given);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new Refused('', given, 'not a plain decimal number', { cause: error });
  }
}

/**
 * An exact number as text. A number with more digits than `Decimal.of` reads is refused before it is sent.
 */
export const decimal: Field<Decimal> = present({
  shape: { type: 'string', rule: 'single', required: true, form: 'decimal' },
  wire: 2,
  write(to, value) {
    const spelled = value.toString();
    if (spelled.length > 30) readDecimal(spelled);
    to.text(spelled);
  },
  take: readDecimal,
});

/** Returns what is a finite number. */
export function finite(raw: unknown): number {
  if (typeof raw !== 'number' || !Number.isFinite(raw)) throw new Refused('', raw, 'not a finite number');
  return raw;
}

/** Market data, scores, shares: an IEEE double. */
export const double: Field<number> = present(
  {
    shape: { type: 'double', rule: 'single', required: false },
    wire: 1,
    write: (to, value) => to.double(finite(value)),
    take: finite,
  },
  0,
);

/** One of a list of numbers, in which none can be absent: not a number is null, *not available*. */
export const doubleOrNull: Field<number | null> = present({
  shape: { ...double.shape, hasNaN: true },
  wire: 1,
  write: (to, value) => to.double(value === null ? Number.NaN : finite(value)),
  take: (raw) => (Number.isNaN(raw) ? null : finite(raw)),
});

/**
 * Returns the number that a decoded 64-bit field holds: protobufjs gives halves where `long` is installed.
 */
export function wholeNumber(raw: unknown): number {
  let value = Number.NaN;
  if (typeof raw === 'number') value = raw;
  else if (isLong(raw)) value = (raw.high >>> 0) * 2 ** 32 + (raw.low >>> 0);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Refused('', raw, 'not a whole number from 0 to 2^53 − 1');
  return value;
}

function isLong(raw: unknown): raw is { readonly low: number; readonly high: number } {
  return typeof raw === 'object' && raw !== null && 'low' in raw && 'high' in raw;
}

/** A count, a time in µs, a sequence: a whole number that a double holds exactly. */
export const whole: Field<number> = present(
  {
    shape: { type: 'uint64', rule: 'single', required: false },
    wire: 0,
    write: (to, value) => to.whole(wholeNumber(value)),
    take: wholeNumber,
  },
  0,
);

/** Returns what is true or false. */
export function isFlag(raw: unknown): boolean {
  if (typeof raw !== 'boolean') throw new Refused('', raw, 'neither true nor false');
  return raw;
}

export const flag: Field<boolean> = present(
  {
    shape: { type: 'bool', rule: 'single', required: false },
    wire: 0,
    write: (to, value) => to.whole(isFlag(value) ? 1 : 0),
    take: isFlag,
  },
  false,
);

/** Bytes as they are. Copied on the way in, because the decoder gives a view of the whole message. */
export const bytes: Field<Uint8Array> = {
  shape: { type: 'bytes', rule: 'single', required: false },
  wire: 2,
  put(to, number, value) {
    if (value.length === 0) return;
    to.tag(number, 2);
    to.bytes(value);
  },
  write: (to, value) => to.bytes(value),
  take(raw) {
    if (!(raw instanceof Uint8Array)) {
      if (Array.isArray(raw) && raw.length === 0) return new Uint8Array(0);
      throw new Refused('', raw, 'not bytes');
    }
    return Uint8Array.from(raw);
  },
};

/**
 * One of a union's words. A word that the model gains fails
 * to compile here; a number that nobody knows is refused.
 */
export function oneWordOf<Word extends string>(
  type: string,
  words: Readonly<Record<Word, number>>,
): Field<Word> {
  const byNumber = new Map<unknown, Word>();
  for (const name in words) byNumber.set(words[name], name);
  return present<Word>({
    shape: { type, rule: 'single', required: true, words },
    wire: 0,
    write(to, value) {
      if (!Object.hasOwn(words, value)) throw new Refused('', value, `not a ${type}`);
      to.whole(words[value]);
    },
    take(raw) {
      if (raw === 0) throw missing();
      const found = byNumber.get(raw);
      if (found === undefined)
        throw new Refused('', raw, `an unknown ${type}: published by a newer version, or not by us`);
      return found;
    },
  });
}

/** Refuses to be one of a list, or alone: what may be absent, or is a list itself. */
function notAlone(): never {
  throw new Error('this field stands in a message only');
}

/** A field whose absence means something: null in the model. */
export function orNull<Value>(inner: Field<Value>): Field<Value | null> {
  return {
    shape: { ...inner.shape, rule: 'optional', required: false },
    wire: inner.wire,
    put(to, number, value) {
      if (value === null) return;
      to.tag(number, inner.wire);
      inner.write(to, value);
    },
    write: notAlone,
    take: (raw) => (raw === null || raw === undefined ? null : inner.take(raw)),
  };
}

/** A list, in order. */
export function list<Value>(inner: Field<Value>): Field<readonly Value[]> {
  const isPacked = inner.wire !== 2;
  return {
    shape: { ...inner.shape, rule: 'repeated', required: false },
    wire: 2,
    put(to, number, values) {
      if (values.length === 0) return;
      const packed = isPacked ? beginField(to, number) : 0;
      let at = 0;
      try {
        for (; at < values.length; at++) {
          if (!isPacked) to.tag(number, inner.wire);
          inner.write(to, values[at]!);
        }
      } catch (error) {
        throw error instanceof Refused ? error.inside(`[${at}]`) : error;
      }
      if (isPacked) to.end(packed);
    },
    write: notAlone,
    take(raw) {
      if (!Array.isArray(raw)) throw new Refused('', raw, 'not a list');
      return raw.map((value: unknown, index) => inside(`[${index}]`, () => inner.take(value)));
    },
  };
}

/** Begins a field that stands behind its length; returns the place that its end wants. */
function beginField(to: WireWriter, number: number): number {
  to.tag(number, 2);
  return to.begin();
}

/** Values by name, written in the order of their names so that equal maps give equal bytes. */
export function byName<Value>(inner: Field<Value>): Field<Readonly<Record<string, Value>>> {
  return {
    shape: { ...inner.shape, rule: 'map', required: false },
    wire: 2,
    put(to, number, values) {
      for (const name of Object.keys(values).sort()) {
        const place = beginField(to, number);
        to.tag(1, 2);
        to.text(name);
        to.tag(2, inner.wire);
        inside(`[${JSON.stringify(name)}]`, () => inner.write(to, values[name]!));
        to.end(place);
      }
    },
    write: notAlone,
    take(raw) {
      if (typeof raw !== 'object' || raw === null) throw new Refused('', raw, 'not a map');
      const values = raw as Readonly<Record<string, unknown>>;
      const one = (name: string) => inside(`[${JSON.stringify(name)}]`, () => inner.take(values[name]));
      return Object.fromEntries(
        Object.keys(values)
          .sort()
          .map((name) => [name, one(name)]),
      );
    },
  };
}
