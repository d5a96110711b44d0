import { codecs } from '@algo/contracts';
import {
  type Absence,
  accountId,
  BUY,
  type ClientOrderId,
  clientOrderId,
  Decimal,
  instrumentId,
  type OrderRequest,
  type ReplaceOutcome,
  type SubmitOutcome,
  venueOrderId,
} from '@algo/model';
import { NO_VICES, PAPER_DEFAULTS, PaperVenue, PaperView } from '@algo/simulation';
import { expect, test } from 'vitest';
import { spotInstrument } from '../binance-spot/testing/spot-on-stand-in.ts';
import { PaperExchangeVenue } from './paper-exchange-venue.ts';

const ACCOUNT = accountId('paper-main');
const ORDER: OrderRequest = {
  ...{ clientOrderId: clientOrderId('o'), account: ACCOUNT, side: 'buy', type: 'market' },
  ...{ instrument: instrumentId('binance.spot.LTCUSDT'), timeInForce: 'ioc', reduceOnly: false },
  ...{ quantity: Decimal.of('1'), limitPrice: null, triggerPrice: null },
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
    evidence: ['it was never sent'],
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

const REPLACED = clientOrderId('s');
const STOP = { account: ACCOUNT, instrument: ORDER.instrument, clientOrderId: REPLACED };

/** Replaces a stop at an exchange that answers so; returns what was sent and what was told. */
async function replacing(sendByMs: number, answer: () => Promise<ReplaceOutcome>) {
  const sent: [string, Uint8Array][] = [];
  const ask = async (subject: string, _type: string, data: Uint8Array) => {
    sent.push([subject, data]);
    return { data: codecs.ReplaceOutcomeReply.encode(await answer()) };
  };
  const clock = { monotonicMs: () => 1_000, sleep: async () => {} };
  const venue = new PaperExchangeVenue(ACCOUNT, ask, clock);
  const terms = { sentUs: 5, sendByMs, epoch: 2 };
  const told = await new Promise<ReplaceOutcome>((done) => venue.replace(STOP, ORDER, terms, done));
  return { sent, told };
}

function confirmed(id: ClientOrderId): SubmitOutcome {
  return { type: 'confirmed', clientOrderId: id, venueOrderId: venueOrderId(`v-${id}`), timeUs: 6 };
}

function refused(id: ClientOrderId, reason: string): SubmitOutcome {
  return { type: 'refused', clientOrderId: id, reason, retryAfterMs: null, evidence: [], timeUs: 6 };
}

test('a replacement is one request, with both outcomes in its answer', async () => {
  const outcome = { placed: refused(ORDER.clientOrderId, 'would_trigger: x'), replaced: confirmed(REPLACED) };
  const { sent, told } = await replacing(1_001, async () => outcome);
  expect(told).toEqual(outcome);
  expect(sent.map(([subject]) => subject)).toEqual(['rpc.venue.paper-main.replace']);
  const wanted = { order: ORDER, replaces: REPLACED, sentUs: 5, epoch: 2 };
  expect(codecs.ReplaceOrderRequest.decode(sent[0]![1])).toEqual(wanted);
});

test('of a replacement without an answer both outcomes are unknown', async () => {
  const { told } = await replacing(1_001, () => Promise.reject(new Error('timeout')));
  const unknown = { type: 'unknown', reason: 'timeout', timeUs: 5 };
  expect(told).toEqual({
    placed: { ...unknown, clientOrderId: ORDER.clientOrderId },
    replaced: { ...unknown, clientOrderId: REPLACED },
  });
});

test('a replacement that is too late is refused for both and not sent', async () => {
  const { sent, told } = await replacing(900, () => Promise.reject(new Error('never asked')));
  const reason = 'TOO_LATE late_ms=100';
  expect(told).toMatchObject({
    placed: { type: 'refused', clientOrderId: ORDER.clientOrderId, reason },
    replaced: { type: 'refused', clientOrderId: REPLACED, reason },
  });
  expect(sent).toEqual([]);
});

test('a replacement that is a duplicate proves nothing of either', async () => {
  const reason = 'duplicate: o was used before';
  const outcome = { placed: refused(ORDER.clientOrderId, reason), replaced: refused(REPLACED, reason) };
  const { told } = await replacing(1_001, async () => outcome);
  expect(told).toMatchObject({ placed: { evidence: [] }, replaced: { type: 'unknown' } });
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

test('all fills are read where more are of one moment than a page holds', async () => {
  const vices = { ...NO_VICES, fillPieces: 20, pageRows: 2 };
  const paper = new PaperVenue({
    ...PAPER_DEFAULTS,
    ...{ accounts: [{ account: ACCOUNT, balances: { USDT: Decimal.of('10000') } }], vices },
    ...{ instruments: [spotInstrument('LTCUSDT')], seed: 3, participation: 1 },
  });
  const ids = { kind: 'counted', values: Float64Array.of(1) } as const;
  const numbers = { price: Float64Array.of(83.5), quantity: Float64Array.of(1), side: Uint8Array.of(BUY) };
  for (const [n, timeUs] of [1_000_000, 5_000_000, 9_000_000].entries()) {
    paper.submit({ ...ORDER, clientOrderId: clientOrderId(`o${n}`) }, timeUs - 900_000);
    const when = { instrument: ORDER.instrument, count: 1, timeUs: Float64Array.of(timeUs), ids };
    paper.onTrades({ ...when, ...numbers });
  }
  const view = new PaperView(paper, vices, 1, () => false);
  const ask = async (_subject: string, _type: string, data: Uint8Array) => {
    const { account, sinceUs, skipRows } = codecs.AccountRequest.decode(data);
    const { rows, ...read } = view.fillsSince(account, { sinceUs, skipRows, rowsMax: 1_000 });
    return { data: codecs.FillsReply.encode({ account, fills: rows, ...read }) };
  };
  const venue = new PaperExchangeVenue(ACCOUNT, ask, { monotonicMs: () => 0, sleep: async () => {} });
  const all = paper.fillsSince(ACCOUNT, 0);
  const most = Math.max(...all.map(({ timeUs }) => all.filter((one) => one.timeUs === timeUs).length));
  expect(most).toBeGreaterThan(2 * vices.pageRows);
  const answer = await new Promise((done) => venue.fillsSince(ACCOUNT, 0, done));
  expect(answer).toMatchObject({ type: 'answered', value: all });
});
