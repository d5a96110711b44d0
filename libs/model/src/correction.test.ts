import { expect, test } from 'vitest';
import { settledBy } from './correction.ts';
import { Decimal } from './decimal.ts';
import type { BookRepair } from './risk.ts';

const d = (text: string) => Decimal.of(text);

test.each<[BookRepair, string, string, string, string]>([
  ['adopt', '1', '3', '3', '0'],
  ['forget', '1', '3', '0', '3'],
  ['acknowledge', '1', '3', '1', '2'],
  ['adopt', '0', '-2', '-2', '0'],
])(
  '%s: of ours %s and %s at the venue, %s is ours then and %s lies beside',
  (how, own, held, ours, beside) => {
    const settled = settledBy(how, { own: d(own), held: d(held) });
    expect([`${settled.own}`, `${settled.beside}`]).toEqual([ours, beside]);
  },
);
