import { Decimal, InputError } from '@algo/model';
import { inside, Refused } from './contract-error.ts';

/** What the proto must declare for a field; a test holds every table against the protos. */
export interface FieldShape {
  /** The proto's name of the type: `double`, `Side`, `Fill`; of a map, its values' type. */
  readonly type: string;
  readonly rule: 'single' | 'optional' | 'repeated' | 'map';
  /** True when absence is refused. */
  readonly required: boolean;
  /** Of text that is an exact number, or an id: a form that the id's check accepts. */
  readonly form?: 'decimal' | RegExp;
  /** Of a number in a list: whether it may be NaN, *not available*. */
  readonly hasNaN?: boolean;
  /** Of an enum: the number of each word. */
  readonly words?: Readonly<Record<string, number>>;
  /** Of a message: its fields by name. */
  readonly message?: MessageShape;
}

/** What the proto must declare for a message. `oneof` names the members of a union. */
export interface MessageShape {
  readonly name: string;
  readonly oneof: boolean;
  readonly fields: Readonly<Record<string, FieldShape>>;
}

/** How one field travels. *Errors*: both directions refuse what the contract forbids. */
export interface Field<Value> {
  readonly shape: FieldShape;
  /** Returns what the generated encoder wants; undefined is absent. */
  put(value: Value): unknown;
  /** Returns the model's value of what the generated decoder gave. */
  take(raw: unknown): Value;
}

/** The model's type of what a field holds. */
export type ValueOf<Kind> = Kind extends Field<infer Value> ? Value : never;

function scalar<Value>(
  type: string,
  required: boolean,
  put: (value: Value) => unknown,
  take: (raw: unknown) => Value,
): Field<Value> {
  return { shape: { type, rule: 'single', required }, put, take };
}

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
export const text: Field<string> = scalar('string', false, asText, asText);

/** Text that something is found by; empty is missing. */
export const word: Field<string> = scalar('string', true, asWord, asWord);

/** What every id but an instrument's and a venue's accepts. */
const TOKEN = /^[A-Za-z0-9_-]{1,20}$/;

/** An id, checked by its constructor in the model, which accepts at least what has the `form`. */
export function id<Id extends string>(parse: (text: string) => Id, form: RegExp = TOKEN): Field<Id> {
  const check = (raw: unknown) => {
    const given = asWord(raw);
    try {
      return parse(given);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new Refused('', given, `not a valid ${error.field}`, { cause: error });
    }
  };
  return { shape: { type: 'string', rule: 'single', required: true, form }, put: check, take: check };
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
export const decimal: Field<Decimal> = {
  shape: { type: 'string', rule: 'single', required: true, form: 'decimal' },
  put(value) {
    const spelled = value.toString();
    if (spelled.length > 30) readDecimal(spelled);
    return spelled;
  },
  take: readDecimal,
};

function finite(raw: unknown): number {
  if (typeof raw !== 'number' || !Number.isFinite(raw)) throw new Refused('', raw, 'not a finite number');
  return raw;
}

/** Market data, scores, shares: an IEEE double. */
export const double: Field<number> = scalar('double', false, finite, finite);

/** One of a list of numbers, in which none can be absent: not a number is null, *not available*. */
export const doubleOrNull: Field<number | null> = {
  shape: { ...double.shape, hasNaN: true },
  put: (value) => (value === null ? Number.NaN : finite(value)),
  take: (raw) => (Number.isNaN(raw) ? null : finite(raw)),
};

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
export const whole: Field<number> = scalar('uint64', false, wholeNumber, wholeNumber);

function asFlag(raw: unknown): boolean {
  if (typeof raw !== 'boolean') throw new Refused('', raw, 'neither true nor false');
  return raw;
}

export const flag: Field<boolean> = scalar('bool', false, asFlag, asFlag);

/** Bytes as they are. Copied on the way in, because the decoder gives a view of the whole message. */
export const bytes: Field<Uint8Array> = scalar(
  'bytes',
  false,
  (value) => value,
  (raw) => {
    if (!(raw instanceof Uint8Array)) {
      if (Array.isArray(raw) && raw.length === 0) return new Uint8Array(0);
      throw new Refused('', raw, 'not bytes');
    }
    return Uint8Array.from(raw);
  },
);

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
  return {
    shape: { type, rule: 'single', required: true, words },
    put(value) {
      if (!Object.hasOwn(words, value)) throw new Refused('', value, `not a ${type}`);
      return words[value];
    },
    take(raw) {
      if (raw === 0) throw missing();
      const found = byNumber.get(raw);
      if (found === undefined)
        throw new Refused('', raw, `an unknown ${type}: published by a newer version, or not by us`);
      return found;
    },
  };
}

/** A field whose absence means something: null in the model. */
export function orNull<Value>(inner: Field<Value>): Field<Value | null> {
  return {
    shape: { ...inner.shape, rule: 'optional', required: false },
    put: (value) => (value === null ? undefined : inner.put(value)),
    take: (raw) => (raw === null || raw === undefined ? null : inner.take(raw)),
  };
}

/** A list, in order. */
export function list<Value>(inner: Field<Value>): Field<readonly Value[]> {
  const each = <From, To>(values: readonly From[], convert: (value: From) => To): To[] =>
    values.map((value, index) => inside(`[${index}]`, () => convert(value)));
  return {
    shape: { ...inner.shape, rule: 'repeated', required: false },
    put: (values) => each(values, (value) => inner.put(value)),
    take(raw) {
      if (!Array.isArray(raw)) throw new Refused('', raw, 'not a list');
      return each(raw, (value: unknown) => inner.take(value));
    },
  };
}

/** Values by name, written in the order of their names so that equal maps give equal bytes. */
export function byName<Value>(inner: Field<Value>): Field<Readonly<Record<string, Value>>> {
  const each = <From, To>(values: Readonly<Record<string, From>>, convert: (value: From) => To) => {
    const names = Object.keys(values).sort();
    const one = (name: string) => inside(`[${JSON.stringify(name)}]`, () => convert(values[name]!));
    return Object.fromEntries(names.map((name) => [name, one(name)]));
  };
  return {
    shape: { ...inner.shape, rule: 'map', required: false },
    put: (values) => each(values, (value) => inner.put(value)),
    take(raw) {
      if (typeof raw !== 'object' || raw === null) throw new Refused('', raw, 'not a map');
      return each({ ...raw }, (value: unknown) => inner.take(value));
    },
  };
}
