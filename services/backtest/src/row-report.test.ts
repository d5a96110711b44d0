import { InputError } from '@algo/model';
import { expect, test } from 'vitest';
import { refuseManyRefusals, rowWords } from './row-report.ts';

test('the rows are counted, those that were refused by why', () => {
  expect(rowWords({ used: 1_001, refused: { DUPLICATE_ID: 2_999 }, missing: 0 })).toBe(
    '1,001 of 4,000 rows used; 2,999 refused: DUPLICATE_ID 2,999',
  );
  expect(rowWords({ used: 4, refused: {}, missing: 7 })).toBe(
    '4 of 4 rows used; 7 trades are missing by their ids',
  );
});

test.each([
  [99, 1, 0, false],
  [98, 2, 0, true],
  [98, 2, 1, true],
  [98, 2, 2, false],
  [0, 3, 3, true],
  [0, 0, 0, true],
])(
  '%d used and %d refused, of which %d are accepted: refused is %s',
  (used, refused, accepted, isRefused) => {
    const judge = () =>
      refuseManyRefusals({ used, refused: { UNREADABLE_ROW: refused }, missing: 0 }, accepted);
    if (isRefused) expect(judge).toThrow(InputError);
    else expect(judge).not.toThrow();
  },
);
