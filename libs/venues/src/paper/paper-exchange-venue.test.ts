import { codecs } from '@algo/contracts';
import {
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
  const reason = `not sent: ${lateMs} ms too late`;
  const refused = { type: 'refused', clientOrderId: ORDER.clientOrderId, reason, timeUs: 5 };
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
