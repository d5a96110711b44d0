import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { fromPlain, type Plain, toPlain } from './plain.ts';

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.nat({ max: 60 }))
  .map(([units, scale]) => Decimal.scaled(units, scale));

/** Any state that may be kept; keys and texts of any kind, `__proto__` among them. */
const { state } = fc.letrec<{ state: unknown }>((tie) => ({
  state: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), decimal),
    fc.array(tie('state'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => !key.startsWith('$')),
      tie('state'),
      { maxKeys: 4 },
    ),
    fc.array(fc.tuple(tie('state'), tie('state')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie('state'), { maxLength: 4 }).map((items) => new Set(items)),
  ),
}));

test('what was a state is the same state again after JSON', () => {
  fc.assert(
    fc.property(state, (before) => {
      expect(fromPlain(JSON.parse(JSON.stringify(toPlain(before))))).toEqual(before);
    }),
    { numRuns: 500 },
  );
});

test('what JSON does not know is tagged, and undefined properties are left out', () => {
  const kept = { price: Decimal.of('1.50'), until: Infinity, zero: -0, gone: undefined };
  expect(toPlain({ ...kept, held: new Map([['a', new Set([1])]]) })).toEqual({
    price: { $decimal: '1.5' },
    until: { $number: 'Infinity' },
    zero: { $number: '-0' },
    held: { $map: [['a', { $set: [1] }]] },
  });
  expect(Object.keys(toPlain(kept) as object)).toEqual(['price', 'until', 'zero']);
});

class Account {
  readonly name = 'main';
}
const itself: unknown[] = [];
itself.push(itself);

test.each<[string, unknown, string]>([
  ['a typed array', { rows: [new Float64Array(2)] }, 'state.rows[0] = "Float64Array"'],
  ['an instance of a class', { a: { b: new Account() } }, 'state.a.b = "Account"'],
  ['a function', { a: () => 1 }, 'state.a = "function"'],
  ['a bigint', { a: 1n }, 'state.a = "bigint"'],
  ['undefined within a list', [1, undefined], 'state[1] = "undefined"'],
  ['a hole in a list', new Array(1), 'state[0] = "undefined"'],
  ['a date within a map', new Map([['a', new Date(0)]]), 'state[0][1] = "Date"'],
  ['a key that looks like a tag', { a: { $decimal: '1' } }, 'state.a.$decimal'],
  ['a value that holds itself', itself, 'more than 64 values deep'],
])('%s is refused by its path', (_, value, message) => {
  expect(() => toPlain(value)).toThrow(message);
});

test.each<[string, Plain]>([
  ['an unknown tag', { $date: 'x' }],
  ['a tag beside other fields', { $decimal: '1', $set: [] }],
  ['a decimal that is none', { $decimal: '1e5' }],
  ['a number that is no odd one', { $number: '5' }],
  ['a map of no pairs', { $map: [['a']] }],
  ['a set of no list', { $set: 'a' }],
])('%s is refused by its path', (_, plain) => {
  expect(() => fromPlain({ a: [plain] })).toThrow('state.a[0]');
});
