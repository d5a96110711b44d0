import { accountId, type EntryCause, type EntryStanding } from '@algo/model';
import { expect, test } from 'vitest';
import { entryLines, entrySummary } from './entry-lines.ts';

const account = accountId('paper-main');
const NOON = 1_750_507_467_000_000;
const LOST: EntryCause = {
  ...{ code: 'ACCOUNT_STREAM_LOST', scope: { kind: 'account', account }, sinceUs: NOON, untilUs: null },
  ...{ lift: 'itself', detail: '' },
};
const LATCHED: EntryCause = {
  ...{ code: 'ENTRY_COUNT_MAX', scope: { kind: 'strategy', strategy: 's1' }, sinceUs: NOON, untilUs: null },
  ...{ lift: 'person', detail: '' },
};
const standing = (causes: readonly EntryCause[], more = 0): EntryStanding => ({
  ...{ account, causes, more, timeUs: NOON },
});

test('entries pass, are stopped, or are stopped in part', () => {
  expect(entryLines(standing([]))).toEqual(['entries pass']);
  expect(entryLines(standing([LOST, LATCHED]))[0]).toBe('entries stopped');
  expect(entryLines(standing([LATCHED]))[0]).toBe('entries stopped in part');
});

test('each cause stands with its scope, since when, and what ends it', () => {
  expect(entryLines(standing([LATCHED], 3)).slice(1)).toEqual([
    '  strategy:s1: the strategy entered as often as it may, since 2025-06-21 12:04:27 UTC; ' +
      "look into it, then: algo resume --scope strategy:s1 --reason '…'",
    '  and 3 more that are not listed',
  ]);
  expect(entrySummary(standing([LOST]))).toBe(
    'entries stopped: account:paper-main: the account stream of the venue is lost',
  );
});
