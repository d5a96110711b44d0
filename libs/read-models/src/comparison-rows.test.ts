import type { MessageOf } from '@algo/contracts';
import { accountId, type BookDifference, Decimal, type DifferenceCure, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { comparisonRows, differenceIn, repairsOf, shutLines } from './comparison-rows.ts';

const account = accountId('paper-main');
const LTC = instrumentId('binance.spot.LTCUSDT');
const d = (text: string) => Decimal.of(text);
const RUN = {
  ...{ account, venue: 'paper', epoch: 1, requestId: 'r', reportId: 'x', snapshotHash: 'h', asOfUs: 5 },
  counts: { positions: 1 },
};
const SOLD = {
  ...{ class: 'D1', subject: `position ${LTC}`, evidence: 'nothing', action: 'none', before: '2' },
  after: '2',
};

function differing(cure: DifferenceCure, own = '2', held = '0'): MessageOf<'ReconciliationCompleted'> {
  const difference: BookDifference = {
    ...{ instrument: LTC, own: d(own), beside: d('0'), held: d(held), cure, evidence: [] },
    ...{ left: cure === 'correct' ? d(held) : null, isExplained: false, isUnnamed: false },
  };
  const shut = [{ instrument: LTC, reason: `${LTC}: 2 is gone`, shutsExits: true, orders: [] }];
  const differences = {
    discrepancies: [SOLD],
    differences: [difference],
    shut,
    aside: [],
    setup: null,
    shownUs: 1,
    orders: [],
  };
  return { ...RUN, ...differences, validForMs: 60_000 };
}

test.each<[DifferenceCure, string]>([
  ['fetch', 'execution fetches its fills'],
  ['correct', 'ours becomes 0 once it is found again'],
  ['beside', 'what lies beside becomes -2 once it is found again'],
  ['restate', 'execution says our quantity again once it is found again'],
  ['person', `waits for a person: algo forget ${LTC}`],
])('a difference with the cure %s says what follows from it', (cure, done) => {
  expect(comparisonRows(differing(cure))).toEqual([
    { class: 'D1', what: `position ${LTC}`, ours: '2', venue: '0', done, evidence: 'nothing' },
  ]);
});

test('what is no difference of a position is told by its action', () => {
  const order = { ...SOLD, class: 'D6', subject: 'order o1', before: 'none', after: 'left alone' };
  const other = { ...order, action: 'look_up_order', evidence: '' };
  const rows = comparisonRows({ ...differing('fetch'), discrepancies: [order, other] });
  expect(rows.map(({ venue, done, evidence }) => [venue, done, evidence])).toEqual([
    ['left alone', 'nothing', 'nothing'],
    ['left alone', 'look up order', 'none'],
  ]);
});

test.each([
  ['nothing of it is ours', '0', '3', ['adopt', 'acknowledge']],
  ['the venue holds none of it', '2', '0', ['forget']],
  ['what lay beside is not there', '0', '0', ['acknowledge']],
  ['the venue holds more', '2', '5', ['adopt', 'forget', 'acknowledge']],
  ['the venue holds less', '5', '2', ['adopt', 'forget']],
  ['the venue is on the other side', '2', '-1', ['adopt', 'forget']],
  ['the venue is shorter than we are', '-2', '-3', ['adopt', 'forget', 'acknowledge']],
])('where %s, a person may settle it so', (_, own, held, repairs) => {
  expect(repairsOf({ own: d(own), held: d(held) })).toEqual(repairs);
});

test('what is shut is told with the reason, and so is a comparison that failed', () => {
  expect(shutLines(differing('person'))).toEqual([
    `no entries and no exits while it is so: ${LTC}: 2 is gone`,
  ]);
  const failed = { ...RUN, discrepancies: [], reasons: ['the venue is silent'] };
  expect(shutLines(failed)).toEqual(['paper-main may not trade: the venue is silent']);
  expect(differenceIn(failed, LTC)).toBeUndefined();
});
