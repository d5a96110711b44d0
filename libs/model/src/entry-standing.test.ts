import { expect, test } from 'vitest';
import {
  ENTRY_CAUSE_CODES,
  type EntryCause,
  entryCauseWords,
  entryRemedyWords,
  isShut,
} from './entry-standing.ts';
import { accountId } from './ids.ts';

const CAUSE: EntryCause = {
  ...{ code: 'NO_GUARD', scope: { kind: 'account', account: accountId('paper-main') } },
  ...{ sinceUs: 0, untilUs: null, lift: 'itself', detail: '' },
};

test('an account is shut by a cause of its own scope, not by one of a strategy', () => {
  const scope = { kind: 'strategy', strategy: 's1' } as const;
  expect(isShut({ causes: [{ ...CAUSE, scope }] })).toBe(false);
  expect(isShut({ causes: [CAUSE, { ...CAUSE, scope }] })).toBe(true);
});

test('each cause has words of its own, and one that a person must lift names the command', () => {
  const words = ENTRY_CAUSE_CODES.map((code) => entryCauseWords({ ...CAUSE, code }));
  expect(new Set(words).size).toBe(ENTRY_CAUSE_CODES.length);
  const latched = { ...CAUSE, scope: { kind: 'strategy', strategy: 's1' }, lift: 'person' } as const;
  expect(entryRemedyWords(latched)).toContain('algo resume --scope strategy:s1');
});

test('a cause that ends at a known time says when, and a pause that a person may end says how', () => {
  const timed = { ...CAUSE, untilUs: 1_750_507_467_000_000, lift: 'time' } as const;
  expect(entryRemedyWords({ ...timed, code: 'VENUE_SHUT' })).toBe('ends at 12:04:27 UTC');
  expect(entryRemedyWords({ ...timed, code: 'VENUE_REJECTS' })).toMatch(
    /12:04:27.*algo resume --scope account/,
  );
});
