import { codecs } from '@algo/contracts';
import {
  type Absence,
  accountId,
  clientOrderId,
  Decimal,
  instrumentId,
  type OrderRequest,
  type SubmitOutcome,
} from '@algo/model';
import { expect, test } from '@jest/globals';
import { PaperExchangeVenue } from './paper-exchange-venue.ts';

const ACCOUNT = accountId('paper-main');
const ORDER: OrderRequest = {
  ...{ clientOrderId: clientOrderId('o'), account: ACCOUNT, side: 'buy', type: 'market' },
  ...{ instrument: instrumentId('binance.spot.LTCUSDT'), timeInForce: 'ioc', reduceOnly: false },
  ...{ quantity: Decimal.of('1'), limitPrice: null },
};

/** A venue whose exchange never answers, what reached it, and what was told. */
function opened(nowMs: number) {
  const sent: Uint8Array[] = [];
  const told: SubmitOutcome[] = [];
  const ask = (_subject: string, _type: string, data: Uint8Array) => {
    sent.push(data);
    return new Promise<never>(() => {});
  };
  const clock = { monotonicMs: () => nowMs, sleep: async () => {} };
  return { venue: new PaperExchangeVenue(ACCOUNT, ask, clock), sent, told };
}

test.each([
  [1_000, 0],
  [1_250, 250],
])('at %d ms a write that had to leave before 1,000 is refused and not sent', (nowMs, lateMs) => {
  const { venue, sent, told } = opened(nowMs);
  const terms = { sentUs: 5, sendByMs: 1_000, epoch: 2 };
  venue.submit(ORDER, terms, (outcome) => told.push(outcome));
  venue.cancel(ORDER, terms, (outcome) => told.push(outcome));
  const reason = `TOO_LATE late_ms=${lateMs}`;
  const refused = {
    type: 'refused',
    clientOrderId: ORDER.clientOrderId,
    reason,
    retryAfterMs: null,
    timeUs: 5,
  };
  expect(told).toEqual([refused, refused]);
  expect(sent).toEqual([]);
});

test('what leaves in time carries its epoch', () => {
  const { venue, sent, told } = opened(999);
  const terms = { sentUs: 5, sendByMs: 1_000, epoch: 2 };
  venue.submit(ORDER, terms, (outcome) => told.push(outcome));
  venue.cancel(ORDER, terms, (outcome) => told.push(outcome));
  expect(told).toEqual([]);
  expect(codecs.SubmitOrderRequest.decode(sent[0]!)).toEqual({ order: ORDER, sentUs: 5, epoch: 2 });
  expect(codecs.CancelOrderRequest.decode(sent[1]!)).toMatchObject({ sentUs: 5, epoch: 2 });
});

const SENT_US = 100_000_000;

interface Look {
  readonly type: 'absent' | 'failed';
  readonly asOfUs: number;
}

/** Answers look-ups one by one, and every question for fills by none; the clock stands but for sleeps. */
function proving(answers: readonly Look[]) {
  let nowMs = 10_000;
  const slept: number[] = [];
  const left = [...answers];
  const ask = async (subject: string) => {
    if (subject.endsWith('submit')) throw new Error('no answer');
    if (subject.endsWith('account')) {
      const fills = { account: ACCOUNT, fills: [], complete: true, asOfUs: answers.at(-1)!.asOfUs };
      return { data: codecs.FillsReply.encode(fills) };
    }
    const { type, asOfUs } = left.shift()!;
    const lookup = type === 'absent' ? { type } : { type, reason: 'busy' };
    return { data: codecs.OrderLookupReply.encode({ lookup, asOfUs }) };
  };
  const clock = {
    monotonicMs: () => nowMs,
    sleep: async (ms: number) => {
      slept.push(ms);
      nowMs += ms;
    },
  };
  const venue = new PaperExchangeVenue(ACCOUNT, ask, clock);
  venue.submit(ORDER, { sentUs: SENT_US, sendByMs: nowMs + 1, epoch: 1 }, () => {});
  const absence = new Promise<Absence>((done) => venue.proveAbsence(ORDER, SENT_US, done));
  return { absence, slept };
}

test('two looks behind the horizon at new books, and no fill, prove an absence', async () => {
  const { absence, slept } = proving([
    { type: 'absent', asOfUs: SENT_US + 5_000_000 },
    { type: 'absent', asOfUs: SENT_US + 6_000_000 },
  ]);
  expect(await absence).toEqual({
    type: 'proven',
    evidence: [
      'no such order as of 1970-01-01T00:01:45.000000Z',
      'no such order as of 1970-01-01T00:01:46.000000Z',
      'no fill of it as of 1970-01-01T00:01:46.000000Z',
    ],
  });
  expect(slept).toEqual([5_000, 1_000]);
});

test.each<[string, Look[]]>([
  ['the books are older than its sending and the horizon', [{ type: 'absent', asOfUs: SENT_US + 4_999_999 }]],
  [
    'the second look is at older books than the first',
    [
      { type: 'absent', asOfUs: SENT_US + 6_000_000 },
      ...Array.from({ length: 4 }, (): Look => ({ type: 'absent', asOfUs: SENT_US + 5_999_999 })),
    ],
  ],
  ['a look fails', [{ type: 'failed', asOfUs: SENT_US + 6_000_000 }]],
])('an absence is not proven when %s', async (_, answers) => {
  expect((await proving(answers).absence).type).toBe('not proven');
});

test('a page that is not all is no answer', async () => {
  const reply = { account: ACCOUNT, orders: [], asOfUs: 1, complete: false };
  const ask = async () => ({ data: codecs.OpenOrdersReply.encode(reply) });
  const venue = new PaperExchangeVenue(ACCOUNT, ask, { monotonicMs: () => 0, sleep: async () => {} });
  const answer = await new Promise((done) => venue.openOrders(ACCOUNT, done));
  expect(answer).toEqual({ type: 'failed', reason: 'paper venue: the open-orders it gave are not all' });
});
