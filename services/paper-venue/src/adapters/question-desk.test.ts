import { MemoryBus, MemoryServer, type Ticket, VirtualClock } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import { accountId, clientOrderId, Decimal, instrumentId, type OrderRequest } from '@algo/model';
import { NO_VICES, PAPER_DEFAULTS, PaperVenue, PaperView } from '@algo/simulation';
import { expect, test } from 'vitest';
import type { Asked } from '../domain/index.ts';
import { QuestionDesk } from './question-desk.ts';

const ACCOUNT = accountId('paper-main');
const ORDER: OrderRequest = {
  ...{ clientOrderId: clientOrderId('o'), account: ACCOUNT, side: 'buy', type: 'market' },
  ...{ instrument: instrumentId('binance.spot.LTCUSDT'), timeInForce: 'ioc', reduceOnly: false },
  ...{ quantity: Decimal.of('1'), limitPrice: null, triggerPrice: null },
};
const TICKET: Ticket<Asked> = { past: 'never sent', leave: (go) => go(true), settle() {} };

/** An open desk of an exchange without instruments, and what it was asked. */
async function opened() {
  const clock = new VirtualClock();
  const bus = new MemoryBus(new MemoryServer(clock), 'paper-venue');
  const settings = {
    ...PAPER_DEFAULTS,
    accounts: [{ account: ACCOUNT, balances: {} }],
    instruments: [],
    seed: 1,
  };
  const view = new PaperView(new PaperVenue(settings), NO_VICES, 1, () => false);
  const asked: Asked[] = [];
  const driven = { restored: Promise.resolve(), epoch: 1, inject: (one: Asked) => void asked.push(one) };
  const desk = new QuestionDesk(clock);
  await desk.serve(bus, ACCOUNT, { view, isSocketUp: () => true }, driven);
  return { bus, desk, asked };
}

test.each([false, true])(
  'a question without an answer (late: %s) holds up no read behind it',
  async (isLate) => {
    const { bus, desk, asked } = await opened();
    const order = { order: ORDER, sentUs: 1, epoch: 1 };
    const submit = subjects.venueRequest(ACCOUNT, 'submit');
    const silent = bus.request(
      submit,
      codecs.SubmitOrderRequest.type,
      codecs.SubmitOrderRequest.encode(order),
    );
    const kind = 'positions';
    const request = codecs.AccountRequest.encode({ account: ACCOUNT, kind, sinceUs: 0, skipRows: 0 });
    const read = bus.request(subjects.venueRequest(ACCOUNT, 'account'), codecs.AccountRequest.type, request);
    const first = Promise.race([read.then(() => 'read'), Promise.resolve().then(() => turns(20, 'waits'))]);
    expect(await first).toBe('waits');
    const { ask } = asked[0]!.body;
    desk.carryOut({ type: 'Silence', ask, isLate }, TICKET);
    expect(await Promise.race([read.then(() => 'read'), silent.then(() => 'answered')])).toBe('read');
    if (!isLate) return;
    const { clientOrderId } = ORDER;
    desk.carryOut(
      {
        type: 'Answer',
        ask,
        outcome: {
          type: 'refused',
          clientOrderId,
          reason: 'r',
          retryAfterMs: null,
          evidence: ['e'],
          timeUs: 1,
        },
      },
      TICKET,
    );
    expect((await silent).type).toBe(codecs.SubmitOutcomeReply.type);
  },
);

test('a replacement is one question, answered with what came of both orders', async () => {
  const { bus, desk, asked } = await opened();
  const wanted = { order: ORDER, replaces: clientOrderId('s'), sentUs: 1, epoch: 1 };
  const { type, encode } = codecs.ReplaceOrderRequest;
  const answered = bus.request(subjects.venueRequest(ACCOUNT, 'replace'), type, encode(wanted));
  await turns(20, null);
  expect(asked).toEqual([{ name: 'ReplaceAsked', body: { ...wanted, ask: '1:1' } }]);
  const about = { reason: 'order_ended: filled', retryAfterMs: null, evidence: ['e'], timeUs: 2 };
  const outcome = {
    placed: { type: 'refused', clientOrderId: ORDER.clientOrderId, ...about },
    replaced: { type: 'refused', clientOrderId: wanted.replaces, ...about },
  } as const;
  desk.carryOut({ type: 'Answer', ask: '1:1', outcome }, TICKET);
  const reply = await answered;
  expect(reply.type).toBe(codecs.ReplaceOutcomeReply.type);
  expect(codecs.ReplaceOutcomeReply.decode(reply.data)).toEqual(outcome);
});

test('what it tells rests on its disk: answers and events leave behind the order of inputs', async () => {
  const { desk } = await opened();
  const silence = { type: 'Silence', ask: '1:1', isLate: false } as const;
  expect([desk.terms(silence).effect, desk.terms({ type: 'SocketBroke' }).effect]).toEqual([
    'again',
    'again',
  ]);
});

test('the question beyond a thousand that wait is not taken, and an answer makes room', async () => {
  const { bus, desk, asked } = await opened();
  const { type, encode } = codecs.SubmitOrderRequest;
  const submit = (n: number) =>
    bus.request(
      subjects.venueRequest(ACCOUNT, 'submit'),
      type,
      encode({ order: { ...ORDER, clientOrderId: clientOrderId(`o${n}`) }, sentUs: 1, epoch: 1 }),
    );
  const waiting = [];
  for (let n = 0; n < 1_000; n++) {
    waiting.push(submit(n));
    await turns(20, null);
  }
  await expect(submit(1_000)).rejects.toThrow('not taken: 1000 questions are waiting');
  expect(asked).toHaveLength(1_000);

  const { ask } = asked[0]!.body;
  const about = { reason: 'r', retryAfterMs: null, evidence: ['e'], timeUs: 1 };
  const outcome = { type: 'refused', clientOrderId: clientOrderId('o0'), ...about } as const;
  desk.carryOut({ type: 'Answer', ask, outcome }, TICKET);
  await waiting[0];
  void submit(1_001);
  await turns(20, null);
  expect(asked).toHaveLength(1_001);
});

async function turns<Value>(count: number, value: Value): Promise<Value> {
  for (let n = 0; n < count; n++) await Promise.resolve();
  return value;
}
