import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal } from './trade.ts';

const PLAIN = /^\d+(\.\d+)?$/;

test('plain decimals are the very numbers that the language makes of them', () => {
  const digits = (most: number) => fc.stringMatching(new RegExp(`^\\d{1,${most}}$`));
  const text = fc
    .tuple(digits(20), fc.option(digits(20)))
    .map((parts) => parts.filter((part) => part !== null).join('.'));
  fc.assert(
    fc.property(text, (told) => decimal(told) === Number(told)),
    { numRuns: 2_000 },
  );
});

test.each([
  '',
  '.',
  '1.',
  '.5',
  '1.2.3',
  '-1',
  '+1',
  '1e3',
  ' 1',
  '0x10',
  '1_0',
  '१',
  'NaN',
  null,
  1,
  [],
  {},
])('%j is no decimal', (value) => {
  expect(decimal(value)).toBeNaN();
});

test('whatever else is told is no number', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.-+eE x') }), (told) => {
      expect(decimal(told)).toBe(PLAIN.test(told) ? Number(told) : Number.NaN);
    }),
  );
});
