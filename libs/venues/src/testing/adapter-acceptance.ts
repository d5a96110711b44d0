import {
  type Absence,
  clientOrderId,
  Decimal,
  type Fill,
  type OrderLookup,
  type OrderRequest,
  type ReplaceOutcome,
  type SubmitOutcome,
  type TimeUs,
  type VenueBalance,
  type VenueEvent,
  type VenueOrder,
  type VenuePosition,
} from '@algo/model';
import { describe, expect, test } from 'vitest';
import { until } from '../binance/testing/heard.ts';
import type { OrderRef, VenueAnswer } from '../port.ts';
import type { AdapterUnderTest, VenueUnderTest } from './venue-under-test.ts';

/** What every adapter does, whatever its exchange is: declares the tests of one. */
export function acceptAdapter(adapter: AdapterUnderTest): void {
  describe(adapter.name, () => {
    test('an order that rests is found as it was meant', async () => {
      await using at = await adapter.open();
      const order = buys(at);
      expect(await submit(at, order)).toMatchObject({
        type: 'confirmed',
        clientOrderId: order.clientOrderId,
      });
      at.pass(1_000);
      expect(await lookUp(at, order)).toMatchObject({
        type: 'found',
        order: { request: order, status: 'open' },
      });
      expect((await openOrders(at)).map(({ request }) => request)).toEqual([order]);
    });

    test('what is filled in part and then canceled is told step by step, and read so', async () => {
      await using at = await adapter.open();
      await using heard = await listening(at);
      const order = buys(at, { quantity: Decimal.of('2') });
      await submit(at, order);
      at.pass(1_000);
      at.trade('82.90', '1.5', 'sell');
      await until('the fill is told', () => heard.events.length === 1);
      expect(await cancel(at, order)).toMatchObject({ type: 'confirmed' });
      at.pass(1_000);
      await until('the end is told', () => heard.events.length === 2);
      const cumulative = Decimal.of('1.5');
      expect(heard.events).toMatchObject([
        {
          type: 'VenueFilled',
          cumulative,
          fill: { clientOrderId: order.clientOrderId, quantity: cumulative },
        },
        { type: 'VenueCanceled', cumulative, clientOrderId: order.clientOrderId },
      ]);
      expect(await lookUp(at, order)).toMatchObject({ order: { status: 'canceled', filled: cumulative } });
    });

    test('a fill that wins the race against a cancel stands, and the cancel is refused', async () => {
      await using at = await adapter.open();
      const order = buys(at);
      await submit(at, order);
      at.pass(1_000);
      at.trade('82.90', '5', 'sell');
      expect(await cancel(at, order)).toMatchObject({ type: 'refused' });
      expect(await lookUp(at, order)).toMatchObject({ order: { status: 'filled', filled: Decimal.of('1') } });
    });

    test('of an order whose answer was lost nothing is known, and a look-up finds it once', async () => {
      await using at = await adapter.open();
      at.lose('answer');
      const order = buys(at);
      expect(await submit(at, order)).toMatchObject({ type: 'unknown' });
      at.pass(1_000);
      expect(await lookUp(at, order)).toMatchObject({ type: 'found', order: { status: 'open' } });
      expect(await prove(at, order, at.nowUs())).toMatchObject({ type: 'not proven' });
      expect(at.taken(order.clientOrderId)).toBe(1);
    });

    test('an order that was lost on its way is proven absent, and never sent again', async () => {
      await using at = await adapter.open();
      at.lose('request');
      const [order, sentUs] = [buys(at), at.nowUs()];
      expect(await submit(at, order)).toMatchObject({ type: 'unknown' });
      at.pass(1_000);
      expect(await lookUp(at, order)).toEqual({ type: 'absent' });
      expect((await prove(at, order, sentUs)).type).toBe('proven');
      expect(at.taken(order.clientOrderId)).toBe(0);
    });

    test('what is too late does not leave', async () => {
      await using at = await adapter.open();
      const order = buys(at);
      expect(await submit(at, order, Number.NEGATIVE_INFINITY)).toMatchObject({
        ...{ type: 'refused', reason: expect.stringMatching(/^TOO_LATE/), retryAfterMs: null },
      });
      expect(at.taken(order.clientOrderId)).toBe(0);
    });

    test('a new life finds what the one before has left, and what was filled between them', async () => {
      await using at = await adapter.open();
      const sinceUs = at.nowUs();
      const [order, other] = [buys(at), buys(at, { limitPrice: Decimal.of('80') })];
      await submit(at, order);
      await submit(at, other);
      at.pass(1_000);
      at.trade('82.90', '5', 'sell');
      await at.restart();
      expect(await lookUp(at, order)).toMatchObject({ order: { status: 'filled' } });
      expect((await openOrders(at)).map(({ request }) => request)).toEqual([other]);
      const fills = await read<readonly Fill[]>((done) => at.venue.fillsSince(at.account, sinceUs, done));
      expect(fills.map((fill) => [fill.clientOrderId, `${fill.quantity}`])).toEqual([
        [order.clientOrderId, '1'],
      ]);
    });

    test('a stream that breaks says so and comes back; what it missed is read', async () => {
      await using at = await adapter.open();
      await using heard = await listening(at);
      const sinceUs = at.nowUs();
      const order = buys(at);
      await submit(at, order);
      at.pass(1_000);
      at.breakStream();
      at.trade('82.90', '5', 'sell');
      await until('it is back', () => heard.states.length >= 3);
      expect(heard.states).toEqual(['connected', 'lost', 'connected']);
      const fills = await read<readonly Fill[]>((done) => at.venue.fillsSince(at.account, sinceUs, done));
      expect(fills.map((fill) => fill.clientOrderId)).toEqual([order.clientOrderId]);
    });

    test('a stop that is reached sells under its own name', async () => {
      await using at = await adapter.open();
      await using heard = await listening(at);
      const stop = await heldByStop(at);
      const before = heard.events.length;
      at.trade('79.90', '10', 'sell');
      at.pass(1_000);
      at.trade('79.90', '10', 'buy');
      await until('it is filled', () => heard.events.length > before && heard.last(stop) === '1');
      expect(await lookUp(at, stop)).toMatchObject({ order: { status: 'filled' } });
    });

    test('an exit takes the place of a stop, and one that is over is replaced by nothing', async () => {
      await using at = await adapter.open();
      const stop = await heldByStop(at);
      const exit = buys(at, { side: 'sell', limitPrice: Decimal.of('80') });
      const { placed, replaced } = await replace(at, stop, exit);
      expect([placed.type, replaced.type]).toEqual(['confirmed', 'confirmed']);
      at.pass(1_000);
      at.trade('83.60', '10', 'buy');
      expect(await lookUp(at, exit)).toMatchObject({ order: { status: 'filled' } });
      expect(await lookUp(at, stop)).toMatchObject({ order: { status: 'canceled', filled: Decimal.zero } });
      const late = buys(at, { side: 'sell', quantity: Decimal.of('0.5'), limitPrice: Decimal.of('80') });
      const again = await replace(at, stop, late);
      expect([again.placed.type, again.replaced.type]).toEqual(['refused', 'refused']);
      expect(at.taken(late.clientOrderId)).toBe(0);
    });

    test('its books can be compared: what is held, what is owed, what works', async () => {
      await using at = await adapter.open();
      await heldByStop(at);
      const positions = await read<readonly VenuePosition[]>((done) => at.venue.positions(at.account, done));
      expect(positions.map(({ instrument }) => instrument)).toEqual([at.instrument]);
      expect(positions[0]!.quantity.toNumber()).toBeCloseTo(2, 1);
      const balances = await read<readonly VenueBalance[]>((done) => at.venue.balances(at.account, done));
      const usdt = balances.find(({ asset }) => asset === 'USDT')!;
      // Bought with it, or held against it.
      expect(usdt.free.lessThan(Decimal.of('10000'))).toBe(true);
      const setup = await new Promise<VenueAnswer<unknown>>((done) => at.venue.setup(at.account, done));
      expect(setup).toMatchObject({ type: 'answered', value: { positionMode: 'one_way' } });
    });

    test.each(adapter.shuts)('behind a %s an order is not taken, and later it is', async (how) => {
      await using at = await adapter.open();
      at.shut(how, 60_000);
      const order = buys(at);
      const outcome = await submit(at, order);
      expect(outcome.type).not.toBe('confirmed');
      if (outcome.type === 'refused') expect(outcome.retryAfterMs).toBeGreaterThan(0);
      expect(at.taken(order.clientOrderId)).toBe(0);
      at.pass(120_000);
      expect(await submit(at, buys(at))).toMatchObject({ type: 'confirmed' });
    });

    for (const share of adapter.shares)
      test(`with ${share} of the address’s weight used no entry goes out, and an exit does`, async () => {
        await using at = await adapter.open();
        const { reduceOnly } = at.venue.capabilities;
        let stop = await heldByStop(at);
        const rests = buys(at);
        await submit(at, rests);
        await at.crowd!(share, rests);
        const entry = buys(at);
        expect(await submit(at, entry)).toMatchObject({ type: 'refused', retryAfterMs: expect.anything() });
        expect(at.taken(entry.clientOrderId)).toBe(0);
        if (share < 1) {
          const moved = buys(at, { ...stop, clientOrderId: nextId(), triggerPrice: Decimal.of('81') });
          const types = await replace(at, stop, moved);
          expect([types.placed.type, types.replaced.type]).toEqual(['confirmed', 'confirmed']);
          stop = moved;
          expect(await cancel(at, rests)).toMatchObject({ type: 'confirmed' });
        }
        const exit = buys(at, { side: 'sell', limitPrice: Decimal.of('80'), reduceOnly });
        const { placed } = await replace(at, stop, exit);
        expect(placed.type).toBe('confirmed');
        expect([at.taken(exit.clientOrderId), at.refusedRequests!()]).toEqual([1, 0]);
      });
  });
}

