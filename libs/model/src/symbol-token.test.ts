import fc from 'fast-check';
import { expect, test } from 'vitest';
import { symbolOfToken, symbolToken } from './symbol-token.ts';

test.each([
  ['LTCUSDT', 'LTCUSDT'],
  ['BRK.B', 'BRK=2EB'],
  ['A=B', 'A=3DB'],
  ['龙', '=E9=BE=99'],
])('%s is written %s', (symbol, token) => {
  expect(symbolToken(symbol)).toBe(token);
});

test('any text is one legal token, and comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (symbol) => {
      const token = symbolToken(symbol);
      expect(token).toMatch(/^[A-Za-z0-9_=-]+$/);
      expect(symbolOfToken(token)).toBe(symbol);
    }),
  );
});

test('what is read as a symbol is written the same again', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'=0aAF4E2é.') }), (token) => {
      const symbol = symbolOfToken(token);
      if (symbol !== undefined) expect(symbolToken(symbol)).toBe(token);
    }),
  );
});
