import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { afterOthersFill } from './others-fill.ts';

const d = Decimal.of;

test.each<[string, string, string, string, string, string]>([
  ['one that closes a part has closed ours', '10', '0', '-4', '6', '0'],
  ['one that closes a part has closed ours, whatever lies beside', '10', '5', '-7', '3', '5'],
  ['one that closes more took what lies beside first', '10', '5', '-12', '3', '0'],
  ['one that closes all of both', '10', '5', '-15', '0', '0'],
  ['one that turns the position leaves the rest beside', '10', '0', '-15', '0', '-5'],
  ['one on the same side lies beside', '10', '0', '4', '10', '4'],
  ['of nothing of ours all lies beside', '0', '3', '-4', '0', '-1'],
  ['a short one likewise', '-10', '-5', '12', '-3', '0'],
  ['what lies beside on the other side is not taken', '10', '-3', '-12', '0', '-5'],
  ['one that closes more, where more lies beside than it took', '10', '20', '-15', '10', '5'],
])('%s', (_, own, beside, change, left, rest) => {
  const after = afterOthersFill({ own: d(own), beside: d(beside) }, d(change));
  expect([`${after.own}`, `${after.beside}`]).toEqual([left, rest]);
});

test('nothing is lost, ours never grows, and never turns', () => {
  const size = fc.integer({ min: -20, max: 20 });
  fc.assert(
    fc.property(size, size, size, (own, beside, change) => {
      const after = afterOthersFill({ own: d(`${own}`), beside: d(`${beside}`) }, d(`${change}`));
      const left = Number(`${after.own}`);
      expect(left + Number(`${after.beside}`)).toBe(own + beside + change);
      expect(Math.abs(left)).toBeLessThanOrEqual(Math.abs(own));
      expect(left * own).toBeGreaterThanOrEqual(0);
    }),
  );
});
