import { Decimal } from './decimal.ts';
import { InputError } from './input-error.ts';

/** A value that JSON carries without loss. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** Values may lie so deep in one another; deeper is taken for a value that holds itself. */
const DEPTH_MAX = 64;
/** What a tag begins with: `$`. */
const TAG = 0x24;
/** So many characters spell digits that a double holds exactly: they are read fast. */
const DIGITS_OF_A_DOUBLE = 15;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;
/** Numbers that JSON doesn't know, or whose sign it loses, by their names. */
const ODD_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['NaN', NaN],
  ['-0', -0],
]);

/**
 * Returns a state as plain data that JSON carries without loss; `fromPlain` gives it back. *Shape*: what JSON
 * doesn't know is an object with one tag: `{ $decimal: '1.5' }`, `{ $number: 'Infinity' }`,
 * `{ $map: [[key, value]] }`, `{ $set: [item] }`. Properties that are undefined are left out.
 * *Errors*: InputError naming the path of a value that is none of these: a typed array, an instance of a
 * class, a function, undefined within a list, a key that begins with `$`.
 */
export function toPlain(value: unknown): Plain {
  return spelled(value, []);
}

/**
 * Returns the state that `toPlain` made this plain data of; the data becomes that state, and is not to be
 * used any more. *Errors*: InputError on a tag that this build doesn't know, or one that holds something else
 * than it should.
 */
export function fromPlain<State>(plain: Plain): State {
  return read(plain, plain) as State;
}

/**
 * Where in the state the value lies that is being spelled, from the outside in. Texts are made of it only
 * for an error: a snapshot has many thousand values.
 */
type Trail = (string | number)[];

function spelled(value: unknown, trail: Trail): Plain {
  if (isPlainly(value)) return value;
  if (typeof value === 'number') return { $number: value === 0 ? '-0' : String(value) };
  if (typeof value !== 'object') throw unusable(pathOf(trail), typeof value, 'JSON can not carry it');
  if (trail.length >= DEPTH_MAX)
    throw unusable(pathOf(trail), typeof value, `more than ${DEPTH_MAX} values deep`);
  if (value instanceof Decimal) return { $decimal: value.toString() };
  if (Array.isArray(value)) return items(value, trail);
  if (value instanceof Map) return { $map: items([...value], trail) };
  if (value instanceof Set) return { $set: items([...value], trail) };
  if (!isRecord(value)) throw unusable(pathOf(trail), value.constructor.name, 'an instance of a class');
  const fields: Record<string, Plain> = {};
  for (const key of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[key];
    if (field === undefined) continue;
    if (key.charCodeAt(0) === TAG) {
      trail.push(key);
      throw unusable(pathOf(trail), key, 'a key that looks like a tag');
    }
    if (isPlainly(field)) {
      fields[key] = field;
      continue;
    }
    trail.push(key);
    fields[key] = spelled(field, trail);
    trail.pop();
  }
  return fields;
}

/** Whether JSON has a value as it is, as most are: nothing needs to be noted of where it lies. */
function isPlainly(value: unknown): value is string | number | boolean | null {
  if (typeof value === 'number') return value - value === 0 && (value !== 0 || 1 / value > 0);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

function items(list: readonly unknown[], trail: Trail): Plain[] {
  const spelt: Plain[] = [];
  for (let i = 0; i < list.length; i++) {
    trail.push(i);
    spelt.push(spelled(list[i], trail));
    trail.pop();
  }
  return spelt;
}

function pathOf(trail: Trail): string {
  return trail.reduce<string>(
    (path, at) => (typeof at === 'number' ? `${path}[${at}]` : `${path}.${at}`),
    'state',
  );
}

/** Changes the data where it lies: a snapshot has many values, few of which are not what they say. */
function read(plain: Plain, whole: Plain): unknown {
  if (plain === null || typeof plain !== 'object') return plain;
  if (isList(plain)) {
    const items = plain as unknown[];
    for (let i = 0; i < items.length; i++) items[i] = read(plain[i]!, whole);
    return items;
  }
  const fields = plain as { [key: string]: unknown };
  for (const key in plain) {
    if (key.startsWith('$')) return tagged(plain as { readonly [key: string]: Plain }, whole);
    const field = fields[key];
    if (typeof field === 'object') fields[key] = read(field as Plain, whole);
  }
  return plain;
}

function tagged(plain: { readonly [key: string]: Plain }, whole: Plain): unknown {
  const [tag, ...others] = Object.keys(plain);
  const held = plain[tag!];
  if (others.length === 0 && held !== undefined)
    switch (tag) {
      case '$decimal':
        if (typeof held === 'string' && DECIMAL.test(held)) return decimalOf(held);
        break;
      case '$number':
        if (typeof held === 'string' && ODD_NUMBERS.has(held)) return ODD_NUMBERS.get(held);
        break;
      case '$map':
        if (isList(held) && held.every((entry) => isList(entry) && entry.length === 2))
          return new Map(read(held, whole) as [unknown, unknown][]);
        break;
      case '$set':
        if (isList(held)) return new Set(read(held, whole) as unknown[]);
        break;
      default:
    }
  const value = JSON.stringify(plain).slice(0, 100);
  throw unusable(pathTo(plain, whole, 'state') ?? 'state', value, 'not a tag that this build reads');
}

/** Returns where a value lies in another. */
function pathTo(value: unknown, within: unknown, path: string): string | undefined {
  if (value === within) return path;
  if (typeof within !== 'object' || within === null || within instanceof Decimal) return undefined;
  for (const [key, field] of Object.entries(within)) {
    const found = pathTo(value, field, Array.isArray(within) ? `${path}[${key}]` : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Unlike `Decimal.of`, takes as many digits as a sum of products may have. */
function decimalOf(text: string): Decimal {
  if (text.length <= DIGITS_OF_A_DOUBLE) return Decimal.of(text);
  const fraction = text.split('.')[1] ?? '';
  return Decimal.scaled(BigInt(text.replace('.', '')), fraction.length);
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unusable(path: string, value: string, because: string): InputError {
  return new InputError({
    field: path,
    value,
    because,
    remedy: 'Keep a state in plain objects, lists, maps, sets, texts, numbers and decimals.',
  });
}