let made = 0;
const nextId = () => clientOrderId(`t${made++}`);

/** Returns an order with a name of its own: to buy 1 at 83 and to rest, unless it is said otherwise. */
function buys({ account, instrument }: VenueUnderTest, more: Partial<OrderRequest> = {}): OrderRequest {
  return {
    ...{ clientOrderId: nextId(), account, instrument, side: 'buy', type: 'limit' },
    ...{ timeInForce: 'gtc', quantity: Decimal.of('1'), limitPrice: Decimal.of('83') },
    ...{ triggerPrice: null, reduceOnly: false },
    ...more,
  };
}

/** Buys 2, and lets a stop of 1 rest at 80. Returns the stop. */
async function heldByStop(at: VenueUnderTest): Promise<OrderRequest> {
  await submit(at, buys(at, { quantity: Decimal.of('2'), limitPrice: Decimal.of('83.6') }));
  at.pass(1_000);
  at.trade('83.50', '10', 'sell');
  const stop = buys(at, { side: 'sell', type: 'stop', limitPrice: null, triggerPrice: Decimal.of('80') });
  expect(await submit(at, stop)).toMatchObject({ type: 'confirmed' });
  at.pass(1_000);
  return stop;
}

/** Listens to the account until it is disposed of; ready when it is connected. */
async function listening(at: VenueUnderTest) {
  const [events, states]: [VenueEvent[], string[]] = [[], []];
  at.accountStream.open({
    event: (event) => events.push(event),
    connected: () => states.push('connected'),
    disconnected: () => states.push('lost'),
  });
  await until('it is connected', () => states.length > 0);
  const last = ({ clientOrderId: id }: OrderRequest) =>
    events
      .flatMap((event) => (event.type === 'VenueFilled' ? [event] : []))
      .findLast(({ fill }) => fill.clientOrderId === id)
      ?.cumulative.toString();
  return { events, states, last, [Symbol.asyncDispose]: () => at.accountStream[Symbol.asyncDispose]() };
}

function refOf({ account, instrument, clientOrderId: id }: OrderRequest): OrderRef {
  return { account, instrument, clientOrderId: id };
}

function terms(at: VenueUnderTest, sendByMs = Number.POSITIVE_INFINITY) {
  return { sentUs: at.nowUs(), sendByMs, epoch: 1 };
}

function submit(at: VenueUnderTest, order: OrderRequest, sendByMs?: number): Promise<SubmitOutcome> {
  return new Promise((done) => at.venue.submit(order, terms(at, sendByMs), done));
}

function cancel(at: VenueUnderTest, order: OrderRequest): Promise<SubmitOutcome> {
  return new Promise((done) => at.venue.cancel(refOf(order), terms(at), done));
}

function replace(at: VenueUnderTest, stop: OrderRequest, order: OrderRequest): Promise<ReplaceOutcome> {
  return new Promise((done) => at.venue.replace(refOf(stop), order, terms(at), done));
}

function lookUp(at: VenueUnderTest, order: OrderRequest): Promise<OrderLookup> {
  return new Promise((done) => at.venue.order(refOf(order), done));
}

function prove(at: VenueUnderTest, order: OrderRequest, sentUs: TimeUs): Promise<Absence> {
  return new Promise((done) => at.venue.proveAbsence(refOf(order), sentUs, done));
}

function openOrders(at: VenueUnderTest): Promise<readonly VenueOrder[]> {
  return read((done) => at.venue.openOrders(at.account, done));
}

async function read<Value>(ask: (done: (answer: VenueAnswer<Value>) => void) => void): Promise<Value> {
  const answer = await new Promise<VenueAnswer<Value>>(ask);
  if (answer.type === 'failed') throw new Error(answer.reason);
  return answer.value;
}
